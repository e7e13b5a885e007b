{#- Fails for each row for which one of the conditions is false, or null: what cannot be told is not
    true. `broken_conditions` names those. A condition has an `expression`, a `description` of what
    it means, and a `where` if some rows are no business of it. One reading of the table serves all
    of them; what is a warning, or somebody else's, is a test of its own. -#}
{% test rows_hold(model, conditions) %}

select *
from (
    select
        *,
        concat_ws(
            ', '
            {%- for name, condition in conditions.items() %},
            case
                when
                    {% if condition.where -%}
                    ({{ condition.where }}) and {% endif -%}
                    ({{ condition.expression }}) is not true
                    then '{{ name }}'
            end
            {%- endfor %}
        ) as broken_conditions
    from {{ model }}
) as judged
where broken_conditions <> ''

{% endtest %}
