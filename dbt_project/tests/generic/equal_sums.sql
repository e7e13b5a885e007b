{#- Fails for each group whose sums differ between the model and another one; a group that only one
    of them has counts as zeros in the other, and so does a null. For figures that are told twice:
    a report's parts and its totals, a report and the fact it is made of. -#}
{% test equal_sums(model, compare_model, group_by_columns, sum_columns) %}

with

both_sides as (

    {% for relation, sign in [(model, ''), (compare_model, '-')] -%}
    select
        {{ group_by_columns | join(',\n        ') }}
        {%- for column in sum_columns %},
        {{ sign }}coalesce({{ column }}, 0) as {{ column }}
        {%- endfor %}
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

differences as (

    select
        {{ group_by_columns | join(',\n        ') }}
        {%- for column in sum_columns %},
        sum({{ column }}) as {{ column }}_difference
        {%- endfor %}
    from both_sides
    group by {{ group_by_columns | join(', ') }}

)

select *
from differences
where
    {%- for column in sum_columns %}
    {{ 'or ' if not loop.first }}{{ column }}_difference <> 0
    {%- endfor %}

{% endtest %}
