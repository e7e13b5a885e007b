{#- A number for the rules by which sales lines are computed: the SQL of the models that may have a
    part in it, that of the macros they call, and the vars that either asks for. A build works it out
    once, for int_lookups. It is part of every line's fingerprint, too, so that what is made of lines is
    written anew with them. -#}
{% macro rules_of_sales_lines() -%}
    {%- set texts, macros, rules = [], [], [] -%}
    {#- A unit test has no graph. -#}
    {%- set nodes = graph.get('nodes', {}) -%}
    {%- for unique_id in nodes
        if modules.re.match('model\\.' ~ project_name ~ '\\.(stg_|int_|fact_sales_line$)', unique_id) -%}
        {%- do texts.append(nodes[unique_id].raw_code) -%}
    {%- endfor -%}
    {#- Not what dbt lists as the macros of a node: that grows while it runs. -#}
    {%- set own, models = context[project_name], texts | join -%}
    {%- for name in own if name in models -%}
        {%- do macros.append('macro.' ~ project_name ~ '.' ~ name) -%}
    {%- endfor -%}
    {#- It goes on with what is appended meanwhile. -#}
    {%- for unique_id in macros if unique_id.split('.')[1] == project_name -%}
        {%- set macro = own[unique_id.split('.')[2]].macro -%}
        {%- do texts.append(macro.macro_sql) -%}
        {%- do macros.extend(macro.depends_on.macros | reject('in', macros) | list) -%}
    {%- endfor -%}
    {%- for text in texts | sort -%}
        {%- do rules.append(text) -%}
        {%- for name in modules.re.findall("\\bvar(?:_one_of)?\\(['\"](\\w+)", text) -%}
            {%- do rules.append(var(name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(local_md5(tojson(rules))[:15] | int(base=16)) }}
{%- endmacro %}

{#- Whether a config is that of an incremental model that can be made anew. -#}
{% macro is_made_of_lines(config) -%}
    {{ return(config.materialized == 'incremental' and config.get('full_refresh') is none) }}
{%- endmacro %}

{#- A table that a build keeps in the schema of int_lookups; none if it is not there. -#}
{% macro kept_table(name) -%}
    {{ return(adapter.get_relation(
        target.database, generate_schema_name('staging', none) | trim, name
    )) }}
{%- endmacro %}

{#- Whether the rules are others than those that such a model was built by; true of one that is not
    there. -#}
{% macro has_other_rules(name) -%}
    {%- set lookups, applied = kept_table('int_lookups'), kept_table('rules_of_' ~ name) -%}
    {{ return(
        not lookups or not applied
        or run_query(
            'select 1 from ' ~ applied ~ ' inner join ' ~ lookups ~ " on lookup_kind = 'rules'"
            ~ ' and rules = answer'
        ).rows | length == 0
    ) }}
{%- endmacro %}

{#- Hook of such a model: keeps the rules that it was built by, in the same transaction. The last
    hook, as those before it ask whether they have changed. -#}
{% macro remember_rules() -%}
    {%- set lookups = kept_table('int_lookups') -%}
    {%- if execute and lookups -%}
        {%- set applied = lookups.incorporate(path={'identifier': 'rules_of_' ~ this.identifier}) -%}
        drop table if exists {{ applied }};
        create table {{ applied }} as
        select answer as rules from {{ lookups }} where lookup_kind = 'rules'
    {%- endif -%}
{%- endmacro %}

{#- dbt's own macro, called wherever it asks about `--full-refresh`: what is made of lines is made
    anew, columns and all, when the rules have changed. -#}
{% macro should_full_refresh() -%}
    {%- if config.get('full_refresh') is not none -%}
        {{ return(config.get('full_refresh')) }}
    {%- endif -%}
    {{ return(
        flags.FULL_REFRESH
        or (execute and is_made_of_lines(model.config) and has_other_rules(model.name))
    ) }}
{%- endmacro %}
