{#- What an earlier build left of a model of this schema, or of a table that a hook wrote; none if
    there is none, or if it is not to be used (--full-refresh). -#}
{% macro previously_built(name) -%}
    {%- if execute and not should_full_refresh() -%}
        {{ return(adapter.get_relation(this.database, this.schema, name)) }}
    {%- endif -%}
{%- endmacro %}
