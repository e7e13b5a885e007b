{#- The columns of an entity's contract, in its order: those of its raw table that hold what was
    delivered. -#}
{% macro delivered_columns(entity) -%}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(source('raw', entity))
            if not column.name.startswith('_') -%}
            {%- do names.append(column.name) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names or ['_extra']) }}
{%- endmacro %}
