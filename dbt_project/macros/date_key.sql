{#- The key of a day: the integer yyyymmdd. Null for null. -#}
{% macro date_key(date) -%}
    cast(
        extract(year from {{ date }}) * 10000
        + extract(month from {{ date }}) * 100
        + extract(day from {{ date }}) as integer
    )
{%- endmacro %}
