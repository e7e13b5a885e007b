{#- A date as ISO text, such as 2026-01-12, for keys and labels. -#}
{% macro iso_date(date) -%}
    {{ return(adapter.dispatch('iso_date', 'salesops')(date)) }}
{%- endmacro %}

{% macro default__iso_date(date) -%}
    strftime({{ date }}, '%Y-%m-%d')
{%- endmacro %}

{% macro postgres__iso_date(date) -%}
    to_char({{ date }}, 'YYYY-MM-DD')
{%- endmacro %}
