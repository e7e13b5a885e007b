{#- Fails for each group that has none, or several, of the rows that the condition describes. -#}
{% test exactly_one(model, group_by_columns, condition) %}

select
    {{ group_by_columns | join(',\n    ') }},
    sum(case when {{ condition }} then 1 else 0 end) as row_count
from {{ model }}
group by {{ group_by_columns | join(', ') }}
having sum(case when {{ condition }} then 1 else 0 end) <> 1

{% endtest %}
