{#- Hook of int_sales_lines: a first build, or one with --full-refresh, needs every line to be due,
    and as a new one. Selected alone with --full-refresh, it would keep the few lines of the build
    before, and nothing else; so that is refused. -#}
{% macro require_every_line_due() -%}
    {%- set delivered, due = ref('stg_sales_lines'), ref('int_sales_lines_due') -%}
    {%- if execute and not is_incremental() -%}
        {%- set missing = run_query(
            "select (select count(*) from " ~ delivered ~ ") - (select count(*) from " ~ due
            ~ " where previous_sales_line_key is null)"
        ).columns[0].values()[0] -%}
        {%- if missing -%}
            {{ exceptions.raise_compiler_error(
                "int_sales_lines cannot be rebuilt without the models before it: "
                ~ "`dbt build --full-refresh`, or `--select +int_sales_lines` with it."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
