{#- Grain: one row per order whose header was delivered.

    Additive: freight_amount, line_count, revenue, within one currency. Freight is of the order: it
    must never be joined onto lines. -#}

with

orders as (

    select
        *,
        cast(sold_at as date) as order_date,
        {{ surrogate_key('customer_id') }} as customer_durable_key
    from {{ ref('int_orders') }}

),

customers as (

    select * from {{ ref('dim_customer') }}

),

sellers as (

    select * from {{ ref('int_sellers') }}
    where is_only_of_its_name

),

shipping_companies as (

    select * from {{ ref('int_shipping_companies') }}
    where is_only_of_its_name

),

days as (

    select * from {{ ref('dim_date') }}

),

lines as (

    select
        order_id,
        case when min(currency) = max(currency) then min(currency) end as currency,
        count(*) as line_count,
        sum(revenue) as revenue
    from {{ ref('int_sales_lines') }}
    where
        line_status = 'accepted'
        and order_id in (select orders.order_id from orders)
    group by order_id

),

final as (

    select
        {{ surrogate_key('orders.order_id') }} as order_key,
        coalesce(days.date_key, -1) as order_date_key,
        coalesce(customers.customer_key, -1) as customer_key,
        coalesce(
            {{ surrogate_key(
                "coalesce(orders.seller_id, sellers.seller_natural_key, orders.seller_name)"
            ) }}, -1
        ) as seller_key,
        coalesce(
            {{ surrogate_key(
                "coalesce(orders.shipping_company_id, "
                ~ "shipping_companies.shipping_company_natural_key, orders.shipping_company_name)"
            ) }}, -1
        ) as shipping_company_key,
        coalesce({{ surrogate_key('orders.store_id') }}, -1) as store_key,
        orders.order_id,
        orders.sold_at as ordered_at,
        coalesce(orders.currency, lines.currency, '{{ var("default_currency") }}') as currency,
        {{ money('orders.freight_amount') }} as freight_amount,
        cast(coalesce(lines.line_count, 0) as integer) as line_count,
        {{ total('coalesce(lines.revenue, 0)') }} as revenue
    from orders
    left join lines on orders.order_id = lines.order_id
    left join days on orders.order_date = days.full_date
    left join customers
        on
            orders.customer_durable_key = customers.customer_durable_key
            and orders.order_date >= customers.effective_start_date
            and orders.order_date < customers.effective_end_date
    left join sellers
        on orders.seller_id is null and orders.seller_name = sellers.seller_name
    left join shipping_companies
        on
            orders.shipping_company_id is null
            and orders.shipping_company_name = shipping_companies.shipping_company_name

)

select * from final
