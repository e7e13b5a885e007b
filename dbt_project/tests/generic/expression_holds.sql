{#- Fails for each row for which the expression is false, or null: what cannot be told is not true
    (dbt_utils.expression_is_true lets a null pass). Rows that are no business of the test are left
    out by a `where` in its config. On a column, the expression is what follows the column's name. -#}
{% test expression_holds(model, expression, column_name=none) %}

select *
from {{ model }}
where ({{ column_name ~ ' ' if column_name }}{{ expression }}) is not true

{% endtest %}
