{#- Grain: one row per delivered sales line that is kept out of the fact because it cannot be read.
    Additive: amount_at_stake, as far as it is known. -#}

with

rejected as (

    select * from {{ ref('int_sales_lines') }}
    where line_status = 'rejected'

),

reasons as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        max(week_start_date) as week_start_date,
        string_agg(description, '; ' order by rule) as all_reasons,
        string_agg(
            case when severity = 'reject' and not is_accepted then description end,
            '; ' order by rule
        ) as rejection_reasons
    from {{ ref('dq_issue') }}
    where row_status = 'quarantined'
    group by file_version_id, file_part_number, source_row_number

),

final as (

    select
        rejected.sales_line_key,
        -- What cannot be read is kept out whatever dq_rules says.
        coalesce(reasons.rejection_reasons, reasons.all_reasons) as rejection_reasons,
        rejected.broken_rules,
        rejected.order_id,
        rejected.product_id,
        rejected.product_name,
        rejected.sold_at_text,
        rejected.units_text,
        rejected.unit_price_text,
        rejected.discount_amount_text,
        rejected.discount_rate_text,
        rejected.line_total_text,
        rejected.currency,
        coalesce(rejected.reported_total, rejected.revenue, rejected.computed_total)
            as amount_at_stake,
        reasons.week_start_date,
        rejected.source_file,
        rejected.source_sheet,
        rejected.source_row_number,
        rejected.file_version_id,
        rejected.loaded_at
    from rejected
    left join reasons
        on
            rejected.file_version_id = reasons.file_version_id
            and rejected.file_part_number = reasons.file_part_number
            and rejected.source_row_number = reasons.source_row_number

)

select * from final
