{#- The first day of a date's week (var week_start_day). date_trunc knows weeks from Monday on,
    hence the shift; and gives a timestamp on both engines, hence the cast. -#}
{% macro week_start(date) -%}
    {%- set shift = var_one_of('week_start_day', range(1, 8)) - 1 -%}
    (cast(date_trunc('week', {{ date }} - {{ shift }}) as date) + {{ shift }})
{%- endmacro %}
