{#- Last step of a run: adds how every test went to dq_test_result. Values are ours (names of tests,
    counts), and quoted all the same. -#}
{% macro record_test_results(results) -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- set table = adapter.get_relation(
            target.database, generate_schema_name('quality', none), 'dq_test_result'
        ) -%}
        {%- set rows = [] -%}
        {%- for result in results if result.node.resource_type in ('test', 'unit_test') -%}
            {%- do rows.append(test_result_row(result)) -%}
        {%- endfor -%}
        {%- if table and rows -%}
            insert into {{ table }} (
                invocation_id, run_started_at, test_name, model_name, owner, severity, status,
                failure_count, execution_seconds
            )
            values {{ rows | join(', ') }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro test_result_row(result) -%}
    {%- set node = result.node -%}
    {%- set tested = graph.nodes.get(node.attached_node or '', {}) -%}
    {%- set model = node.model if node.resource_type == 'unit_test' else tested.name -%}
    {%- set texts = [
        invocation_id, run_started_at.strftime('%Y-%m-%d %H:%M:%S'), node.name, model,
        node.config.meta.get('owner'), (node.config.severity or 'error') | lower, result.status,
    ] -%}
    {%- set values = [] -%}
    {%- for text in texts -%}
        {%- do values.append(
            'null' if not text else "'" ~ dbt.escape_single_quotes(text | string) ~ "'"
        ) -%}
    {%- endfor -%}
    {%- do values.append('null' if result.failures is none else result.failures | string) -%}
    {%- do values.append('%.3f' | format(result.execution_time)) -%}
    ({{ values | join(', ') }})
{%- endmacro %}
