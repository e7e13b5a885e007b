{#- A product of two amounts divided by a third (of 4 decimals at most each), exactly, and only then
    rounded half away from zero to `scale` decimals (4 to 8). Null where the divisor is nothing, and
    where the numbers do not fit: a first amount of 10^14, a second one of 10^11 or a quotient of
    10^20 is none, and must not stop a build. In whole numbers on both engines, as there is no type
    for a product of two amounts on DuckDB, and PostgreSQL would round twice. -#}
{% macro divide_product(amount, factor, divisor, scale) -%}
    {{ return(adapter.dispatch('divide_product', 'salesops')(amount, factor, divisor, scale)) }}
{%- endmacro %}

{% macro default__divide_product(amount, factor, divisor, scale) -%}
    {%- set a = "cast(cast(" ~ amount ~ " as decimal(28, 4)) * 10000 as hugeint)" -%}
    {%- set b = "cast(cast(" ~ factor ~ " as decimal(28, 4)) * 10000 as hugeint)" -%}
    {%- set c = "cast(cast(" ~ divisor ~ " as decimal(28, 4)) * 10000 as hugeint)" -%}
    case
        when abs({{ amount }}) < 100000000000000 and abs({{ factor }}) < 100000000000
            then cast(
                try_cast(
                    sign({{ a }}) * sign({{ b }}) * sign({{ c }}) * (
                        (2 * abs({{ a }}) * abs({{ b }}) * {{ 10 ** (scale - 4) }} + abs({{ c }}))
                        // nullif(2 * abs({{ c }}), 0)
                    ) as decimal({{ 20 + scale }}, 0)
                ) * cast(power(10, -{{ scale }}) as decimal({{ scale + 1 }}, {{ scale }}))
                as decimal({{ 20 + scale }}, {{ scale }})
            )
    end
{%- endmacro %}

{% macro postgres__divide_product(amount, factor, divisor, scale) -%}
    {%- set a = "cast(" ~ amount ~ " as numeric)" -%}
    {%- set b = "cast(" ~ factor ~ " as numeric)" -%}
    {%- set c = "cast(" ~ divisor ~ " as numeric)" -%}
    case
        when
            abs({{ a }}) < 100000000000000 and abs({{ b }}) < 100000000000
            and (2 * abs({{ a }} * {{ b }}) + abs({{ c }}) * 1e-{{ scale }})
            < abs({{ c }}) * 2e20
            then cast(
                sign({{ a }}) * sign({{ b }}) * sign({{ c }}) * div(
                    2 * abs({{ a }} * {{ b }}) * 1e{{ scale }} + abs({{ c }}),
                    2 * abs({{ c }})
                ) * 1e-{{ scale }} as decimal({{ 20 + scale }}, {{ scale }})
            )
    end
{%- endmacro %}
