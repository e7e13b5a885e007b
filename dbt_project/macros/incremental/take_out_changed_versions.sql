{#- The checksums that an incremental model by file version was built from. -#}
{% macro stored_checksums() -%}
    select distinct file_version_id, checksum from {{ this }}
{%- endmacro %}

{#- Hook of such a model: takes out what it is about to write anew, the rows that name a changed
    version in one of these columns. -#}
{% macro take_out_changed_versions(columns) -%}
    {%- set checksums = ref('int_sales_line_checksums') -%}
    {%- if is_incremental() -%}
        {%- set changed = changed_since_built(checksums, stored_checksums()) -%}
        {%- if changed -%}
            delete from {{ this }}
            where
            {%- for column in columns %}
                {{ 'or ' if not loop.first }}{{ column }} in ({{ changed | join(', ') }})
            {%- endfor %}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
