{#- Whether a value is among those that a query returns, which are few: they are listed first, so that
    no join is planned where nothing is asked, and PostgreSQL finds rows by an index. -#}
{% macro is_in_rows(value, query) -%}
    {{ return(adapter.dispatch('is_in_rows', 'salesops')(value, query)) }}
{%- endmacro %}

{% macro default__is_in_rows(value, query) -%}
    list_contains(array({{ query }}), {{ value }})
{%- endmacro %}

{% macro postgres__is_in_rows(value, query) -%}
    {{ value }} = any(array({{ query }}))
{%- endmacro %}
