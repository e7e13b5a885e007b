{#- A model with this materialization becomes a function that returns rows: reports of any days, with
    the parameters of `figure_parameters` and those of its own, `meta: {parameters: {name: type}}`,
    with their types. All but the days are null where a caller does not name them.

    A function names tables as `schema.table`, whatever database it is in: it is copied into the one
    that readers open (macro publish). dbt shall not know it as a relation, which it would drop. -#}
{% materialization report_function, default -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {{ create_report_function(this, model, sql) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': []}) }}
{%- endmaterialization %}

{#- Statements that make the function of a model. -#}
{% macro create_report_function(relation, model, sql) -%}
    {%- set parameters = dict(figure_parameters(), **model.config.meta.get('parameters', {})) -%}
    {%- set database = relation.include(schema=false, identifier=false) | string -%}
    {{ return(adapter.dispatch('create_report_function', 'salesops')(
        relation.include(database=false), parameters, sql | replace(database ~ '.', ''),
        dbt.escape_single_quotes(model.description)
    )) }}
{%- endmacro %}

{% macro default__create_report_function(relation, parameters, sql, description) -%}
    create or replace macro {{ relation }}(
        {%- for name in parameters -%}
            {{ name }}{{ ' := null' if name not in ('start_date', 'end_date') }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ) as table {{ sql }};
    comment on macro table {{ relation }} is '{{ description }}'
{%- endmacro %}

{#- PostgreSQL plans the query of such a function as if it were written where it is called, with the
    parameters that are null left out. What it returns, the query itself says. -#}
{% macro postgres__create_report_function(relation, parameters, sql, description) -%}
    {%- set asked, nothing = [], [] -%}
    {%- for name, type in parameters.items() -%}
        {%- do asked.append(
            name ~ ' ' ~ type ~ (' default null' if name not in ('start_date', 'end_date') else '')
        ) -%}
        {%- do nothing.append('cast(null as ' ~ type ~ ') as ' ~ name) -%}
    {%- endfor -%}
    {%- set rows = relation.identifier ~ '__rows' -%}
    {%- do run_query(
        'create temporary view ' ~ rows ~ ' as select returned.* from (select '
        ~ nothing | join(', ') ~ ') as asked cross join lateral (' ~ sql ~ ') as returned'
    ) -%}
    {%- set columns = run_query(
        "select string_agg(format('%I %s', attname, format_type(atttypid, null)), ', ' order by attnum)"
        ~ " from pg_attribute where attrelid = '" ~ rows ~ "'::regclass and attnum > 0"
    ).columns[0].values()[0] -%}
    {%- do run_query('drop function if exists ' ~ relation) -%}
    create function {{ relation }}({{ asked | join(', ') }}) returns table ({{ columns }})
    language sql stable parallel safe as $function$ {{ sql }} $function$;
    comment on function {{ relation }} is '{{ description }}';
    drop view {{ rows }}
{%- endmacro %}
