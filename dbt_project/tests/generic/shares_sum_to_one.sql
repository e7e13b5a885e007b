{#- Fails for each group whose shares do not add up to 1. Each share is rounded to 6 decimals, so a
    group of n rows may be off by n half units of the last one. Groups without shares (nothing
    to share) pass. -#}
{% test shares_sum_to_one(model, column_name, group_by_columns) %}

select
    {{ group_by_columns | join(',\n    ') }},
    sum({{ column_name }}) as share_sum
from {{ model }}
group by {{ group_by_columns | join(', ') }}
having abs(sum({{ column_name }}) - 1) > count(*) * 0.0000005

{% endtest %}
