{#- CTEs from `sales` (lines with span_start_date), `spans` (with span_end_date) and `history` (all
    lines up to the last of the spans) to `figures`: one row per span, currency and
    place where something was sold in it: region, city and store, each level telling the same sales.

    A customer is known to a place from when they lived there, or bought there; to a store from when
    they bought. Known customers add up over the days on which they became known: those days and the
    ends of the spans stand in one list (CTE timeline), so that no row of it is joined to others by a
    place that may lack its city.

    Orders and customers are counted in two steps, as `count(distinct …)` would sort all lines on
    PostgreSQL; and apart from the sums, which would else be kept for every order.

    only_level: SQL for the one level that is wanted; null for all. -#}
{% macro place_figures(history, only_level='null') -%}
levels as (

    select place_level
    from (
        select 'region' as place_level
        union all
        select 'city' as place_level
        union all
        select 'store' as place_level
    ) as all_levels
    where {{ only_level }} is null or place_level = {{ only_level }}

),

sold as (

    select
        sales.span_start_date,
        sales.currency,
        sales.region_key,
        {{ city_of_sale() }} as city,
        sales.store_key,
        dim_customer.customer_durable_key,
        sales.order_id,
        sales.is_return,
        sales.revenue,
        sales.units
    from sales
    inner join {{ ref('dim_store') }} as dim_store
        on sales.store_key = dim_store.store_key
    inner join {{ ref('dim_customer') }} as dim_customer
        on sales.customer_key = dim_customer.customer_key

),

sold_sums as (

    select
        span_start_date,
        currency,
        region_key,
        city,
        store_key,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count
    from sold
    group by span_start_date, currency, region_key, city, store_key

),

sold_orders as (

    select distinct
        span_start_date,
        currency,
        region_key,
        city,
        store_key,
        order_id
    from sold
    where order_id is not null

),

sold_customers as (

    select distinct
        span_start_date,
        currency,
        region_key,
        city,
        store_key,
        customer_durable_key
    from sold
    where customer_durable_key <> -1 and not is_return

),

orders as (

    select distinct
        sold_orders.span_start_date,
        sold_orders.currency,
        {{ columns_of_place('sold_orders', 'sold_orders.city') }},
        sold_orders.order_id
    from sold_orders
    cross join levels

),

active_customers as (

    select distinct
        sold_customers.span_start_date,
        sold_customers.currency,
        {{ columns_of_place('sold_customers', 'sold_customers.city') }},
        sold_customers.customer_durable_key
    from sold_customers
    cross join levels

),

first_purchases as (

    select
        region_key,
        store_key,
        customer_key,
        min(sale_date_key) as known_date_key
    from {{ history }}
    where not is_return and customer_key <> -1
    group by region_key, store_key, customer_key

),

residents as (

    select
        customer_durable_key,
        {{ region_key('region', 'country') }} as region_key,
        city,
        effective_start_date as known_date
    from {{ ref('dim_customer') }}
    where customer_key <> -1

),

known as (

    select
        {{ columns_of_place('first_purchases', city_of_sale()) }},
        dim_customer.customer_durable_key,
        dim_date.full_date as known_date
    from first_purchases
    inner join {{ ref('dim_date') }} as dim_date
        on first_purchases.known_date_key = dim_date.date_key
    inner join {{ ref('dim_store') }} as dim_store
        on first_purchases.store_key = dim_store.store_key
    inner join {{ ref('dim_customer') }} as dim_customer
        on first_purchases.customer_key = dim_customer.customer_key
    cross join levels
    union all
    select
        levels.place_level,
        residents.region_key,
        null as city,
        null as store_key,
        residents.customer_durable_key,
        residents.known_date
    from residents
    cross join levels
    where levels.place_level = 'region' and residents.region_key <> -1
    union all
    select
        levels.place_level,
        residents.region_key,
        residents.city,
        null as store_key,
        residents.customer_durable_key,
        residents.known_date
    from residents
    cross join levels
    where levels.place_level = 'city' and residents.city is not null

),

known_since as (

    select
        place_level,
        region_key,
        city,
        store_key,
        customer_durable_key,
        min(known_date) as known_date
    from known
    group by place_level, region_key, city, store_key, customer_durable_key

),

measured as (

    select
        {{ columns_of_place('sold_sums', 'sold_sums.city') }},
        sold_sums.span_start_date,
        sold_sums.currency,
        sold_sums.revenue,
        sold_sums.units,
        sold_sums.line_count,
        0 as order_count,
        0 as active_customer_count
    from sold_sums
    cross join levels
    union all
    select
        place_level,
        region_key,
        city,
        store_key,
        span_start_date,
        currency,
        0 as revenue,
        0 as units,
        0 as line_count,
        count(*) as order_count,
        0 as active_customer_count
    from orders
    group by place_level, region_key, city, store_key, span_start_date, currency
    union all
    select
        place_level,
        region_key,
        city,
        store_key,
        span_start_date,
        currency,
        0 as revenue,
        0 as units,
        0 as line_count,
        0 as order_count,
        count(*) as active_customer_count
    from active_customers
    group by place_level, region_key, city, store_key, span_start_date, currency

),

timeline as (

    select
        measured.place_level,
        measured.region_key,
        measured.city,
        measured.store_key,
        spans.span_start_date,
        measured.currency,
        spans.span_end_date as calendar_date,
        sum(measured.revenue) as revenue,
        sum(measured.units) as units,
        sum(measured.line_count) as line_count,
        sum(measured.order_count) as order_count,
        sum(measured.active_customer_count) as active_customer_count,
        0 as new_customer_count
    from measured
    inner join spans on measured.span_start_date = spans.span_start_date
    group by
        measured.place_level,
        measured.region_key,
        measured.city,
        measured.store_key,
        spans.span_start_date,
        measured.currency,
        spans.span_end_date
    union all
    select
        place_level,
        region_key,
        city,
        store_key,
        null as span_start_date,
        null as currency,
        known_date as calendar_date,
        0 as revenue,
        0 as units,
        0 as line_count,
        0 as order_count,
        0 as active_customer_count,
        count(*) as new_customer_count
    from known_since
    group by place_level, region_key, city, store_key, known_date

),

with_known as (

    select
        *,
        sum(new_customer_count) over (
            partition by place_level, region_key, city, store_key
            order by calendar_date
            range between unbounded preceding and current row
        ) as known_customer_count
    from timeline

),

shared as (

    select
        *,
        sum(revenue) over (partition by place_level, span_start_date, currency) as span_revenue
    from with_known
    where span_start_date is not null

),

figures as (

    select
        shared.span_start_date,
        shared.currency,
        shared.place_level,
        case when shared.place_level = 'store' then dim_store.country else dim_region.country end
            as country,
        case when shared.place_level = 'store' then dim_store.region else dim_region.region end
            as region,
        case when shared.place_level = 'store' then dim_store.city else shared.city end as city,
        shared.store_key,
        dim_store.store_name,
        {{ total('shared.revenue') }} as revenue,
        {{ divide('shared.revenue', 'shared.span_revenue', 6) }} as revenue_share,
        {{ total('shared.units') }} as units,
        cast(shared.line_count as integer) as line_count,
        cast(shared.order_count as integer) as order_count,
        cast(shared.active_customer_count as integer) as active_customer_count,
        cast(shared.known_customer_count as integer) as known_customer_count,
        {{ divide('shared.active_customer_count', 'shared.known_customer_count', 6) }}
            as penetration_share
    from shared
    left join {{ ref('dim_region') }} as dim_region
        on shared.region_key = dim_region.region_key
    left join {{ ref('dim_store') }} as dim_store
        on shared.store_key = dim_store.store_key

)
{%- endmacro %}

{#- Where something was sold, at each of `levels`: what tells the places of a level apart. -#}
{% macro columns_of_place(sales, city) -%}
        levels.place_level,
        case when levels.place_level <> 'store' then {{ sales }}.region_key end as region_key,
        case when levels.place_level = 'city' then {{ city }} end as city,
        case when levels.place_level = 'store' then {{ sales }}.store_key end as store_key
{%- endmacro %}
