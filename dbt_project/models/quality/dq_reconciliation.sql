{#- Grain: one row per active file version and part (sheet) that provides sales lines. Every row
    that was delivered is somewhere: rows_read = accepted + rejected + duplicate + skipped.
    Additive: all counts; the amounts within one currency. -#}

with

parts as (

    select
        versions.path as source_file,
        nullif(parts.sheet, '') as source_sheet,
        parts.file_version_id,
        parts.file_part_number,
        parts.rows_read,
        parts.rows_loaded
    from {{ source('raw', 'file_parts') }} as parts
    inner join {{ ref('stg_file_versions') }} as versions
        on parts.file_version_id = versions.file_version_id and versions.is_active
    where parts.entity = 'sales_lines'

),

lines as (

    select
        file_version_id,
        file_part_number,
        sum(case when line_status = 'accepted' then 1 else 0 end) as rows_accepted,
        sum(case when line_status = 'rejected' then 1 else 0 end) as rows_rejected,
        sum(case when line_status = 'duplicate' then 1 else 0 end) as rows_duplicate,
        sum(case when line_status = 'accepted' then revenue else 0 end) as amount_accepted,
        sum(case when line_status = 'rejected' then coalesce(reported_total, revenue, 0) else 0 end)
            as amount_rejected,
        sum(case when line_status = 'duplicate' then revenue else 0 end) as amount_duplicate
    from {{ ref('int_sales_lines') }}
    group by file_version_id, file_part_number

),

final as (

    select
        parts.source_file,
        parts.source_sheet,
        parts.file_version_id,
        parts.file_part_number,
        parts.rows_read,
        parts.rows_read - parts.rows_loaded as rows_skipped,
        cast(coalesce(lines.rows_accepted, 0) as bigint) as rows_accepted,
        cast(coalesce(lines.rows_rejected, 0) as bigint) as rows_rejected,
        cast(coalesce(lines.rows_duplicate, 0) as bigint) as rows_duplicate,
        {{ total('coalesce(lines.amount_accepted, 0)') }} as amount_accepted,
        {{ total('coalesce(lines.amount_rejected, 0)') }} as amount_rejected,
        {{ total('coalesce(lines.amount_duplicate, 0)') }} as amount_duplicate
    from parts
    left join lines
        on
            parts.file_version_id = lines.file_version_id
            and parts.file_part_number = lines.file_part_number

)

select * from final
