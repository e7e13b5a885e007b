{#- Schemas by their exact names on the production targets; with a prefix on the others, so that
    a developer's build never touches what others read. On PostgreSQL, builds write beside what is
    read (see built_schema_name); the target postgres_read names what is read. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set name = custom_schema_name | trim if custom_schema_name else target.schema -%}
    {%- if target.name.endswith('_dev') and custom_schema_name -%}
        {{ target.schema }}_{{ name }}
    {%- elif target.name == 'postgres_read' and node is not none
        and node.config.get('meta', {}).get('is_published', true) -%}
        {{ name }}
    {%- else -%}
        {{ built_schema_name(name) }}
    {%- endif -%}
{%- endmacro %}
