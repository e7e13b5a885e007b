{#- The checksums of the lines that fact_sales_line holds, or that people read of it. -#}
{% macro summed_checksums(fact_sales_line=none) -%}
    select file_version_id, cast(sum(line_fingerprint) as decimal(38, 0)) as checksum
    from {{ fact_sales_line or this }} group by file_version_id
{%- endmacro %}

{#- Hook of fact_sales_line: takes out the lines that are not accepted any more, or not as they are
    here. -#}
{% macro take_out_changed_lines() -%}
    {%- set checksums = ref('int_sales_line_checksums') -%}
    {%- if is_incremental() -%}
        {%- set changed = changed_since_built(checksums, summed_checksums()) -%}
        {%- if changed -%}
            delete from {{ this }}
            where
                file_version_id in ({{ changed | join(', ') }})
                and not exists (
                    select 1 from {{ ref('int_sales_lines') }} as lines
                    where
                        lines.line_status = 'accepted'
                        and lines.file_version_id in ({{ changed | join(', ') }})
                        and lines.sales_line_key = {{ this }}.sales_line_key
                        and lines.line_fingerprint = {{ this }}.line_fingerprint
                )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
