{#- Only for the fixtures of unit tests: PostgreSQL tells dbt no more of a list column's type than
    `ARRAY`, and writes lists its own way. -#}
{% macro postgres__safe_cast(field, type) -%}
    {%- if type == 'ARRAY' -%}
        cast({{ 'array' if field is not string }}{{ field }} as text[])
    {%- else -%}
        cast({{ field }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
