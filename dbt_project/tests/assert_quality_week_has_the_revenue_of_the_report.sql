-- Revenue per week and currency, as the data-quality report and the weekly summary have it.
with

quality as (

    select
        week_start_date,
        currency,
        revenue
    from {{ ref('rpt_weekly_data_quality') }}

),

summary as (

    select
        week_start_date,
        currency,
        revenue
    from {{ ref('rpt_weekly_summary') }}
    where line_count > 0

),

differences as (

    select
        coalesce(quality.week_start_date, summary.week_start_date) as week_start_date,
        coalesce(quality.currency, summary.currency) as currency,
        quality.revenue as quality_revenue,
        summary.revenue
    from quality
    full outer join summary
        on
            quality.week_start_date = summary.week_start_date
            and quality.currency = summary.currency
    where coalesce(quality.revenue, 0) <> coalesce(summary.revenue, 0)

)

select * from differences
