{#- The day that sales must reach for the week that begins on a date to be complete: that of the var
    last_trading_weekday, or the week's last day where it is null. -#}
{% macro last_trading_day(week_start_date) -%}
    {%- set weekday = var_one_of('last_trading_weekday', [none] + range(1, 8) | list) -%}
    {%- set first_weekday = var_one_of('week_start_day', range(1, 8)) -%}
    {{ week_start_date }} + {{ 6 if weekday is none else (weekday - first_weekday) % 7 }}
{%- endmacro %}
