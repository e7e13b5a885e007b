{#- Grain: one row per week, currency and seller who sold something in it; lines without a seller
    are under Unknown. Additive over weeks and sellers: revenue, units, line_count, target_amount
    (of those who are listed). -#}
with

sales as not materialized (

    {{ lines_of_weeks() }}

),

spans as (

    {{ spans_of_weeks() }}

),

{{ seller_figures() }},

final as (

    select
        figures.span_start_date as week_start_date,
        weeks.iso_week,
        figures.currency,
        weeks.is_week_complete,
        figures.seller_rank,
        figures.previous_rank,
        figures.rank_change,
        figures.seller_key,
        figures.seller_name,
        figures.team,
        figures.revenue,
        figures.revenue_share,
        figures.units,
        figures.line_count,
        figures.order_count,
        figures.target_amount,
        figures.target_attainment_share
    from figures
    inner join {{ ref('rpt_weekly_summary') }} as weeks
        on
            figures.span_start_date = weeks.week_start_date
            and figures.currency = weeks.currency

)

select * from final
