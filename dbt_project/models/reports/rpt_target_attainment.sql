{#- Grain: one row per month and seller, or store, or seller in one store, that a target was set
    for. Additive over months: amounts, over either sellers or stores.

    Targets name no currency: theirs is the var target_currency, else that of most sales lines; only
    sales in it count. -#}

with

sales as (

    select
        dim_date.month_start_date,
        fact_sales_line.currency,
        fact_sales_line.seller_key,
        fact_sales_line.store_key,
        max(dim_date.full_date) as last_sale_date,
        count(*) as line_count,
        sum(fact_sales_line.revenue) as revenue
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key
    group by
        dim_date.month_start_date,
        fact_sales_line.currency,
        fact_sales_line.seller_key,
        fact_sales_line.store_key

),

span as (

    select max(last_sale_date) as last_sale_date from sales

),

{% if not var('target_currency') -%}
currencies as (

    select
        currency,
        row_number() over (
            order by sum(line_count) desc, {{ hash_key('currency') }} asc
        ) as place_by_lines
    from sales
    group by currency

),

{% endif -%}
target_currency as (

    {% if var('target_currency') -%}
    select '{{ var("target_currency") }}' as currency
    {%- else -%}
    select coalesce(max(currency), '{{ var("default_currency") }}') as currency
    from currencies
    where place_by_lines = 1
    {%- endif %}

),

targets as (

    select
        dim_date.month_start_date,
        dim_date.calendar_month,
        fact_sales_target.seller_key,
        fact_sales_target.store_key,
        fact_sales_target.target_amount,
        {{ days_in_month('dim_date.month_start_date') }} as day_count
    from {{ ref('fact_sales_target') }} as fact_sales_target
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_target.month_date_key = dim_date.date_key

),

-- What each kind of target is held against; -1 stands for whichever it is.
member_sales as (

    {% for seller_key, store_key in [
        ('seller_key', '-1'), ('-1', 'store_key'), ('seller_key', 'store_key')
    ] %}
    select
        sales.month_start_date,
        {{ 'sales.' if seller_key != '-1' }}{{ seller_key }} as seller_key,
        {{ 'sales.' if store_key != '-1' }}{{ store_key }} as store_key,
        sum(sales.revenue) as revenue
    from sales
    inner join target_currency on sales.currency = target_currency.currency
    where
        true
        {{ 'and sales.seller_key <> -1' if seller_key != '-1' }}
        {{ 'and sales.store_key <> -1' if store_key != '-1' }}
    group by
        sales.month_start_date
        {{- ', sales.seller_key' if seller_key != '-1' }}
        {{- ', sales.store_key' if store_key != '-1' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

reached as (

    select
        targets.*,
        span.last_sale_date,
        target_currency.currency,
        coalesce(member_sales.revenue, 0) as revenue,
        coalesce(
            least(
                greatest(span.last_sale_date - targets.month_start_date + 1, 0), targets.day_count
            ),
            0
        ) as days_reached
    from targets
    cross join span
    cross join target_currency
    left join member_sales
        on
            targets.month_start_date = member_sales.month_start_date
            and targets.seller_key = member_sales.seller_key
            and targets.store_key = member_sales.store_key

),

to_date as (

    select
        *,
        {{ divide(total('target_amount') ~ ' * days_reached', 'day_count', 4) }}
            as target_to_date_amount,
        {{ last_trading_day_until('month_start_date + day_count - 1') }} as last_trading_date
    from reached

),

final as (

    select
        to_date.month_start_date,
        to_date.calendar_month,
        coalesce(to_date.last_trading_date <= to_date.last_sale_date, false)
            as is_month_complete,
        case when to_date.seller_key <> -1 then 'seller' else 'store' end as member_kind,
        nullif(to_date.seller_key, -1) as seller_key,
        nullif(to_date.store_key, -1) as store_key,
        case
            when to_date.store_key = -1 then dim_seller.seller_name
            when to_date.seller_key = -1 then dim_store.store_name
            else dim_seller.seller_name || ', ' || dim_store.store_name
        end as member_name,
        to_date.currency,
        {{ total('to_date.target_amount') }} as target_amount,
        {{ total('to_date.revenue') }} as revenue,
        {{ total('to_date.revenue - to_date.target_amount') }} as gap_amount,
        case
            when to_date.target_amount > 0
                then {{ divide('to_date.revenue', 'to_date.target_amount', 6) }}
        end as attainment_share,
        {{ total('to_date.target_to_date_amount') }} as target_to_date_amount,
        case
            when to_date.target_to_date_amount > 0
                then {{ divide('to_date.revenue', 'to_date.target_to_date_amount', 6) }}
        end as attainment_to_date_share
    from to_date
    inner join {{ ref('dim_seller') }} as dim_seller
        on to_date.seller_key = dim_seller.seller_key
    inner join {{ ref('dim_store') }} as dim_store
        on to_date.store_key = dim_store.store_key

)

select * from final
