{#- The elements of a JSON array, a row each; for the list of a select. `->>` takes them apart. -#}
{% macro json_elements(text) -%}
    {{ return(adapter.dispatch('json_elements', 'salesops')(text)) }}
{%- endmacro %}

{% macro default__json_elements(text) -%}
    unnest(cast(cast({{ text }} as json) as json[]))
{%- endmacro %}

{% macro postgres__json_elements(text) -%}
    jsonb_array_elements(cast({{ text }} as jsonb))
{%- endmacro %}
