{#- Fails for each value of a column that the table it refers to does not have. `references` says for
    each column where: `to` and `field`. -#}
{% test references_hold(model, references) %}

{% for column, reference in references.items() -%}
select distinct
    '{{ column }}' as broken_column,
    cast({{ column }} as text) as missing_value
from {{ model }} as referring
where
    {{ column }} is not null
    and not exists (
        select 1 from {{ reference.to }} as referred
        where referred.{{ reference.field }} = referring.{{ column }}
    )
{{ 'union all' if not loop.last }}
{% endfor %}

{% endtest %}
