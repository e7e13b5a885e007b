{#- A number from text, as `decimal(18, scale)`; null where it is none, or does not fit.

    Plain numbers go the short way. Others may have a sign before or behind, parentheses for
    minus, a currency, and groups of three digits: `(1,234.50)`, `R$ 1.234,50`, `12 EUR`, `5-`.
    `decimal_mark` is an expression, '.' or ','. A number that cannot be grouped digits keeps its
    point under either mark, as typed cells are written with one. -#}
{% macro try_decimal(text, decimal_mark, scale=6) -%}
    {%- set type = 'decimal(18,' ~ scale ~ ')' -%}
    case
        when {{ text }} is null then null
        when
            translate({{ text }}, '0123456789', '') = ''
            or (translate({{ text }}, '0123456789', '') = '-' and {{ text }} like '-%')
            or (
                translate({{ text }}, '0123456789', '') in ('.', '-.')
                and ({{ decimal_mark }} = '.' or not {{ matches(text, "'^-?[0-9]{1,3}[.][0-9]{3}$'") }})
            )
            then {{ try_cast(text, type) }}
        else {{ try_cast(plain_number(text, decimal_mark), type) }}
    end
{%- endmacro %}

{#- The text of a number as people write it, brought to digits, a point and a minus; null where
    it is not a number. -#}
{% macro plain_number(text, decimal_mark) -%}
    {%- set currency = "([$€£¥₹₩₽₺₪₫฿]|[A-Z]{1,2}[$]|" ~ (
        'USD|EUR|GBP|CHF|JPY|CNY|INR|BRL|CAD|AUD|NZD|MXN|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|ZAR|SGD|'
        ~ 'HKD|kr|zł|Kč|Ft'
    ) ~ ")?" -%}
    {# Blanks that group digits: the ordinary one, and those that do not break lines. #}
    {%- set blanks = " \u00a0\u202f\u2009" -%}
    {%- set digit = "[0-9.,''’" ~ blanks ~ "]" -%}
    {%- set shape = "'^[(]?[-+−]? ?" ~ currency ~ " ?[-+−]?" ~ digit ~ "*[0-9]" ~ digit ~ "*"
        ~ currency ~ " ?[-−]?[)]?$'" -%}
    {%- set digits = "regexp_replace(" ~ text ~ ", '[^0-9.,''’" ~ blanks ~ "]', '', 'g')" -%}
    {%- set spaced = "ltrim(rtrim(translate(" ~ digits ~ ", '’''" ~ blanks[1:] ~ "', '     ')))" -%}
    case
        when
            {{ matches(text, shape) }}
            and ({{ text }} like '(%') = ({{ text }} like '%)')
            and length(translate({{ text }}, '+-−(', '')) >= length({{ text }}) - 1
            then
                case when {{ matches(text, "'[-−(]'") }} then '-' else '' end
                || case
                    when
                        {{ decimal_mark }} = '.'
                        and {{ matches(spaced, "'^([0-9]+|[0-9]{1,3}([ ,][0-9]{3})+)?([.][0-9]*)?$'") }}
                        then replace(replace({{ spaced }}, ' ', ''), ',', '')
                    when
                        {{ decimal_mark }} = ','
                        and {{ matches(spaced, "'^([0-9]+|[0-9]{1,3}([ .][0-9]{3})+)?(,[0-9]*)?$'") }}
                        then replace(replace(replace({{ spaced }}, ' ', ''), '.', ''), ',', '.')
                    when {{ decimal_mark }} = ',' and {{ matches(spaced, "'^[0-9]*[.][0-9]+$'") }}
                        then {{ spaced }}
                end
    end
{%- endmacro %}
