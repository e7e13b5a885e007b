{#- Cast canonical text to a type; null where it does not fit. The text must be brought to one
    shape before: both engines accept more than a person would (`1e3`, `infinity`). -#}
{% macro try_cast(text, type) -%}
    {{ return(adapter.dispatch('try_cast', 'salesops')(text, type)) }}
{%- endmacro %}

{% macro default__try_cast(text, type) -%}
    try_cast({{ text }} as {{ type }})
{%- endmacro %}

{% macro postgres__try_cast(text, type) -%}
    case when pg_input_is_valid({{ text }}, '{{ type }}') then cast({{ text }} as {{ type }}) end
{%- endmacro %}
