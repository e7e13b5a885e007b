{#- A quotient of amounts or counts (of 4 decimals at most), rounded half away from zero to `scale`
    decimals; null where the divisor is nothing.

    DuckDB divides decimals in floating point, which rounds a half now up, now down; so there it
    is done in whole ten-thousandths, exactly. -#}
{% macro divide(dividend, divisor, scale) -%}
    {{ return(adapter.dispatch('divide', 'salesops')(dividend, divisor, scale)) }}
{%- endmacro %}

{% macro default__divide(dividend, divisor, scale) -%}
    {%- set a = "cast(cast(" ~ dividend ~ " as decimal(28, 4)) * 10000 as hugeint)" -%}
    {%- set b = "cast(cast(" ~ divisor ~ " as decimal(28, 4)) * 10000 as hugeint)" -%}
    cast(
        cast(
            sign({{ a }}) * sign({{ b }})
            * ((2 * abs({{ a }}) * {{ 10 ** scale }} + abs({{ b }})) // nullif(2 * abs({{ b }}), 0))
            as decimal(28, 0)
        ) * cast(power(10, -{{ scale }}) as decimal(7, 6)) as decimal(28, {{ scale }})
    )
{%- endmacro %}

{% macro postgres__divide(dividend, divisor, scale) -%}
    cast(
        round(cast({{ dividend }} as numeric) / nullif(cast({{ divisor }} as numeric), 0), {{ scale }})
        as decimal(28, {{ scale }})
    )
{%- endmacro %}
