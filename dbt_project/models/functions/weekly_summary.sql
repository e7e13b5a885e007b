{#- Grain: one row per week that has some of the days, and currency; of weeks that the days cut
    through, only these days count. -#}
with

weeks as (

    select
        week_start_date,
        iso_week,
        is_week_complete,
        currency
    from {{ ref('rpt_weekly_summary') }}
    where
        week_start_date between cast(start_date as date) - 6 and cast(end_date as date)

),

spans as (

    select distinct
        greatest(week_start_date, cast(start_date as date)) as span_start_date,
        least(week_start_date + 6, cast(end_date as date)) as span_end_date,
        week_start_date,
        iso_week,
        is_week_complete
    from weeks

),

sales as (

    {{ asked_lines(
        columns='line.*, dim_date.full_date as sale_date, '
        ~ 'greatest(dim_date.week_start_date, cast(start_date as date)) as span_start_date',
        joins=days_of_lines()
    ) }}

),

{{ summary_figures(
    currencies='select distinct currency from totals union select currency from weeks where '
    ~ asks_only(),
    first_purchases=ref('rpt_customer_value')
) }}

select
    week_start_date,
    iso_week,
    currency,
    is_week_complete,
    {{ summary_columns() }},
    span_start_date as first_day,
    span_end_date as last_day
from filled
