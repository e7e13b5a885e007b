{#- Pre-hook of a table that joins many lines with many lines: PostgreSQL, which takes what comes out of
    many joins for a handful of rows, would else compare each with each, which took minutes of
    40,000 lines. It holds for the transaction.
    After a change of what int_sales_lines is made of, measure with benchmarks/add_a_day.py. -#}
{% macro without_nested_loops() -%}
    {{ return(adapter.dispatch('without_nested_loops', 'salesops')()) }}
{%- endmacro %}

{% macro default__without_nested_loops() -%}
{%- endmacro %}

{% macro postgres__without_nested_loops() -%}
    set local enable_nestloop = off
{%- endmacro %}
