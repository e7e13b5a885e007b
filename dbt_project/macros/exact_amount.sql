{#- A price of 6 decimals times units of 4, exactly: decimal(20, 6) times decimal(18, 4) is
    decimal(38, 10). Of two decimals of 18 digits, DuckDB makes one of 18 again, which overflows,
    with an error, at 10^8. -#}
{% macro exact_amount(price, units) -%}
    cast({{ price }} as decimal(20, 6)) * {{ units }}
{%- endmacro %}
