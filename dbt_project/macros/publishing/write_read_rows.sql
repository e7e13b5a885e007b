{#- Statements that give the tables that people read on PostgreSQL the rows of those that were built
    (macro publish). Rows are written only where they differ, and as others see it, all at the end of
    the transaction: whoever has begun to read would find a table empty that was replaced or
    truncated.

    Foreign keys hold at every step: what is referred to is written first, and taken out last. The
    names of the marts are in this order, dim_ before fact_. -#}
{% macro write_read_rows(tables) -%}
    {%- set statements, last = [], [] -%}
    {%- for table in tables -%}
        {%- if table.is_new -%}
            {%- do statements.append(
                'insert into ' ~ table.read ~ ' select * from ' ~ table.built
            ) -%}
        {%- elif table.key -%}
            {%- set rows = rows_to_compare(table) -%}
            {%- if rows is not none -%}
                {%- do statements.extend(write_rows_by_key(table, rows)) -%}
                {%- do last.insert(0, take_out_rows_by_key(table, rows)) -%}
            {%- endif -%}
        {%- else -%}
            {%- do statements.extend(replace_if_different(table)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(statements + last) }}
{%- endmacro %}

{#- A condition for the rows of a table that may differ, on either side; none if there are none. The
    lines are by far the most, so they are told apart by file version: a line that moves from one to
    another changes both. -#}
{% macro rows_to_compare(table) -%}
    {%- if table.name != 'fact_sales_line' -%}
        {{ return('true') }}
    {%- endif -%}
    {%- set changed = changed_since_built(
        '(' ~ summed_checksums(table.built) ~ ')', summed_checksums(table.read)
    ) -%}
    {{ return('file_version_id in (' ~ changed | join(', ') ~ ')' if changed else none) }}
{%- endmacro %}

{% macro write_rows_by_key(table, rows) -%}
    {%- set same_key = 'read.' ~ table.key ~ ' = built.' ~ table.key -%}
    {%- set read = '(select * from ' ~ table.read ~ ' where ' ~ rows ~ ') as read' -%}
    {%- set built = '(select * from ' ~ table.built ~ ' where ' ~ rows ~ ') as built' -%}
    {{ return([
        'update ' ~ table.read ~ ' as read set (' ~ table.columns ~ ') = row(' ~ table.of_built ~ ')'
        ~ ' from ' ~ built ~ ' where ' ~ same_key ~ (' and read.' ~ rows if rows != 'true' else '')
        ~ ' and row(' ~ table.of_read ~ ') is distinct from row(' ~ table.of_built ~ ')',
        'insert into ' ~ table.read ~ ' select * from ' ~ built
        ~ ' where not exists (select 1 from ' ~ read ~ ' where ' ~ same_key ~ ')',
    ]) }}
{%- endmacro %}

{% macro take_out_rows_by_key(table, rows) -%}
    {{ return(
        'delete from ' ~ table.read ~ ' as read where ' ~ rows ~ ' and not exists (select 1 from'
        ~ ' (select * from ' ~ table.built ~ ' where ' ~ rows ~ ') as built'
        ~ ' where read.' ~ table.key ~ ' = built.' ~ table.key ~ ')'
    ) }}
{%- endmacro %}

{% macro replace_if_different(table) -%}
    {%- set read, built = 'table ' ~ table.read, 'table ' ~ table.built -%}
    {{ return([
        'delete from ' ~ table.read ~ ' where exists ((' ~ read ~ ' except all ' ~ built ~ ')'
        ~ ' union all (' ~ built ~ ' except all ' ~ read ~ '))',
        'insert into ' ~ table.read ~ ' select * from ' ~ table.built
        ~ ' where not exists (' ~ read ~ ')',
    ]) }}
{%- endmacro %}
