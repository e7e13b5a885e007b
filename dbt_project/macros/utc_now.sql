{#- When the build reads it, in UTC. Unit tests put a moment in its place. -#}
{% macro utc_now() -%}
    timezone('UTC', current_timestamp)
{%- endmacro %}
