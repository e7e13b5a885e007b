{#- A number from text, as `decimal(18, scale)`; null where it is none, or does not fit.

    Plain numbers go the short way. Others may have a sign before or behind, parentheses for minus,
    a currency, groups of three digits or, as in India, of two before the last three, and digits of
    other scripts: `(1,234.50)`, `R$ 1.234,50`, `12 EUR`, `5-`, `$ (10.00)`, `1,25,000`; and `$ -`,
    as accounting formats show zero, and a dash in the place of the cents: `5,-`, `1'250.-`, `5:-`. `decimal_mark` is an expression, '.' or ','. A number that
    cannot be grouped digits keeps its point under either mark, as typed cells are written with
    one. `power_of_ten`, an expression: what the number is multiplied by, where it is not null
    (power_of_ten()). -#}
{% macro try_decimal(text, decimal_mark, scale=6, power_of_ten=none) -%}
    {%- set type = 'decimal(18,' ~ scale ~ ')' -%}
    {#- Both engines cast 1.5e3 exactly. -#}
    {%- set exponent = " || coalesce('e' || " ~ power_of_ten ~ ", '')" if power_of_ten else '' -%}
    case
        when {{ text }} is null then null
        when
            translate({{ text }}, '0123456789', '') = ''
            or (translate({{ text }}, '0123456789', '') = '-' and {{ text }} like '-%')
            or (
                translate({{ text }}, '0123456789', '') in ('.', '-.')
                and ({{ decimal_mark }} = '.' or not {{ matches(text, "'^-?[0-9]{1,3}[.][0-9]{3}$'") }})
            )
            then {{ try_cast('(' ~ text ~ exponent ~ ')' if exponent else text, type) }}
        else {{ try_cast('(' ~ plain_number(text, decimal_mark) ~ exponent ~ ')' if exponent
            else plain_number(text, decimal_mark), type) }}
    end
{%- endmacro %}

{#- The text of a number as people write it, brought to digits, a point and a minus; null where
    it is not a number. -#}
{% macro plain_number(text, decimal_mark) -%}
    {%- set currency = "(" ~ currency_signs() ~ "|" ~ currency_codes() | join('|') ~ ")?" -%}
    {# Blanks that group digits: the ordinary one, and those that do not break lines. #}
    {%- set latin = "case when bit_length(" ~ text ~ ") = length(" ~ text ~ ") * 8 then replace(" ~ text
        ~ ", '''', ' ') else translate(" ~ latin_digits(text, decimal_mark)
        ~ ", '’''−\u00a0\u202f\u2009', '  -   ') end" -%}
    {%- set shape = "'^" ~ currency ~ " ?[(]?[-+]? ?" ~ currency ~ " ?[(]?[-+]?[0-9., ]*[0-9][0-9., ]*[)]?"
        ~ currency ~ " ?-?[)]?$'" -%}
    {%- set digits = "ltrim(rtrim(regexp_replace(regexp_replace(latin, '" ~ currency_signs()
        ~ "', '', 'g'), '[^0-9., ]', '', 'g')))" -%}
    {%- set number -%}
    case
        when
            {{ matches('latin', shape) }}
            and (latin like '%(%') = (latin like '%)%')
            and length(translate(latin, '+-(', '')) >= length(latin) - 1
            then
                case when {{ matches('latin', "'[-(]'") }} then '-' else '' end
                || {{ with_value('digits', digits, point_number(decimal_mark)) }}
        when {{ matches('latin', "'^" ~ currency[:-1] ~ " *-+$|^-+ *" ~ currency[:-1] ~ "$'") }} then '0'
    end
    {%- endset -%}
    {#- A dash for the cents is two zeros; where no mark groups, neither is needed. -#}
    {%- set dash = "[-–—]{1,2}([^0-9.,:()+-]*)$" -%}
    {%- set cents_written -%}
    case
        when {{ matches('as_written', "'[0-9][.,:][-–—]'") }}
            then regexp_replace(
                regexp_replace(as_written, '^([^.,:]*[0-9])[.,:]{{ dash }}', '\1\2'),
                '([0-9][.,]){{ dash }}', '\100\2'
            )
        else as_written
    end
    {%- endset -%}
    {{ with_value('as_written', latin, with_value('latin', cents_written, number)) }}
{%- endmacro %}

{#- `digits` without the marks that group them, and with a point before the decimals. -#}
{% macro point_number(decimal_mark) -%}
    case
        when
            {{ decimal_mark }} = '.'
            and {{ matches(
                'digits',
                "'^([0-9]+|[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,3}( [0-9]{3})+|[0-9]{1,2}(,[0-9]{2})+,[0-9]{3})?([.][0-9]*)?$'"
            ) }}
            then replace(replace(digits, ' ', ''), ',', '')
        when
            {{ decimal_mark }} = ','
            and {{ matches('digits', "'^([0-9]+|[0-9]{1,3}([.][0-9]{3})+|[0-9]{1,3}( [0-9]{3})+)?(,[0-9]*)?$'") }}
            then replace(replace(replace(digits, ' ', ''), '.', ''), ',', '.')
        when {{ decimal_mark }} = ',' and {{ matches('digits', "'^[0-9]*[.][0-9]+$'") }}
            then digits
    end
{%- endmacro %}
