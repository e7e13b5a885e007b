{#- Grain: one row per cohort (the customers whose first purchase in a currency was in one month),
    currency and month from then to the last one with sales, months without purchases included.
    Additive over cohorts and months: revenue. Additive over the cohorts of a month:
    active_customer_count, cohort_customer_count. Not additive: shares, cumulative_revenue.

    Customers are put together by month first: the rest is small. -#}
{%- set month_end_date =
    'cast(' ~ dbt.dateadd('month', 1, 'dim_date.month_start_date') ~ ' as date) - 1' -%}

with

last_sale as (

    select max(sale_date_key) as sale_date_key from {{ ref('fact_sales_line') }}

),

span as (

    select
        dim_date.full_date as as_of_date,
        dim_date.month_start_date as last_month_start_date
    from last_sale
    inner join {{ ref('dim_date') }} as dim_date on last_sale.sale_date_key = dim_date.date_key

),

customer_months as (

    select
        dim_customer.customer_durable_key,
        lines.currency,
        dim_date.month_start_date,
        sum(lines.revenue) as revenue,
        max(case when lines.is_return then 0 else 1 end) as is_active
    from {{ ref('fact_sales_line') }} as lines
    inner join {{ ref('dim_date') }} as dim_date on lines.sale_date_key = dim_date.date_key
    inner join {{ ref('dim_customer') }} as dim_customer
        on lines.customer_key = dim_customer.customer_key
    where lines.customer_key <> -1
    group by dim_customer.customer_durable_key, lines.currency, dim_date.month_start_date

),

with_cohort as (

    select
        *,
        min(case when is_active = 1 then month_start_date end) over (
            partition by customer_durable_key, currency
        ) as cohort_month_start_date
    from customer_months

),

-- What was returned before the first known purchase was bought before the first delivered sale.
totals as (

    select
        cohort_month_start_date,
        currency,
        month_start_date,
        sum(is_active) as active_customer_count,
        sum(revenue) as revenue
    from with_cohort
    where month_start_date >= cohort_month_start_date
    group by cohort_month_start_date, currency, month_start_date

),

months as (

    select distinct
        dim_date.month_start_date,
        dim_date.calendar_month,
        12 * dim_date.calendar_year + dim_date.month_of_year as month_number,
        {{ last_trading_day_until(month_end_date) }} <= span.as_of_date as is_month_complete
    from {{ ref('dim_date') }} as dim_date
    inner join span on dim_date.month_start_date <= span.last_month_start_date

),

cohorts as (

    select
        totals.cohort_month_start_date,
        totals.currency,
        totals.active_customer_count as cohort_customer_count,
        months.calendar_month as cohort_month,
        months.month_number as cohort_month_number
    from totals
    inner join months on totals.cohort_month_start_date = months.month_start_date
    where totals.month_start_date = totals.cohort_month_start_date

),

filled as (

    select
        cohorts.cohort_month_start_date,
        cohorts.cohort_month,
        cohorts.currency,
        cohorts.cohort_customer_count,
        months.month_start_date,
        months.is_month_complete,
        months.month_number - cohorts.cohort_month_number as months_since,
        coalesce(totals.active_customer_count, 0) as active_customer_count,
        coalesce(totals.revenue, 0) as revenue
    from cohorts
    inner join months on cohorts.cohort_month_start_date <= months.month_start_date
    left join totals
        on
            cohorts.cohort_month_start_date = totals.cohort_month_start_date
            and cohorts.currency = totals.currency
            and months.month_start_date = totals.month_start_date

),

final as (

    select
        cohort_month_start_date,
        cohort_month,
        currency,
        cast(months_since as integer) as months_since,
        month_start_date,
        is_month_complete,
        cast(cohort_customer_count as integer) as cohort_customer_count,
        cast(active_customer_count as integer) as active_customer_count,
        case
            when is_month_complete
                then {{ divide('active_customer_count', 'cohort_customer_count', 6) }}
        end as retention_share,
        case
            when is_month_complete
                then {{ divide(
                    'cohort_customer_count - active_customer_count', 'cohort_customer_count', 6
                ) }}
        end as churn_share,
        {{ total('revenue') }} as revenue,
        {{ total(
            'sum(revenue) over (partition by cohort_month_start_date, currency'
            ~ ' order by month_start_date'
            ~ ' rows between unbounded preceding and current row)'
        ) }} as cumulative_revenue
    from filled

)

select * from final
