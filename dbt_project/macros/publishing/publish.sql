{#- Last step of a run: a build of everything that passed becomes what people read. Anything less
    publishes nothing, as what it built has not been tested together. -#}
{% macro publish(results) -%}
    {%- if execute and target.name in ('duckdb', 'postgres') -%}
        {{ return(adapter.dispatch('publish', 'salesops')(results)) }}
    {%- endif -%}
{%- endmacro %}

{#- Readers would lock builds out of the file, so they have a copy (warehouse/published.py, by way of
    the plugin in profiles.yml). -#}
{% macro duckdb__publish(results) -%}
    {%- if is_passed_build(results) -%}
        {%- set wanted = {
            'build_id': invocation_id,
            'tables': published_tables(),
            'functions': published_functions(results),
        } -%}
        {%- do adapter.store_relation('warehouse', none, [], '', '', wanted) -%}
        {%- if wanted.error -%}
            select error('{{ dbt.escape_single_quotes(
                'The build is good, but readers still see the one before. ' ~ wanted.error
            ) }}')
        {%- else -%}
            {%- do log('Published: ' ~ wanted.path, info=true) -%}
        {%- endif -%}
    {%- elif flags.WHICH == 'build' -%}
        {%- do say_that_nothing_is_published() -%}
    {%- endif -%}
{%- endmacro %}

{#- Builds write into schemas of their own, `built_marts` and so on. Here, in one transaction, the
    tables that people read get the rows that are different: who reads meanwhile sees the build
    before, whole, and waits for nothing; keys, rights and the views that people made stay. (dbt
    replaces table by table, so readers of its own tables would find those of two builds, and of one
    that fails.) Only a table whose columns an upgrade changes is made anew: whoever reads just then
    may wait for it, or find it empty.

    Until the first whole build has passed, readers see what was built without a failure. -#}
{% macro postgres__publish(results) -%}
    {%- if flags.WHICH in ('run', 'build', 'seed', 'snapshot') -%}
        {%- set failed = results | selectattr('status', 'in', ['error', 'fail', 'runtime error']) | list -%}
        {%- set is_good = not (failed or flags.EMPTY or flags.SAMPLE) -%}
        {%- if is_passed_build(results) or (is_good and not has_passed_before()) -%}
            {%- set tables = tables_to_publish() -%}
            {%- set statements = create_read_tables(tables) + write_read_rows(tables)
                + read_keys_and_indexes(tables) + [create_read_functions()]
                + reader_grants(tables) -%}
            begin; {{ without_nested_loops() }}; {{ statements | join('; ') }}; commit;
        {%- elif flags.WHICH == 'build' -%}
            {%- do say_that_nothing_is_published() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro say_that_nothing_is_published() -%}
    {%- do print(
        'Not published: readers still see the last build of everything that passed its tests.'
    ) -%}
{%- endmacro %}

{% macro has_passed_before() -%}
    {%- set builds = adapter.get_relation(
        target.database, generate_schema_name('quality', none), 'dq_build'
    ) -%}
    {{ return(
        builds is not none and run_query('select 1 from ' ~ builds ~ ' limit 1').rows | length > 0
    ) }}
{%- endmacro %}

{#- The marts, reports and quality models, as pairs of the schema that people read and the name; but
    for those whose meta says `is_published: false`. -#}
{% macro published_tables() -%}
    {%- set schemas, tables = {}, [] -%}
    {%- for name in read_schemas() -%}
        {%- do schemas.update({generate_schema_name(name, none): name}) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.schema in schemas
        and node.config.materialized not in ('ephemeral', 'report_function')
        and node.config.meta.get('is_published', true) -%}
        {%- do tables.append((schemas[node.schema], node.alias)) -%}
    {%- endfor -%}
    {{ return(tables | sort) }}
{%- endmacro %}

{#- Statements that make the functions of a run beside the tables that people read. -#}
{% macro published_functions(results) -%}
    {%- set statements = [] -%}
    {%- for node in results | map(attribute='node')
        if node.resource_type == 'model' and node.config.materialized == 'report_function' -%}
        {%- set relation = api.Relation.create(
            database=node.database, schema=node.schema, identifier=node.alias
        ) -%}
        {%- do statements.append(create_report_function(relation, node, node.compiled_code)) -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}
