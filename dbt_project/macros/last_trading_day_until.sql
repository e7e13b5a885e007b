{#- The last trading day up to a date, that date included: days after the week's last trading day (var
    last_trading_weekday) are none. -#}
{% macro last_trading_day_until(date) -%}
    {%- set first_weekday = var('week_start_day', 1) | int -%}
    {%- set last_weekday = var('last_trading_weekday') | int(first_weekday + 6) -%}
    least({{ date }}, {{ week_start(date) }} + {{ (last_weekday - first_weekday) % 7 }})
{%- endmacro %}
