{#- Fails for each row whose value is outside min_value and max_value (one of them may be absent;
    both may be SQL expressions). A null has no value to judge: it passes. -#}
{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}

select *
from {{ model }}
where
    {{ column_name }} is not null
    and not (
        true
        {%- if min_value is not none %}
        and coalesce({{ column_name }} >{{ '=' if inclusive }} {{ min_value }}, false)
        {%- endif %}
        {%- if max_value is not none %}
        and coalesce({{ column_name }} <{{ '=' if inclusive }} {{ max_value }}, false)
        {%- endif %}
    )

{% endtest %}
