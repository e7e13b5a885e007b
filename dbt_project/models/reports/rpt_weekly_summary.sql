{#- Grain: one row per week and currency, from the first week with sales to the last, weeks without
    sales included. Additive over weeks: amounts, units, line_count; not: order_count and
    customer_count (the same one may come back), averages, changes. -#}

with

sales as (

    select
        fact_sales_line.*,
        dim_date.full_date as sale_date,
        dim_date.week_start_date,
        dim_customer.customer_durable_key
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key
    inner join {{ ref('dim_customer') }} as dim_customer
        on fact_sales_line.customer_key = dim_customer.customer_key

),

span as (

    select
        min(week_start_date) as first_week_start_date,
        max(week_start_date) as last_week_start_date,
        max(sale_date) as last_sale_date
    from sales

),

currencies as (

    select distinct currency from sales

),

weeks as (

    select
        dim_date.week_start_date,
        dim_date.iso_week,
        {{ last_trading_day('dim_date.full_date') }} <= span.last_sale_date
            as is_week_complete
    from {{ ref('dim_date') }} as dim_date
    inner join span
        on
            dim_date.full_date >= span.first_week_start_date
            and dim_date.full_date <= span.last_week_start_date
    where dim_date.full_date = dim_date.week_start_date

),

totals as (

    select
        week_start_date,
        currency,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        count(distinct order_id) as order_count,
        count(distinct case when customer_key <> -1 then customer_durable_key end)
            as customer_count,
        sum(case when is_return then 1 else 0 end) as return_line_count,
        sum(case when is_return then revenue else 0 end) as return_amount,
        sum(case when order_id is not null then revenue end) as revenue_with_order,
        sum(cost) as cost,
        sum(profit) as profit,
        sum(case when cost is not null then revenue end) as revenue_with_cost
    from sales
    group by week_start_date, currency

),

filled as (

    select
        weeks.week_start_date,
        weeks.iso_week,
        weeks.is_week_complete,
        currencies.currency,
        coalesce(totals.gross_amount, 0) as gross_amount,
        coalesce(totals.discount_amount, 0) as discount_amount,
        coalesce(totals.revenue, 0) as revenue,
        coalesce(totals.units, 0) as units,
        coalesce(totals.line_count, 0) as line_count,
        coalesce(totals.order_count, 0) as order_count,
        coalesce(totals.customer_count, 0) as customer_count,
        coalesce(totals.return_line_count, 0) as return_line_count,
        coalesce(totals.return_amount, 0) as return_amount,
        totals.revenue_with_order,
        totals.cost,
        totals.profit,
        totals.revenue_with_cost
    from weeks
    cross join currencies
    left join totals
        on
            weeks.week_start_date = totals.week_start_date
            and currencies.currency = totals.currency

),

compared as (

    select
        *,
        lag(revenue) over (partition by currency order by week_start_date)
            as previous_week_revenue
    from filled

),

final as (

    select
        week_start_date,
        iso_week,
        currency,
        is_week_complete,
        {{ total('gross_amount') }} as gross_amount,
        {{ total('discount_amount') }} as discount_amount,
        {{ total('revenue') }} as revenue,
        {{ total('units') }} as units,
        cast(line_count as integer) as line_count,
        cast(order_count as integer) as order_count,
        cast(customer_count as integer) as customer_count,
        {{ divide('revenue_with_order', 'order_count', 4) }} as average_order_value,
        cast(return_line_count as integer) as return_line_count,
        {{ total('return_amount') }} as return_amount,
        {{ total('cost') }} as cost,
        {{ total('profit') }} as profit,
        {{ divide('profit', 'revenue_with_cost', 6) }} as margin_share,
        {{ total('previous_week_revenue') }} as previous_week_revenue,
        case
            -- An unfinished week has no percentage; nor has a change from nothing or less.
            when is_week_complete and previous_week_revenue > 0
                then {{ divide(
                    '100 * (revenue - previous_week_revenue)', 'previous_week_revenue', 4
                ) }}
        end as revenue_change_pct
    from compared

)

select * from final
