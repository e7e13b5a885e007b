{#- Fails for each row whose value is outside min_value and max_value (one of them may be absent;
    both may be SQL expressions). A null has no value to judge, and passes. -#}
{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}

select *
from {{ model }}
where
    false
    {%- if min_value is not none %}
    or not {{ column_name }} >{{ '=' if inclusive }} {{ min_value }}
    {%- endif %}
    {%- if max_value is not none %}
    or not {{ column_name }} <{{ '=' if inclusive }} {{ max_value }}
    {%- endif %}

{% endtest %}
