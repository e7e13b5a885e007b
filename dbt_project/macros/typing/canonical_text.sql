{#- A text as people see it: letters in one form (NFC), one ordinary blank for any blanks in a row,
    none at either end, and no characters that show nothing. Joiners stay between letters of the
    scripts that need them. -#}
{% macro canonical_text(text) -%}
    {%- set blanks = "[ \t\n\r\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+" -%}
    {%- set invisible = "[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e"
        ~ "\u2060-\u2064\u2066-\u2069\ufeff]+" -%}
    {%- set joiners = "[\u200c\u200d]+" -%}
    {%- set shown = "regexp_replace(" ~ nfc(text) ~ ", '" ~ invisible ~ "', '', 'g')" -%}
    {%- set shown = "regexp_replace(" ~ shown ~ ", '([!-~ ]|^)" ~ joiners ~ "', '\\1', 'g')" -%}
    {%- set shown = "regexp_replace(" ~ shown ~ ", '" ~ joiners ~ "([!-~ ]|$)', '\\1', 'g')" -%}
    case
        -- Most texts are plain, and need no more than a look.
        when
            {{ is_ascii(text) }}
            and {{ text }} not like '%  %'
            and translate({{ text }}, chr(9) || chr(10) || chr(13), '') = {{ text }}
            then trim({{ text }})
        else trim(regexp_replace({{ shown }}, '{{ blanks }}', ' ', 'g'))
    end
{%- endmacro %}
