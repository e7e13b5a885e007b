{#- Grain: one row per active file version and part (sheet), which provides one entity. Every row
    that was delivered is somewhere: rows_read = accepted + rejected + duplicate + skipped; and so
    is every amount of sales lines. Additive: all counts; the amounts within one currency. -#}

with

parts as (

    select
        versions.path as source_file,
        nullif(parts.sheet, '') as source_sheet,
        parts.entity,
        versions.file_id,
        parts.file_version_id,
        parts.file_part_number,
        parts.rows_read,
        parts.rows_loaded
    from {{ source('raw', 'file_parts') }} as parts
    inner join {{ ref('stg_file_versions') }} as versions
        on parts.file_version_id = versions.file_version_id and versions.is_active

),

lines as (

    select
        file_version_id,
        file_part_number,
        line_status,
        coalesce(reported_total, revenue, computed_total, 0) as amount
    from {{ ref('int_sales_lines') }}

),

summed as (

    select
        file_version_id,
        file_part_number,
        sum(case when line_status = 'accepted' then 1 else 0 end) as rows_accepted,
        sum(case when line_status = 'rejected' then 1 else 0 end) as rows_rejected,
        sum(case when line_status = 'duplicate' then 1 else 0 end) as rows_duplicate,
        sum(amount) as amount_delivered,
        sum(case when line_status = 'accepted' then amount else 0 end) as amount_accepted,
        sum(case when line_status = 'rejected' then amount else 0 end) as amount_rejected,
        sum(case when line_status = 'duplicate' then amount else 0 end) as amount_duplicate
    from lines
    group by file_version_id, file_part_number

),

other_rejected as (

    select
        issues.file_version_id,
        issues.file_part_number,
        count(distinct issues.source_row_number) as rows_rejected
    from {{ ref('int_reference_issues') }} as issues
    inner join {{ ref('dq_rules') }} as rules
        on issues.rule = rules.rule and rules.severity = 'reject'
    group by issues.file_version_id, issues.file_part_number

),

final as (

    select
        parts.source_file,
        parts.source_sheet,
        parts.entity,
        parts.file_id,
        parts.file_version_id,
        parts.file_part_number,
        parts.rows_read,
        parts.rows_read - parts.rows_loaded as rows_skipped,
        cast(
            case
                when parts.entity = 'sales_lines' then coalesce(summed.rows_accepted, 0)
                else parts.rows_loaded - coalesce(other_rejected.rows_rejected, 0)
            end as bigint
        ) as rows_accepted,
        cast(coalesce(summed.rows_rejected, other_rejected.rows_rejected, 0) as bigint)
            as rows_rejected,
        cast(coalesce(summed.rows_duplicate, 0) as bigint) as rows_duplicate,
        {{ total('coalesce(summed.amount_delivered, 0)') }} as amount_delivered,
        {{ total('coalesce(summed.amount_accepted, 0)') }} as amount_accepted,
        {{ total('coalesce(summed.amount_rejected, 0)') }} as amount_rejected,
        {{ total('coalesce(summed.amount_duplicate, 0)') }} as amount_duplicate
    from parts
    left join summed
        on
            parts.file_version_id = summed.file_version_id
            and parts.file_part_number = summed.file_part_number
    left join other_rejected
        on
            parts.file_version_id = other_rejected.file_version_id
            and parts.file_part_number = other_rejected.file_part_number

)

select * from final
