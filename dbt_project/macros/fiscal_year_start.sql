{#- The first day of the fiscal year that goes with a calendar year: the first day of a month (var
    fiscal_year_start_month); where years are made of weeks, the first day of a week, nearest to
    that day, before it or after it (var fiscal_year_start_rule). -#}
{% macro fiscal_year_start(year) -%}
    {%- set month = var_one_of('fiscal_year_start_month', range(1, 13)) -%}
    {%- set first_day = 'make_date(' ~ year ~ ', ' ~ month ~ ', 1)' -%}
    {%- set days_later = {'on_or_before': 0, 'nearest': 3, 'on_or_after': 6} -%}
    {%- set rule = var_one_of('fiscal_year_start_rule', days_later | list) -%}
    {%- if var('fiscal_calendar') == 'months' -%}
        {{ first_day }}
    {%- else -%}
        {{ week_start(first_day ~ ' + ' ~ days_later[rule]) }}
    {%- endif -%}
{%- endmacro %}
