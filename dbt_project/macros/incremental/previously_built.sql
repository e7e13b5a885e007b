{#- What an earlier build left of int_sales_lines, or of a table that its hooks wrote; none if there is
    none, or if it is not to be used: with --full-refresh, or built by other rules. -#}
{% macro previously_built(name) -%}
    {%- if execute and not flags.FULL_REFRESH and not has_other_rules('int_sales_lines') -%}
        {{ return(adapter.get_relation(this.database, this.schema, name)) }}
    {%- endif -%}
{%- endmacro %}
