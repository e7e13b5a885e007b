{#- Fails for each combination of values that more than one row has. Nulls are equal here: two rows
    that lack the same value are the same combination. -#}
{% test unique_combination_of_columns(model, combination_of_columns) %}

select {{ combination_of_columns | join(', ') }}
from {{ model }}
group by {{ combination_of_columns | join(', ') }}
having count(*) > 1

{% endtest %}
