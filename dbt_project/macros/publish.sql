{#- Last step of a run on DuckDB, where readers would lock builds out: a build of everything that
    passed writes what people read into a copy of its own (warehouse/published.py, by way of the
    plugin in profiles.yml). Anything less publishes nothing: what it built has not been tested
    together. -#}
{% macro publish(results) -%}
    {%- if execute and target.name == 'duckdb' and flags.WHICH == 'build' -%}
        {%- if is_passed_build(results) -%}
            {%- set wanted = {'build_id': invocation_id, 'tables': published_tables()} -%}
            {%- do adapter.store_relation('warehouse', none, [], '', '', wanted) -%}
            {%- if wanted.error -%}
                select error('{{ dbt.escape_single_quotes(
                    'The build is good, but readers still see the one before. ' ~ wanted.error
                ) }}')
            {%- else -%}
                {%- do log('Published: ' ~ wanted.path, info=true) -%}
            {%- endif -%}
        {%- else -%}
            {%- do print(
                'Not published: readers still see the last build of everything that passed its tests.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- The marts, reports and quality models, but for those whose meta says `is_published: false`. -#}
{% macro published_tables() -%}
    {%- set schemas, tables = [], [] -%}
    {%- for name in ['marts', 'reports', 'quality'] -%}
        {%- do schemas.append(generate_schema_name(name, none)) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.schema in schemas
        and node.config.materialized != 'ephemeral' and node.config.meta.get('is_published', true) -%}
        {%- do tables.append((node.schema, node.alias)) -%}
    {%- endfor -%}
    {{ return(tables | sort) }}
{%- endmacro %}
