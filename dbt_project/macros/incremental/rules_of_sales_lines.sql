{#- A hash of the rules by which sales lines are computed: the vars and the SQL of the models on
    their way. It is an answer that every line asks for, and part of its fingerprint: a build after
    a change of these computes every line anew, and writes anew what is made of it. (Not covered:
    macros. After a change of one, `dbt build --full-refresh`.) -#}
{% macro rules_of_sales_lines() -%}
    {%- set rules = [
        var('default_currency'), var('calendar_start_date'), var('calendar_end_date'),
        var('first_day_of_history'), var('last_day_of_history'), var('price_tolerance'),
    ] -%}
    {%- for model in [
        'stg_sales_lines', 'int_sales_lines_completed', 'int_sales_lines_priced',
        'int_sales_lines_judged', 'int_sales_lines', 'int_line_members', 'int_file_days',
        'int_file_repeats', 'fact_sales_line',
    ] -%}
        {#- A unit test has no graph. -#}
        {%- set node = graph.get('nodes', {}).get('model.salesops.' ~ model) -%}
        {%- do rules.append(node.checksum.checksum if node else '') -%}
    {%- endfor -%}
    {{ local_md5(tojson(rules)) }}
{%- endmacro %}
