{#- Grain: one row per week, currency and shipping company that carried something in it, be it lines
    or orders with freight; those without a carrier are under Unknown. Additive over weeks and
    companies: revenue, units, line_count, freight_amount, freight_order_count. -#}
with

sales as not materialized (

    {{ lines_of_weeks() }}

),

headers as (

    select
        fact_order.*,
        dim_date.week_start_date as span_start_date
    from {{ ref('fact_order') }} as fact_order
    inner join {{ ref('dim_date') }} as dim_date
        on fact_order.order_date_key = dim_date.date_key

),

{{ shipping_figures() }},

-- The weeks with sales; freight may be of others, before or after them.
weeks as (

    select distinct
        week_start_date,
        is_week_complete
    from {{ ref('rpt_weekly_summary') }}

),

first_week as (

    select min(week_start_date) as first_week_start_date from weeks

),

week_names as (

    select distinct
        week_start_date,
        iso_week
    from {{ ref('dim_date') }}

),

final as (

    select
        figures.span_start_date as week_start_date,
        week_names.iso_week,
        figures.currency,
        coalesce(
            weeks.is_week_complete,
            figures.span_start_date < first_week.first_week_start_date,
            false
        ) as is_week_complete,
        figures.shipping_company_key,
        figures.shipping_company_name,
        figures.revenue,
        figures.revenue_share,
        figures.units,
        figures.line_count,
        figures.order_count,
        figures.freight_amount,
        figures.freight_order_count
    from figures
    cross join first_week
    inner join week_names on figures.span_start_date = week_names.week_start_date
    left join weeks on figures.span_start_date = weeks.week_start_date

)

select * from final
