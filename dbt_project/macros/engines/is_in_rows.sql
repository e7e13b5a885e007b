{#- Whether a value is among those that a query returns. PostgreSQL finds rows by an index only if the
    query has been run before, and its rows are at hand as an array. -#}
{% macro is_in_rows(value, query) -%}
    {{ return(adapter.dispatch('is_in_rows', 'salesops')(value, query)) }}
{%- endmacro %}

{% macro default__is_in_rows(value, query) -%}
    {{ value }} in ({{ query }})
{%- endmacro %}

{% macro postgres__is_in_rows(value, query) -%}
    {{ value }} = any(array({{ query }}))
{%- endmacro %}
