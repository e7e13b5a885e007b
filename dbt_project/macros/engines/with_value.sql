{#- `body`, an expression in which `name` stands for the value of another expression: it is written
    out, and computed, once. -#}
{% macro with_value(name, value, body) -%}
    {{ return(adapter.dispatch('with_value', 'salesops')(name, value, body)) }}
{%- endmacro %}

{% macro default__with_value(name, value, body) -%}
    list_transform([{{ value }}], lambda {{ name }}: {{ body }})[1]
{%- endmacro %}

{#- Without `offset 0`, PostgreSQL writes the value out wherever its name stands: in values of values,
    until there is no memory left. -#}
{% macro postgres__with_value(name, value, body) -%}
    (select {{ body }} from (select {{ value }} as {{ name }} offset 0) as of_{{ name }})
{%- endmacro %}
