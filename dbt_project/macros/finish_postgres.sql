{#- Last step of a build on PostgreSQL: what BI tools read by themselves. dbt replaces a table by a
    new one and drops the old one with all that pointed at it, so primary keys, foreign keys and
    indexes of the marts are put back after every run; those that are still there are left alone.

    Foreign keys are added without reading the whole fact again (`not valid`): the tests they come
    from have just done so, and PostgreSQL checks what is written from now on.

    Nothing is declared twice: the primary key of a mart is the column with a `unique` test, its
    foreign keys are its `relationships` tests. After a failure nothing is touched. The role
    salesops_reader, where it exists, may read marts, reports and quality, and nothing else. -#}
{% macro finish_postgres(results) -%}
    {%- if execute and target.type == 'postgres' and flags.WHICH in ('run', 'build') -%}
        {%- set failed = results | selectattr('status', 'in', ['error', 'fail', 'runtime error']) | list -%}
        {%- set statements = [] if failed else keys_and_indexes() + reader_grants() -%}
        {%- if statements -%}
            begin; {{ statements | join('; ') }}; commit;
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro keys_and_indexes() -%}
    {%- set schema = generate_schema_name('marts', none) -%}
    {%- set tables = run_query(
        "select tablename from pg_tables where schemaname = '" ~ schema ~ "'"
    ).columns[0].values() -%}
    {%- set present = run_query(
        "select conname from pg_constraint where connamespace = to_regnamespace('" ~ schema ~ "')"
    ).columns[0].values() -%}
    {%- set tests = graph.nodes.values() | selectattr('resource_type', 'equalto', 'test')
        | selectattr('attached_node') | selectattr('test_metadata') | list -%}
    {%- set primary, foreign, changed = [], [], [] -%}

    {%- for test in tests if test.test_metadata.name in ('unique', 'relationships') -%}
        {%- set model = graph.nodes.get(test.attached_node) -%}
        {%- set alter = 'alter table ' ~ adapter.quote(schema) ~ '.' ~ adapter.quote(model.alias)
            ~ ' add constraint ' -%}
        {%- set column = adapter.quote(test.column_name) -%}
        {%- if model.schema != schema or model.alias not in tables -%}
        {%- elif test.test_metadata.name == 'unique' -%}
            {%- set name = 'pk_' ~ model.name -%}
            {%- if name not in present -%}
                {%- do primary.append(
                    alter ~ adapter.quote(name) ~ ' primary key (' ~ column ~ ')'
                ) -%}
                {%- do changed.append(model.alias) -%}
            {%- endif -%}
        {%- else -%}
            {%- set name = 'fk_' ~ model.name ~ '__' ~ test.column_name -%}
            {%- for id in test.depends_on.nodes
                if id != model.unique_id and id in graph.nodes
                and graph.nodes[id].schema == schema and graph.nodes[id].alias in tables
                and name not in present -%}
                {%- set parent = graph.nodes[id] -%}
                {%- do foreign.append(
                    alter ~ adapter.quote(name) ~ ' foreign key (' ~ column ~ ') references '
                    ~ adapter.quote(schema) ~ '.' ~ adapter.quote(parent.alias)
                    ~ ' (' ~ adapter.quote(test.test_metadata.kwargs.field) ~ ') not valid'
                ) -%}
                {%- do foreign.append(
                    'create index if not exists ' ~ adapter.quote('ix_' ~ name)
                    ~ ' on ' ~ adapter.quote(schema) ~ '.' ~ adapter.quote(model.alias)
                    ~ ' (' ~ column ~ ')'
                ) -%}
                {%- do changed.append(model.alias) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}

    {%- set analyzed = [] -%}
    {%- for table in changed | unique -%}
        {%- do analyzed.append('analyze ' ~ adapter.quote(schema) ~ '.' ~ adapter.quote(table)) -%}
    {%- endfor -%}
    {{ return(primary + foreign + analyzed) }}
{%- endmacro %}

{% macro reader_grants() -%}
    {%- set wanted = [] -%}
    {%- for name in ['marts', 'reports', 'quality'] -%}
        {%- do wanted.append("'" ~ generate_schema_name(name, none) ~ "'") -%}
    {%- endfor -%}
    {%- set schemas = run_query(
        "select nspname from pg_namespace, pg_roles where rolname = 'salesops_reader' "
        ~ "and nspname in (" ~ wanted | join(', ') ~ ")"
    ).columns[0].values() -%}
    {%- set statements = [] -%}
    {%- for schema in schemas -%}
        {%- do statements.append(
            'grant usage on schema ' ~ adapter.quote(schema) ~ ' to salesops_reader'
        ) -%}
        {%- do statements.append(
            'grant select on all tables in schema ' ~ adapter.quote(schema) ~ ' to salesops_reader'
        ) -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro %}
