{#- Grain: one row per week and currency with delivered sales lines, newer deliveries of the same
    line aside. A line whose day cannot be read counts in the week that its file tells about.
    Additive: counts and amounts; not shares. -#}

with

accepted as (

    select
        dim_date.week_start_date,
        lines.currency,
        count(*) as row_count,
        sum(lines.revenue) as revenue,
        sum(abs(lines.revenue)) as amount_moved
    from {{ ref('fact_sales_line') }} as lines
    inner join {{ ref('dim_date') }} as dim_date on lines.sale_date_key = dim_date.date_key
    group by dim_date.week_start_date, lines.currency

),

quarantined as (

    select
        week_start_date,
        currency,
        count(*) as row_count,
        sum(amount_at_stake) as amount,
        sum(abs(amount_at_stake)) as amount_moved
    from {{ ref('dq_quarantine') }}
    group by week_start_date, currency

),

delivered as (

    select
        coalesce(accepted.week_start_date, quarantined.week_start_date) as week_start_date,
        coalesce(accepted.currency, quarantined.currency) as currency,
        coalesce(accepted.row_count, 0) + coalesce(quarantined.row_count, 0) as row_count,
        coalesce(quarantined.row_count, 0) as quarantined_row_count,
        coalesce(accepted.revenue, 0) as revenue,
        coalesce(quarantined.amount, 0) as quarantined_amount,
        coalesce(accepted.amount_moved, 0) + coalesce(quarantined.amount_moved, 0) as amount_moved,
        coalesce(quarantined.amount_moved, 0) as quarantined_amount_moved
    from accepted
    full outer join quarantined
        on
            accepted.week_start_date = quarantined.week_start_date
            and accepted.currency = quarantined.currency

),

flagged_rows as (

    select
        week_start_date,
        currency,
        file_version_id,
        file_part_number,
        source_row_number,
        max(amount_at_stake) as amount,
        count(*) as issue_count
    from {{ ref('dq_issue') }}
    where entity = 'sales_lines' and row_status = 'accepted' and not is_accepted
    group by week_start_date, currency, file_version_id, file_part_number, source_row_number

),

flagged as (

    select
        week_start_date,
        currency,
        count(*) as flagged_row_count,
        sum(issue_count) as warning_count,
        sum(amount) as flagged_revenue,
        sum(abs(amount)) as flagged_amount_moved
    from flagged_rows
    group by week_start_date, currency

),

joined as (

    select
        delivered.week_start_date,
        delivered.currency,
        delivered.row_count,
        delivered.quarantined_row_count,
        coalesce(flagged.flagged_row_count, 0) as flagged_row_count,
        coalesce(flagged.warning_count, 0) as warning_count,
        delivered.revenue,
        delivered.quarantined_amount,
        coalesce(flagged.flagged_revenue, 0) as flagged_revenue,
        {{ divide(
            'delivered.quarantined_amount_moved', 'delivered.amount_moved', 6
        ) }} as quarantined_amount_share,
        {{ divide(
            'delivered.quarantined_amount_moved'
            ~ ' + coalesce(flagged.flagged_amount_moved, 0)',
            'delivered.amount_moved', 6
        ) }} as affected_amount_share,
        {{ divide('delivered.quarantined_row_count', 'delivered.row_count', 6) }}
            as quarantined_row_share
    from delivered
    left join flagged
        on
            delivered.week_start_date = flagged.week_start_date
            and delivered.currency = flagged.currency

),

final as (

    select
        week_start_date,
        {{ iso_week('week_start_date') }} as iso_week,
        currency,
        case
            when
                quarantined_row_share > {{ var('quality_fail_share') }}
                or coalesce(quarantined_amount_share, 0) > {{ var('quality_fail_share') }}
                then 'fail'
            when quarantined_row_count + flagged_row_count > 0 then 'warn'
            else 'ok'
        end as status,
        cast(row_count as bigint) as row_count,
        cast(quarantined_row_count as bigint) as quarantined_row_count,
        cast(flagged_row_count as bigint) as flagged_row_count,
        cast(warning_count as bigint) as warning_count,
        {{ total('revenue') }} as revenue,
        {{ total('quarantined_amount') }} as quarantined_amount,
        {{ total('flagged_revenue') }} as flagged_revenue,
        quarantined_row_share,
        affected_amount_share as revenue_affected_share
    from joined

)

select * from final
