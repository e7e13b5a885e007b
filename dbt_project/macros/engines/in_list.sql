{#- Whether a text is one of a list column's. -#}
{% macro in_list(text, list) -%}
    {{ return(adapter.dispatch('in_list', 'salesops')(text, list)) }}
{%- endmacro %}

{% macro default__in_list(text, list) -%}
    list_contains({{ list }}, {{ text }})
{%- endmacro %}

{% macro postgres__in_list(text, list) -%}
    ({{ text }} = any({{ list }}))
{%- endmacro %}
