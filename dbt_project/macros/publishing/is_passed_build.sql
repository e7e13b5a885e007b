{#- Whether a run built everything, ran every test of the data, and none of it failed. A warning is no
    failure. Unit tests are about the SQL: they may be left out, but not fail. -#}
{% macro is_passed_build(results) -%}
    {%- set good = results
        | selectattr('status', 'in', ['success', 'pass', 'warn', 'no-op'])
        | map(attribute='node.unique_id') | list -%}
    {%- set wanted = graph.nodes.values()
        | selectattr('resource_type', 'in', ['model', 'seed', 'snapshot', 'test'])
        | rejectattr('config.materialized', 'equalto', 'ephemeral')
        | map(attribute='unique_id') | list -%}
    {{ return(
        flags.WHICH == 'build' and not flags.EMPTY and not flags.SAMPLE
        and good | length == results | length
        and wanted | reject('in', good) | list | length == 0
    ) }}
{%- endmacro %}
