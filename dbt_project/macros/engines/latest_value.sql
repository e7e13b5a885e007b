{#- Aggregate: the value of the last row in an order, of those that have one.
    `order_by` is a list of columns that together tell any two rows apart. -#}
{% macro latest_value(value, order_by) -%}
    {{ return(adapter.dispatch('latest_value', 'salesops')(value, order_by)) }}
{%- endmacro %}

{% macro default__latest_value(value, order_by) -%}
    max_by({{ value }}, row({{ order_by | join(', ') }})) filter (where {{ value }} is not null)
{%- endmacro %}

{% macro postgres__latest_value(value, order_by) -%}
    (array_agg({{ value }} order by {{ order_by | join(' desc, ') }} desc)
        filter (where {{ value }} is not null))[1]
{%- endmacro %}
