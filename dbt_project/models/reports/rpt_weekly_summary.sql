{#- Grain: one row per week and currency, from the first week with sales to the last, weeks without
    sales included. Additive over weeks: amounts, units, line_count, new_customer_count; not:
    order_count and customer_count (the same one may come back), averages, changes.

    Made for many lines on PostgreSQL: orders and customers are counted in two steps, as
    `count(distinct …)` would sort all lines; and the fact is read three times (`not materialized`),
    which is cheaper than to write its lines down once and read that. -#}

with

sales as not materialized (

    select
        fact_sales_line.currency,
        fact_sales_line.customer_key,
        fact_sales_line.order_id,
        fact_sales_line.is_return,
        fact_sales_line.gross_amount,
        fact_sales_line.discount_amount,
        fact_sales_line.revenue,
        fact_sales_line.units,
        fact_sales_line.cost,
        fact_sales_line.profit,
        dim_date.full_date as sale_date,
        dim_date.week_start_date
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key

),

totals as (

    select
        week_start_date,
        currency,
        max(sale_date) as last_sale_date,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        sum(case when is_return then 1 else 0 end) as return_line_count,
        sum(case when is_return then revenue else 0 end) as return_amount,
        sum(case when order_id is not null then revenue end) as revenue_with_order,
        sum(cost) as cost,
        sum(profit) as profit,
        sum(case when cost is not null then revenue end) as revenue_with_cost
    from sales
    group by week_start_date, currency

),

orders as (

    select
        week_start_date,
        currency,
        order_id
    from sales
    where order_id is not null
    group by week_start_date, currency, order_id

),

order_counts as (

    select
        week_start_date,
        currency,
        count(*) as order_count
    from orders
    group by week_start_date, currency

),

customer_versions as (

    select
        week_start_date,
        currency,
        customer_key,
        max(case when is_return then 0 else 1 end) as has_bought
    from sales
    where customer_key <> -1
    group by week_start_date, currency, customer_key

),

customers as (

    select
        customer_versions.week_start_date,
        customer_versions.currency,
        dim_customer.customer_durable_key,
        max(customer_versions.has_bought) as has_bought
    from customer_versions
    inner join {{ ref('dim_customer') }} as dim_customer
        on customer_versions.customer_key = dim_customer.customer_key
    group by
        customer_versions.week_start_date,
        customer_versions.currency,
        dim_customer.customer_durable_key

),

customers_since as (

    select
        *,
        min(case when has_bought = 1 then week_start_date end) over (
            partition by customer_durable_key
        ) as first_week_start_date
    from customers

),

customer_counts as (

    select
        week_start_date,
        currency,
        count(*) as customer_count,
        sum(case when has_bought = 1 and week_start_date = first_week_start_date then 1 else 0 end)
            as new_customer_count
    from customers_since
    group by week_start_date, currency

),

span as (

    select
        min(week_start_date) as first_week_start_date,
        max(week_start_date) as last_week_start_date,
        max(last_sale_date) as last_sale_date
    from totals

),

currencies as (

    select distinct currency from totals

),

weeks as (

    select distinct
        dim_date.week_start_date,
        dim_date.iso_week,
        {{ last_trading_day('dim_date.week_start_date') }} <= span.last_sale_date
            as is_week_complete
    from {{ ref('dim_date') }} as dim_date
    inner join span
        on
            dim_date.week_start_date >= span.first_week_start_date
            and dim_date.week_start_date <= span.last_week_start_date

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
        coalesce(order_counts.order_count, 0) as order_count,
        coalesce(customer_counts.customer_count, 0) as customer_count,
        coalesce(customer_counts.new_customer_count, 0) as new_customer_count,
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
    left join order_counts
        on
            weeks.week_start_date = order_counts.week_start_date
            and currencies.currency = order_counts.currency
    left join customer_counts
        on
            weeks.week_start_date = customer_counts.week_start_date
            and currencies.currency = customer_counts.currency

),

with_weeks_before as (

    select
        *,
        -- The same week of the year before has the same name but for the year.
        cast(cast(substr(iso_week, 1, 4) as integer) - 1 as text) || substr(iso_week, 5)
            as iso_week_last_year,
        lag(revenue) over (partition by currency order by week_start_date)
            as previous_week_revenue,
        count(*) over four_weeks as weeks_before,
        sum(revenue) over four_weeks as four_weeks_revenue
    from filled
    window
        four_weeks as (
            partition by currency order by week_start_date
            rows between 4 preceding and 1 preceding
        )

),

compared as (

    select
        with_weeks_before.*,
        case when with_weeks_before.weeks_before = 4 then with_weeks_before.four_weeks_revenue end
            as previous_four_weeks_revenue,
        last_year.revenue as same_week_last_year_revenue
    from with_weeks_before
    left join filled as last_year
        on
            with_weeks_before.iso_week_last_year = last_year.iso_week
            and with_weeks_before.currency = last_year.currency

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
        cast(new_customer_count as integer) as new_customer_count,
        {{ divide('revenue_with_order', 'order_count', 4) }} as average_order_value,
        cast(return_line_count as integer) as return_line_count,
        {{ total('return_amount') }} as return_amount,
        {{ total('cost') }} as cost,
        {{ total('profit') }} as profit,
        {{ divide('profit', 'revenue_with_cost', 6) }} as margin_share,
        {{ total('previous_week_revenue') }} as previous_week_revenue,
        -- An unfinished week has no percentage; nor has a change from nothing or less.
        case
            when is_week_complete and previous_week_revenue > 0
                then {{ divide(
                    '100 * (revenue - previous_week_revenue)', 'previous_week_revenue', 4
                ) }}
        end as revenue_change_pct,
        {{ divide('previous_four_weeks_revenue', '4', 4) }} as previous_four_weeks_mean_revenue,
        case
            when is_week_complete and previous_four_weeks_revenue > 0
                then {{ divide(
                    '100 * (4 * revenue - previous_four_weeks_revenue)',
                    'previous_four_weeks_revenue', 4
                ) }}
        end as revenue_change_on_four_weeks_pct,
        {{ total('same_week_last_year_revenue') }} as same_week_last_year_revenue,
        case
            when is_week_complete and same_week_last_year_revenue > 0
                then {{ divide(
                    '100 * (revenue - same_week_last_year_revenue)',
                    'same_week_last_year_revenue', 4
                ) }}
        end as revenue_change_on_last_year_pct
    from compared

)

select * from final
