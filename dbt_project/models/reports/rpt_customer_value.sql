{#- Grain: one row per customer, in all their versions, and currency in which they have lines;
    Unknown is left out. Additive over customers: purchase_count, lifetime_revenue,
    lifetime_profit, units. Not additive: days, averages.

    A purchase is an order with a line that is no return; lines without an order number are one
    order a day. Dates count up to the last day with sales in the warehouse, not to today: the same
    files give the same table on any day. -#}
{%- set month_days = '30.4375' -%}

with

last_sale as (

    {{ last_sale() }}

),

orders as (

    select
        dim_customer.customer_durable_key,
        lines.currency,
        lines.order_id,
        case when lines.order_id is null then lines.sale_date_key end as day_of_no_order,
        min(case when not lines.is_return then lines.sale_date_key end)
            as first_purchase_date_key,
        max(case when not lines.is_return then lines.sale_date_key end)
            as last_purchase_date_key,
        sum(case when not lines.is_return then lines.revenue else 0 end) as purchase_revenue,
        sum(lines.revenue) as revenue,
        sum(lines.profit) as profit,
        sum(lines.units) as units
    from {{ ref('fact_sales_line') }} as lines
    inner join {{ ref('dim_customer') }} as dim_customer
        on lines.customer_key = dim_customer.customer_key
    where lines.customer_key <> -1
    group by
        dim_customer.customer_durable_key,
        lines.currency,
        lines.order_id,
        case when lines.order_id is null then lines.sale_date_key end

),

customers as (

    select
        customer_durable_key,
        currency,
        min(first_purchase_date_key) as first_purchase_date_key,
        max(last_purchase_date_key) as last_purchase_date_key,
        count(first_purchase_date_key) as purchase_count,
        sum(purchase_revenue) as purchase_revenue,
        sum(revenue) as revenue,
        sum(profit) as profit,
        sum(units) as units
    from orders
    group by customer_durable_key, currency

),

dated as (

    select
        customers.*,
        dim_customer.customer_id,
        dim_customer.customer_name,
        dim_customer.customer_segment,
        dim_customer.loyalty_tier,
        dim_customer.city,
        dim_customer.region,
        dim_customer.country,
        first_day.full_date as first_purchase_date,
        last_day.full_date as last_purchase_date,
        last_sale.last_sale_date - first_day.full_date as days_since_first_purchase,
        last_sale.last_sale_date - last_day.full_date as days_since_last_purchase
    from customers
    inner join {{ ref('dim_customer') }} as dim_customer
        on
            customers.customer_durable_key = dim_customer.customer_durable_key
            and dim_customer.is_current
    left join {{ ref('dim_date') }} as first_day
        on customers.first_purchase_date_key = first_day.date_key
    left join {{ ref('dim_date') }} as last_day
        on customers.last_purchase_date_key = last_day.date_key
    cross join last_sale

),

final as (

    select
        customer_durable_key,
        customer_id,
        customer_name,
        customer_segment,
        loyalty_tier,
        city,
        region,
        country,
        currency,
        first_purchase_date,
        last_purchase_date,
        cast(days_since_last_purchase as integer) as days_since_last_purchase,
        cast(purchase_count as integer) as purchase_count,
        {{ total('revenue') }} as lifetime_revenue,
        {{ total('profit') }} as lifetime_profit,
        {{ total('units') }} as units,
        {{ divide('purchase_revenue', 'purchase_count', 4) }} as average_order_value,
        -- Who came yesterday has not been seen to come 30 times a month.
        case
            when purchase_count > 0
                then {{ divide(
                    month_days ~ ' * purchase_count',
                    'greatest(days_since_first_purchase + 1, ' ~ month_days ~ ')', 4
                ) }}
        end as purchases_per_month,
        case
            when purchase_count = 0 then null
            when days_since_first_purchase <= {{ var('customer_new_days') }} then 'new'
            when days_since_last_purchase <= {{ var('customer_active_days') }} then 'active'
            when days_since_last_purchase <= {{ var('customer_at_risk_days') }} then 'at_risk'
            else 'lost'
        end as customer_status
    from dated

)

select * from final
