{#- Makes the functions that people read on PostgreSQL like those of the schemas that builds write into,
    where they differ (macro publish). What they read is found by its name when they are asked. -#}
{% macro create_read_functions() -%}
    do $read_functions$
    declare
        wanted record;
    begin
        for wanted in
            select
                written.name,
                written.definition,
                obj_description(written.oid, 'pg_proc') as description
            from (
                select
                    pg_proc.oid,
                    format('%I.%I', replace(nspname, 'built_', ''), proname) as name,
                    regexp_replace(
                        pg_get_functiondef(pg_proc.oid),
                        'built_({{ read_schemas() | join('|') }})', '\1', 'g'
                    ) as definition
                from pg_proc
                inner join pg_namespace on pronamespace = pg_namespace.oid
                where nspname in ('built_{{ read_schemas() | join("', 'built_") }}')
            ) as written
            where
                to_regproc(written.name) is null
                or pg_get_functiondef(to_regproc(written.name)) <> written.definition
        loop
            execute format('drop function if exists %s cascade', wanted.name);
            execute wanted.definition;
            execute format('comment on function %s is %L', wanted.name, wanted.description);
        end loop;
    end
    $read_functions$
{%- endmacro %}
