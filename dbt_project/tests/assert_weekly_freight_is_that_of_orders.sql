-- Freight and its orders per currency, as the shipping breakdown and the order headers have them.
with

weekly as (

    select
        currency,
        sum(freight_amount) as freight_amount,
        sum(freight_order_count) as order_count
    from {{ ref('rpt_weekly_shipping_breakdown') }}
    where freight_amount is not null
    group by currency

),

orders as (

    select
        currency,
        sum(freight_amount) as freight_amount,
        count(*) as order_count
    from {{ ref('fact_order') }}
    where freight_amount is not null and order_date_key <> -1
    group by currency

),

differences as (

    select
        coalesce(weekly.currency, orders.currency) as currency,
        weekly.freight_amount as weekly_freight_amount,
        orders.freight_amount,
        weekly.order_count as weekly_order_count,
        orders.order_count
    from weekly
    full outer join orders on weekly.currency = orders.currency

)

select * from differences
where
    weekly_freight_amount is distinct from freight_amount
    or weekly_order_count is distinct from order_count
