{#- A text with digits of other scripts as ours; the decimal mark of Arabic numbers as a point (or as
    `decimal_mark`), their mark of thousands as an apostrophe. -#}
{% macro latin_digits(text, decimal_mark="'.'") -%}
    {#- Arabic, Persian, Devanagari, Bengali, Thai and full-width digits, by their zeros. -#}
    {%- set scripts = namespace(digits='', ours='') -%}
    {%- for zero in [1632, 1776, 2406, 2534, 3664, 65296] -%}
        {%- for digit in range(10) -%}
            {%- set scripts.digits = scripts.digits ~ '%c' % (zero + digit) -%}
            {%- set scripts.ours = scripts.ours ~ digit -%}
        {%- endfor -%}
    {%- endfor -%}
    replace(translate({{ text }}, '{{ scripts.digits }}．，－٬', '{{ scripts.ours }}.,-'''), '٫', {{ decimal_mark }})
{%- endmacro %}
