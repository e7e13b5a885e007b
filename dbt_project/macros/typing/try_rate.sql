{#- A share from text, 0 to 1: `0.15` and `15%` are the same; null where it is none. `power_of_ten` is
    that of numbers without a percent sign. -#}
{% macro try_rate(text, decimal_mark, power_of_ten=none) -%}
    case
        when {{ text }} like '%\%' escape '\'
            then cast(
                {{ try_decimal("rtrim(rtrim(" ~ text ~ ", '%'))", decimal_mark, 4) }} / 100
                as decimal(18, 6)
            )
        else {{ try_decimal(text, decimal_mark, 6, power_of_ten) }}
    end
{%- endmacro %}
