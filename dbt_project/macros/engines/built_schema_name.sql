{#- The schema that builds write into for one that people read. On PostgreSQL it is another one,
    `built_marts` for `marts`: what is in it becomes what people read when all of it has passed
    (macro publish). On DuckDB people read a copy, so the names can be the same. -#}
{% macro built_schema_name(name) -%}
    {{ return(adapter.dispatch('built_schema_name', 'salesops')(name)) }}
{%- endmacro %}

{% macro default__built_schema_name(name) -%}
    {{ return(name) }}
{%- endmacro %}

{% macro postgres__built_schema_name(name) -%}
    {{ return('built_' ~ name if name in read_schemas() else name) }}
{%- endmacro %}

{#- The schemas that people read. -#}
{% macro read_schemas() -%}
    {{ return(['marts', 'reports', 'quality']) }}
{%- endmacro %}
