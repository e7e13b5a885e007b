{#- The indexes of a table, for its config: one a list of columns. None on DuckDB, which skips what it
    does not need by itself, and loads indexes for everybody who opens the file. -#}
{% macro indexed_by(columns) -%}
    {{ return(adapter.dispatch('indexed_by', 'salesops')(columns)) }}
{%- endmacro %}

{% macro default__indexed_by(columns) -%}
    {{ return([]) }}
{%- endmacro %}

{% macro postgres__indexed_by(columns) -%}
    {%- set indexes = [] -%}
    {%- for column in columns -%}
        {%- do indexes.append({'columns': [column]}) -%}
    {%- endfor -%}
    {{ return(indexes) }}
{%- endmacro %}
