{#- Whether a text that lists rules (`one, another`) has one of `stopping` that is not among
    `accepted`; both are list columns, and may be null. -#}
{% macro has_unaccepted_rule(broken, stopping, accepted) -%}
    {{ return(adapter.dispatch('has_unaccepted_rule', 'salesops')(broken, stopping, accepted)) }}
{%- endmacro %}

{% macro default__has_unaccepted_rule(broken, stopping, accepted) -%}
    not list_has_all(
        coalesce({{ accepted }}, cast([] as text[])),
        list_intersect(string_split({{ broken }}, ', '), coalesce({{ stopping }}, cast([] as text[])))
    )
{%- endmacro %}

{% macro postgres__has_unaccepted_rule(broken, stopping, accepted) -%}
    not array(
        select unnest(string_to_array({{ broken }}, ', '))
        intersect
        select unnest({{ stopping }})
    ) <@ coalesce({{ accepted }}, cast('{}' as text[]))
{%- endmacro %}
