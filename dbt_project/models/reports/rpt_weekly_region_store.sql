{#- Grain: one row per week, currency and place where something was sold in it: region, city and
    store, each level telling the same sales. Additive over weeks and over the places of one
    place_level: revenue, units, line_count; not: order_count and customer counts. -#}
with

sales as not materialized (

    {{ lines_of_weeks() }}

),

spans as (

    {{ spans_of_weeks() }}

),

{{ place_figures(history='sales') }},

final as (

    select
        figures.span_start_date as week_start_date,
        weeks.iso_week,
        figures.currency,
        weeks.is_week_complete,
        figures.place_level,
        figures.country,
        figures.region,
        figures.city,
        figures.store_key,
        figures.store_name,
        figures.revenue,
        figures.revenue_share,
        figures.units,
        figures.line_count,
        figures.order_count,
        figures.active_customer_count,
        figures.known_customer_count,
        figures.penetration_share
    from figures
    inner join {{ ref('rpt_weekly_summary') }} as weeks
        on
            figures.span_start_date = weeks.week_start_date
            and figures.currency = weeks.currency

)

select * from final
