{#- Grain: one row per currency in which something was sold. -#}
with

-- As many days before are what the days are compared with.
compared_sales as (

    {{ asked_lines(
        first=days_before_asked(), columns='line.*, dim_date.full_date as sale_date, '
        ~ asked_or_before(), joins=days_of_lines()
    ) }}

),

sales as (

    select * from compared_sales
    where span_start_date = cast(start_date as date)

),

spans as (

    {{ asked_span() }}

),

{{ summary_figures(
    currencies='select distinct currency from totals', first_purchases=ref('rpt_customer_value')
) }},

days_before as (

    select
        currency,
        sum(revenue) as revenue
    from compared_sales
    where span_start_date < cast(start_date as date)
    group by currency

),

-- The same weekdays a year before.
last_year as (

    {{ asked_lines(
        first='cast(start_date as date) - 364', last='cast(end_date as date) - 364',
        columns='line.currency, sum(line.revenue) as revenue'
    ) }}
    group by line.currency

),

last_sale as (

    {{ last_sale() }}

),

compared as (

    select
        filled.*,
        days_before.revenue as previous_revenue,
        last_year.revenue as last_year_revenue,
        {{ last_trading_day_until('filled.span_end_date') }} <= last_sale.last_sale_date
            as is_complete
    from filled
    cross join last_sale
    left join days_before on filled.currency = days_before.currency
    left join last_year on filled.currency = last_year.currency

)

select
    currency,
    {{ summary_columns() }},
    {{ total('previous_revenue') }} as previous_revenue,
    {{ change_pct('revenue', 'previous_revenue', 'is_complete') }} as revenue_change_pct,
    {{ total('last_year_revenue') }} as last_year_revenue,
    {{ change_pct('revenue', 'last_year_revenue', 'is_complete') }}
        as revenue_change_on_last_year_pct
from compared
