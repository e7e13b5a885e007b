{#- Hook of int_sales_lines: takes out the lines of file versions that do not count any more. -#}
{% macro take_out_gone_versions() -%}
    {%- set versions = ref('stg_file_versions') -%}
    {%- if is_incremental() -%}
        {%- set gone = changed_file_versions(this, versions)[1] -%}
        {%- if gone -%}
            delete from {{ this }} where file_version_id in ({{ gone | join(', ') }})
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
