{#- The Monday of a date's week. date_trunc gives a timestamp on both engines, hence the cast. -#}
{% macro week_start(date) -%}
    cast(date_trunc('week', {{ date }}) as date)
{%- endmacro %}
