{#- The checksums that int_line_members was built from. -#}
{% macro built_member_checksums() -%}
    select distinct file_version_id, checksum from {{ this }}
{%- endmacro %}

{#- Hook of int_line_members: takes out the versions that it is about to write anew. -#}
{% macro take_out_changed_members() -%}
    {%- set checksums = ref('int_sales_line_checksums') -%}
    {%- if is_incremental() -%}
        {%- set changed = changed_since_built(checksums, built_member_checksums()) -%}
        {%- if changed -%}
            delete from {{ this }} where file_version_id in ({{ changed | join(', ') }})
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
