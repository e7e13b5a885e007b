{#- The tables that people read on PostgreSQL (macro publish): which they are, and what BI tools find
    out by themselves, which is words, keys, indexes and rights. -#}

{#- What is to be published, a list of dictionaries:

    schema, name: of the table that people read;
    read, built: that table and the one that builds write, quoted;
    columns, of_read, of_built: the columns, as SQL lists; the latter two say whose they are;
    key: the column that no two rows share, quoted, or none;
    is_there, is_new: whether the table that people read is there, and whether it has to be made,
        as it is not there or has other columns.

    The primary key of a mart is the column with a `unique` test. -#}
{% macro tables_to_publish() -%}
    {%- set keys, shapes, tables = {}, {}, [] -%}
    {%- for test in tests_of_marts('unique') -%}
        {%- do keys.update({test.attached_node: adapter.quote(test.column_name)}) -%}
    {%- endfor -%}
    {%- for row in run_query(
        "select namespace.nspname || '.' || class.relname,"
        ~ " string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum),"
        ~ " string_agg(format('%I', attname), ', ' order by attnum),"
        ~ " string_agg(format('read.%I', attname), ', ' order by attnum),"
        ~ " string_agg(format('built.%I', attname), ', ' order by attnum)"
        ~ " from pg_attribute inner join pg_class as class on attrelid = class.oid"
        ~ " inner join pg_namespace as namespace on relnamespace = namespace.oid"
        ~ " where attnum > 0 and not attisdropped and relkind in ('r', 'v')"
        ~ " and replace(nspname, 'built_', '') in ('" ~ read_schemas() | join("', '") ~ "')"
        ~ " group by 1"
    ).rows -%}
        {%- do shapes.update({row[0]: row}) -%}
    {%- endfor -%}
    {%- for schema, name in published_tables() -%}
        {%- set built_schema = generate_schema_name(schema, none) -%}
        {%- set shape = shapes.get(built_schema ~ '.' ~ name) -%}
        {%- set before = shapes.get(schema ~ '.' ~ name) -%}
        {%- if shape is not none -%}
            {%- do tables.append({
                'schema': schema,
                'name': name,
                'read': adapter.quote(schema) ~ '.' ~ adapter.quote(name),
                'built': adapter.quote(built_schema) ~ '.' ~ adapter.quote(name),
                'columns': shape[2],
                'of_read': shape[3],
                'of_built': shape[4],
                'key': keys.get('model.' ~ project_name ~ '.' ~ name),
                'is_new': before is none or before[1] != shape[1],
                'is_there': before is not none,
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{#- The tests of one kind that columns of marts have. -#}
{% macro tests_of_marts(kind) -%}
    {%- set tests = [] -%}
    {%- for test in graph.nodes.values()
        if test.resource_type == 'test' and test.attached_node
        and test.test_metadata.name == kind
        and graph.nodes[test.attached_node].schema == generate_schema_name('marts', none) -%}
        {%- do tests.append(test) -%}
    {%- endfor -%}
    {{ return(tests) }}
{%- endmacro %}

{#- Statements that make the tables that are new, empty, and give all of them their words. -#}
{% macro create_read_tables(tables) -%}
    {%- set statements = [] -%}
    {%- for schema in tables | map(attribute='schema') | unique -%}
        {%- do statements.append('create schema if not exists ' ~ adapter.quote(schema)) -%}
    {%- endfor -%}
    {%- for table in tables if table.is_new -%}
        {%- if table.is_there -%}
            {%- do statements.append('drop table ' ~ table.read ~ ' cascade') -%}
        {%- endif -%}
        {%- do statements.append('create table ' ~ table.read ~ ' (like ' ~ table.built ~ ')') -%}
    {%- endfor -%}
    {%- do statements.append(describe_read_tables()) -%}
    {{ return(statements) }}
{%- endmacro %}

{#- Gives the tables that people read the comments of those that builds wrote, where they differ. -#}
{% macro describe_read_tables() -%}
    do $words$
    declare
        statement text;
    begin
        for statement in
            select
                case when said.objsubid = 0
                    then format('comment on table %s is %L', read.oid::regclass, said.description)
                    else format(
                        'comment on column %s.%I is %L', read.oid::regclass, built_column.attname,
                        said.description
                    )
                end
            from pg_description as said
            inner join pg_class as built on said.objoid = built.oid
            inner join pg_namespace as built_schema on built.relnamespace = built_schema.oid
            inner join pg_namespace as read_schema
                on built_schema.nspname = 'built_' || read_schema.nspname
            inner join pg_class as read
                on read_schema.oid = read.relnamespace and built.relname = read.relname
            left join pg_attribute as built_column
                on said.objoid = built_column.attrelid and said.objsubid = built_column.attnum
            left join pg_attribute as read_column
                on read.oid = read_column.attrelid and built_column.attname = read_column.attname
            left join pg_description as heard
                on
                    read.oid = heard.objoid
                    and heard.classoid = 'pg_class'::regclass
                    and coalesce(read_column.attnum, 0) = heard.objsubid
            where
                said.classoid = 'pg_class'::regclass
                and read_schema.nspname in ('{{ read_schemas() | join("', '") }}')
                and heard.description is distinct from said.description
        loop
            execute statement;
        end loop;
    end
    $words$
{%- endmacro %}

{#- Statements that add the keys and indexes that are not there. Nothing is declared twice: foreign
    keys are what the tests `references_hold` of the marts name, indexes besides theirs those of the models.

    Foreign keys are added without reading the whole fact again (`not valid`): the tests they come
    from have just done so, and PostgreSQL checks what is written from now on. -#}
{% macro read_keys_and_indexes(tables) -%}
    {%- set primary, foreign, indexes, analyzed = [], [], [], [] -%}
    {%- set present = run_query(
        "select conname from pg_constraint where connamespace = to_regnamespace('marts')"
    ).columns[0].values() -%}
    {%- set by_name = {} -%}
    {%- for table in tables -%}
        {%- do by_name.update({table.name: table}) -%}
        {%- set name = 'pk_' ~ table.name -%}
        {%- if table.key and (table.is_new or name not in present) -%}
            {%- do primary.append(
                'alter table ' ~ table.read ~ ' add constraint ' ~ adapter.quote(name)
                ~ ' primary key (' ~ table.key ~ ')'
            ) -%}
        {%- endif -%}
        {%- set model = graph.nodes['model.' ~ project_name ~ '.' ~ table.name] -%}
        {%- for index in model.config.get('indexes') or [] -%}
            {%- set columns = [] -%}
            {%- for column in index.columns -%}
                {%- do columns.append(adapter.quote(column)) -%}
            {%- endfor -%}
            {%- do indexes.append(
                'create index if not exists '
                ~ adapter.quote('ix_' ~ table.name ~ '__' ~ index.columns | join('_'))
                ~ ' on ' ~ table.read ~ ' (' ~ columns | join(', ') ~ ')'
            ) -%}
        {%- endfor -%}
        {%- if table.is_new -%}
            {%- do analyzed.append('analyze ' ~ table.read) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- for test in tests_of_marts('references_hold') -%}
        {%- set table = by_name.get(graph.nodes[test.attached_node].alias) -%}
        {%- for column_name, reference in test.test_metadata.kwargs.references.items() -%}
            {%- set column = adapter.quote(column_name) -%}
            {%- set parent = by_name.get(reference.to.split("'")[1]) -%}
            {%- if table and parent and parent.schema == 'marts' -%}
                {%- set name = 'fk_' ~ table.name ~ '__' ~ column_name -%}
                {%- do indexes.append(
                    'create index if not exists ' ~ adapter.quote('ix_' ~ name) ~ ' on '
                    ~ table.read ~ ' (' ~ column ~ ')'
                ) -%}
                {%- if table.is_new or parent.is_new or name not in present -%}
                    {%- do foreign.append(
                        'alter table ' ~ table.read ~ ' add constraint ' ~ adapter.quote(name)
                        ~ ' foreign key (' ~ column ~ ') references ' ~ parent.read
                        ~ ' (' ~ adapter.quote(reference.field) ~ ') not valid'
                    ) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(primary + indexes + foreign + analyzed) }}
{%- endmacro %}

{#- Statements by which the role salesops_reader, where it exists, may read what is published, and
    nothing else.

    BI tools look for keys in information_schema, which shows those of a table only to who may do more
    with it than read. The least of such rights is to refer to a column: here to one that is no key, so
    that no foreign key can. (Whoever may refer to a key can keep builds from taking rows out.) -#}
{% macro reader_grants(tables) -%}
    {%- set statements = [] -%}
    {%- if run_query("select 1 from pg_roles where rolname = 'salesops_reader'").rows | length -%}
        {%- for schema in read_schemas() -%}
            {%- do statements.append(
                'create schema if not exists ' ~ adapter.quote(schema)
            ) -%}
            {%- do statements.append(
                'grant usage on schema ' ~ adapter.quote(schema) ~ ' to salesops_reader'
            ) -%}
            {%- do statements.append(
                'grant select on all tables in schema ' ~ adapter.quote(schema)
                ~ ' to salesops_reader'
            ) -%}
        {%- endfor -%}
        {%- for table in tables if table.key -%}
            {%- set model = graph.nodes['model.' ~ project_name ~ '.' ~ table.name] -%}
            {%- for name in model.columns if adapter.quote(name) != table.key -%}
                {%- if loop.last -%}
                    {%- do statements.append(
                        'grant references (' ~ adapter.quote(name) ~ ') on ' ~ table.read
                        ~ ' to salesops_reader'
                    ) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(statements) }}
{%- endmacro %}
