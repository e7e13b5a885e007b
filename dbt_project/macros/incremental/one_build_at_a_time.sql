{#- Hook of incremental models on PostgreSQL: two builds at once write one after the other. (DuckDB
    admits one writer.) -#}
{% macro one_build_at_a_time() -%}
    {%- if target.type == 'postgres' and is_incremental() -%}
        lock table {{ this }} in share row exclusive mode
    {%- endif -%}
{%- endmacro %}

{#- Hook at the start of a run: refuses where another one is at work in the database. It goes on when it
    has seen none several times in a row, as a run at work has no connection for a moment between two
    models, and more often where it has seen one; it looks for some seconds before it refuses, as the
    connections of a run that has ended may take a moment to go. -#}
{% macro require_no_other_build() -%}
    {%- if execute and target.type == 'postgres' and flags.WHICH in ('run', 'build', 'snapshot', 'seed') -%}
        {%- set looks = namespace(alone=0, wanted=5) -%}
        {%- for _ in range(60) -%}
            {%- if looks.alone < looks.wanted -%}
                {%- set others = run_query(
                    "select count(*) from pg_stat_activity where datname = current_database()"
                    ~ " and application_name = current_setting('application_name')"
                    ~ " and application_name <> '' and pid <> pg_backend_pid()"
                ).columns[0].values()[0] -%}
                {%- set looks.alone = 0 if others else looks.alone + 1 -%}
                {%- set looks.wanted = 15 if others else looks.wanted -%}
                {#- Else a transaction goes on seeing the sessions that it saw first. -#}
                {%- do run_query("select pg_stat_clear_snapshot(), pg_sleep(0.07)") -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if looks.alone < looks.wanted -%}
            {{ exceptions.raise_compiler_error(
                "Another build is at work in this database. Try again when it is done."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
