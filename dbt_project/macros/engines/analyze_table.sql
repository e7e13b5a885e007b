{#- Post-hook of a large table that is read at once: on PostgreSQL the statistics by which its reads
    are planned would else come minutes later. -#}
{% macro analyze_table() -%}
    {{ return(adapter.dispatch('analyze_table', 'salesops')()) }}
{%- endmacro %}

{% macro default__analyze_table() -%}
{%- endmacro %}

{% macro postgres__analyze_table() -%}
    analyze {{ this }}
{%- endmacro %}
