{#- Last words of a run that found something: for each failed or warning data test what it means, who
    puts it right, and where the rows are. -#}
{% macro explain_failures(results) -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- for result in results
            if result.node.resource_type == 'test' and result.status in ('fail', 'warn') -%}
            {%- set node = result.node -%}
            {%- do print(
                (result.status | string | upper) ~ ' ' ~ node.name ~ ' (' ~ result.failures ~ ' found; '
                ~ node.config.meta.get('owner', 'nobody') ~ '): ' ~ meaning_of(node)
                ~ (' Look at: select * from ' ~ node.relation_name if node.relation_name else '')
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- What it means that a data test found rows; of one with several conditions, those that are broken. -#}
{% macro meaning_of(node) -%}
    {%- set test = node.test_metadata -%}
    {%- if not test or test.name != 'rows_hold' or not node.relation_name -%}
        {{ return(node.description | trim) }}
    {%- endif -%}
    {%- set found = run_query('select distinct broken_conditions from ' ~ node.relation_name) -%}
    {%- set broken = found.columns[0].values() | join(', ') -%}
    {%- set meanings = [] -%}
    {%- for name, condition in test.kwargs.conditions.items() if name in broken.split(', ') -%}
        {%- do meanings.append(name ~ ': ' ~ condition.description | trim) -%}
    {%- endfor -%}
    {{ return(meanings | join(' ')) }}
{%- endmacro %}
