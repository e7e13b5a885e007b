{#- Grain: one row per week, currency and shipping company that carried something in it, be it lines
    or orders with freight; those without a carrier are under Unknown. Additive over weeks and
    companies: revenue, units, line_count, freight_amount, freight_order_count.

    Sales are of the lines, by their day, carrier and currency; freight is of the order headers, by
    theirs. The two are added up apart, then put side by side: freight is never joined to lines. -#}

with

orders as (

    select
        dim_date.week_start_date,
        fact_sales_line.currency,
        fact_sales_line.shipping_company_key,
        fact_sales_line.order_id,
        sum(fact_sales_line.revenue) as revenue,
        sum(fact_sales_line.units) as units,
        count(*) as line_count
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key
    group by
        dim_date.week_start_date,
        fact_sales_line.currency,
        fact_sales_line.shipping_company_key,
        fact_sales_line.order_id

),

sales as (

    select
        week_start_date,
        currency,
        shipping_company_key,
        sum(revenue) as revenue,
        sum(units) as units,
        sum(line_count) as line_count,
        count(order_id) as order_count
    from orders
    group by week_start_date, currency, shipping_company_key

),

freight as (

    select
        dim_date.week_start_date,
        fact_order.currency,
        fact_order.shipping_company_key,
        sum(fact_order.freight_amount) as freight_amount,
        count(*) as freight_order_count
    from {{ ref('fact_order') }} as fact_order
    inner join {{ ref('dim_date') }} as dim_date
        on fact_order.order_date_key = dim_date.date_key
    where
        fact_order.freight_amount is not null
        and dim_date.week_start_date is not null
    group by dim_date.week_start_date, fact_order.currency, fact_order.shipping_company_key

),

joined as (

    select
        coalesce(sales.week_start_date, freight.week_start_date) as week_start_date,
        coalesce(sales.currency, freight.currency) as currency,
        coalesce(sales.shipping_company_key, freight.shipping_company_key)
            as shipping_company_key,
        coalesce(sales.revenue, 0) as revenue,
        coalesce(sales.units, 0) as units,
        coalesce(sales.line_count, 0) as line_count,
        coalesce(sales.order_count, 0) as order_count,
        freight.freight_amount,
        freight.freight_order_count
    from sales
    full outer join freight
        on
            sales.week_start_date = freight.week_start_date
            and sales.currency = freight.currency
            and sales.shipping_company_key = freight.shipping_company_key

),

shared as (

    select
        *,
        sum(revenue) over (partition by week_start_date, currency) as week_revenue
    from joined

),

-- The weeks with sales; freight may be of others, before or after them.
weeks as (

    select distinct
        week_start_date,
        is_week_complete
    from {{ ref('rpt_weekly_summary') }}

),

span as (

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
        shared.week_start_date,
        week_names.iso_week,
        shared.currency,
        coalesce(
            weeks.is_week_complete, shared.week_start_date < span.first_week_start_date, false
        ) as is_week_complete,
        shared.shipping_company_key,
        dim_shipping_company.shipping_company_name,
        {{ total('shared.revenue') }} as revenue,
        {{ divide('shared.revenue', 'shared.week_revenue', 6) }} as revenue_share,
        {{ total('shared.units') }} as units,
        cast(shared.line_count as integer) as line_count,
        cast(shared.order_count as integer) as order_count,
        {{ total('shared.freight_amount') }} as freight_amount,
        cast(shared.freight_order_count as integer) as freight_order_count
    from shared
    cross join span
    inner join week_names on shared.week_start_date = week_names.week_start_date
    inner join {{ ref('dim_shipping_company') }} as dim_shipping_company
        on shared.shipping_company_key = dim_shipping_company.shipping_company_key
    left join weeks on shared.week_start_date = weeks.week_start_date

)

select * from final
