{#- Stops a run of the target that only names what people read: it would build over that. -#}
{% macro require_target_that_builds() -%}
    {%- if execute and target.name == 'postgres_read' and flags.WHICH in ('run', 'build', 'seed', 'snapshot', 'test') -%}
        {{ exceptions.raise_compiler_error(
            "The target postgres_read is for `dbt docs generate` and the like: leave out --target to build."
        ) }}
    {%- endif -%}
{%- endmacro %}
