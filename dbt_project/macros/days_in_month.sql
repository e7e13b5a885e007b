{#- How many days the month has that begins on a date. -#}
{% macro days_in_month(month_start_date) -%}
    cast(
        extract(day from cast({{ dbt.dateadd('month', 1, month_start_date) }} as date) - 1) as integer
    )
{%- endmacro %}
