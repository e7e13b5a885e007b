{#- Hook of int_sales_lines: keeps the answers that its lines were built with, in the same
    transaction. Were they kept before or after it, a build that is killed in between, followed by a
    change back, would leave lines with an answer that nothing remembers. -#}
{% macro remember_lookups() -%}
    {%- set applied = this.incorporate(path={'identifier': 'int_lookups_applied'}) -%}
    drop table if exists {{ applied }};
    create table {{ applied }} as select * from {{ ref('int_lookups') }}
{%- endmacro %}
