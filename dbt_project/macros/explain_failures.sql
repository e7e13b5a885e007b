{#- Last words of a run that found something: for each failed or warning data test what it means, who
    puts it right, and where the rows are. -#}
{% macro explain_failures(results) -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- for result in results
            if result.node.resource_type == 'test' and result.status in ('fail', 'warn') -%}
            {%- set node = result.node -%}
            {%- do print(
                (result.status | string | upper) ~ ' ' ~ node.name ~ ' (' ~ result.failures ~ ' found; '
                ~ node.config.meta.get('owner', 'nobody') ~ '): ' ~ node.description | trim
                ~ (' Look at: select * from ' ~ node.relation_name if node.relation_name else '')
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
