{#- Grain: one row per week, currency and place where something was sold in it: region, city and
    store, each level telling the same sales. Additive over weeks and over the places of one
    place_level: revenue, units, line_count; not: order_count and customer counts.

    A sale's region is the fact's; its city that of its store, else that of the customer as they
    were on its day. So the cities of a region add up to it.

    Orders and customers are counted in two steps. Known customers add up over the days on which
    they became known: those days and the weeks stand in one list (CTE timeline), so that no row of
    it is joined to others by a place that may lack its city. -#}
{%- set levels = {
    'region': {
        'region_key': 'region_key', 'city': 'cast(null as text)',
        'store_key': 'cast(null as bigint)', 'group_by': ['region_key'],
    },
    'city': {
        'region_key': 'region_key', 'city': 'city',
        'store_key': 'cast(null as bigint)', 'group_by': ['region_key', 'city'],
    },
    'store': {
        'region_key': 'cast(null as bigint)', 'city': 'cast(null as text)',
        'store_key': 'store_key', 'group_by': ['store_key'],
    },
} -%}

with

fact_orders as (

    select
        dim_date.week_start_date,
        fact_sales_line.currency,
        fact_sales_line.region_key,
        fact_sales_line.store_key,
        fact_sales_line.customer_key,
        fact_sales_line.order_id,
        min(case when not fact_sales_line.is_return then dim_date.full_date end)
            as first_purchase_date,
        sum(fact_sales_line.revenue) as revenue,
        sum(fact_sales_line.units) as units,
        count(*) as line_count
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key
    group by
        dim_date.week_start_date,
        fact_sales_line.currency,
        fact_sales_line.region_key,
        fact_sales_line.store_key,
        fact_sales_line.customer_key,
        fact_sales_line.order_id

),

placed as (

    select
        fact_orders.*,
        coalesce(dim_store.city, dim_customer.city, 'Unknown') as city,
        dim_customer.customer_durable_key,
        {{ hash_key('fact_orders.order_id') }} as order_key
    from fact_orders
    inner join {{ ref('dim_store') }} as dim_store
        on fact_orders.store_key = dim_store.store_key
    inner join {{ ref('dim_customer') }} as dim_customer
        on fact_orders.customer_key = dim_customer.customer_key

),

sales as (

    select
        week_start_date,
        currency,
        region_key,
        city,
        store_key,
        sum(revenue) as revenue,
        sum(units) as units,
        sum(line_count) as line_count
    from placed
    group by week_start_date, currency, region_key, city, store_key

),

orders as (

    {% for place_level, place in levels.items() %}
    select
        '{{ place_level }}' as place_level,
        {{ place.region_key }} as region_key,
        {{ place.city }} as city,
        {{ place.store_key }} as store_key,
        week_start_date,
        currency,
        order_key
    from placed
    where order_key is not null
    group by week_start_date, currency, order_key, {{ place.group_by | join(', ') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

buyers as (

    {% for place_level, place in levels.items() %}
    select
        '{{ place_level }}' as place_level,
        {{ place.region_key }} as region_key,
        {{ place.city }} as city,
        {{ place.store_key }} as store_key,
        week_start_date,
        currency,
        customer_durable_key,
        min(first_purchase_date) as first_purchase_date
    from placed
    where customer_durable_key <> -1 and first_purchase_date is not null
    group by week_start_date, currency, customer_durable_key, {{ place.group_by | join(', ') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

residents as (

    select
        customer_durable_key,
        {{ region_key('region', 'country') }} as region_key,
        city,
        effective_start_date
    from {{ ref('dim_customer') }}
    where customer_key <> -1

),

known as (

    select
        place_level,
        region_key,
        city,
        store_key,
        customer_durable_key,
        first_purchase_date as known_date
    from buyers
    union all
    select
        'region' as place_level,
        region_key,
        null as city,
        null as store_key,
        customer_durable_key,
        effective_start_date as known_date
    from residents
    where region_key <> -1
    union all
    select
        'city' as place_level,
        region_key,
        city,
        null as store_key,
        customer_durable_key,
        effective_start_date as known_date
    from residents
    where city is not null

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

    {% for place_level, place in levels.items() -%}
    select
        '{{ place_level }}' as place_level,
        {{ place.region_key }} as region_key,
        {{ place.city }} as city,
        {{ place.store_key }} as store_key,
        week_start_date,
        currency,
        revenue,
        units,
        line_count,
        0 as order_count,
        0 as active_customer_count
    from sales
    union all
    {% endfor -%}
    select
        place_level,
        region_key,
        city,
        store_key,
        week_start_date,
        currency,
        0 as revenue,
        0 as units,
        0 as line_count,
        count(*) as order_count,
        0 as active_customer_count
    from orders
    group by place_level, region_key, city, store_key, week_start_date, currency
    union all
    select
        place_level,
        region_key,
        city,
        store_key,
        week_start_date,
        currency,
        0 as revenue,
        0 as units,
        0 as line_count,
        0 as order_count,
        count(*) as active_customer_count
    from buyers
    group by place_level, region_key, city, store_key, week_start_date, currency

),

timeline as (

    select
        place_level,
        region_key,
        city,
        store_key,
        week_start_date,
        currency,
        week_start_date + 6 as calendar_date,
        sum(revenue) as revenue,
        sum(units) as units,
        sum(line_count) as line_count,
        sum(order_count) as order_count,
        sum(active_customer_count) as active_customer_count,
        0 as new_customer_count
    from measured
    group by place_level, region_key, city, store_key, week_start_date, currency
    union all
    select
        place_level,
        region_key,
        city,
        store_key,
        null as week_start_date,
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
        sum(revenue) over (partition by place_level, week_start_date, currency)
            as week_revenue
    from with_known
    where week_start_date is not null

),

final as (

    select
        shared.week_start_date,
        weeks.iso_week,
        shared.currency,
        weeks.is_week_complete,
        shared.place_level,
        case when shared.place_level = 'store' then dim_store.country else dim_region.country end
            as country,
        case when shared.place_level = 'store' then dim_store.region else dim_region.region end
            as region,
        case when shared.place_level = 'store' then dim_store.city else shared.city end as city,
        shared.store_key,
        dim_store.store_name,
        {{ total('shared.revenue') }} as revenue,
        {{ divide('shared.revenue', 'shared.week_revenue', 6) }} as revenue_share,
        {{ total('shared.units') }} as units,
        cast(shared.line_count as integer) as line_count,
        cast(shared.order_count as integer) as order_count,
        cast(shared.active_customer_count as integer) as active_customer_count,
        cast(shared.known_customer_count as integer) as known_customer_count,
        {{ divide('shared.active_customer_count', 'shared.known_customer_count', 6) }}
            as penetration_share
    from shared
    inner join {{ ref('rpt_weekly_summary') }} as weeks
        on
            shared.week_start_date = weeks.week_start_date
            and shared.currency = weeks.currency
    left join {{ ref('dim_region') }} as dim_region
        on shared.region_key = dim_region.region_key
    left join {{ ref('dim_store') }} as dim_store
        on shared.store_key = dim_store.store_key

)

select * from final
