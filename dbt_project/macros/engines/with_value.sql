{#- `body`, an expression in which `name` stands for the value of another expression: it is written
    out, and computed, once. -#}
{% macro with_value(name, value, body) -%}
    {{ return(adapter.dispatch('with_value', 'salesops')(name, value, body)) }}
{%- endmacro %}

{% macro default__with_value(name, value, body) -%}
    list_transform([{{ value }}], lambda {{ name }}: {{ body }})[1]
{%- endmacro %}

{% macro postgres__with_value(name, value, body) -%}
    (select {{ body }} from (select {{ value }} as {{ name }}) as of_{{ name }})
{%- endmacro %}
