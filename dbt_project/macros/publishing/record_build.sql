{#- Step at the end of a run: a build of everything that passed gets a row in dq_build. -#}
{% macro record_build(results) -%}
    {%- if execute and is_passed_build(results) -%}
        {%- set tests = results | selectattr('node.resource_type', 'equalto', 'test') | list -%}
        {%- set warnings = tests | selectattr('status', 'equalto', 'warn') | list -%}
        insert into {{ adapter.get_relation(
            target.database, generate_schema_name('quality', none), 'dq_build'
        ) }} (
            invocation_id, run_started_at, built_at, is_full_refresh, test_count, warning_count
        )
        values (
            '{{ invocation_id }}',
            '{{ run_started_at.strftime('%Y-%m-%d %H:%M:%S') }}',
            '{{ modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S') }}',
            {{ 'true' if flags.FULL_REFRESH else 'false' }},
            {{ tests | length }},
            {{ warnings | length }}
        )
    {%- endif -%}
{%- endmacro %}
