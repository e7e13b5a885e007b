{#- The first element of a list that a JSON object (as text) has under a key; null if there is none. -#}
{% macro json_first(text, key) -%}
    {{ return(adapter.dispatch('json_first', 'salesops')(text, key)) }}
{%- endmacro %}

{% macro default__json_first(text, key) -%}
    cast({{ text }} as json) -> {{ key }} ->> 0
{%- endmacro %}

{% macro postgres__json_first(text, key) -%}
    cast({{ text }} as jsonb) -> {{ key }} ->> 0
{%- endmacro %}
