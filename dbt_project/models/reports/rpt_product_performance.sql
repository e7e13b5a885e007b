{#- Grain: one row per product and currency in which it was ever sold. Additive over products:
    revenue, units, line_count, cost, profit. Not additive: order_count and customer_count (the same
    one may have bought several products), averages, shares. -#}
{%- set top_share = 'cast(' ~ var('product_top_share') ~ ' as decimal(8, 6))' -%}
{%- set low_share = 'cast(' ~ var('product_low_share') ~ ' as decimal(8, 6))' -%}
{%- set premium = 'cast(' ~ var('premium_price_factor') ~ ' as decimal(8, 4))' -%}
{%- set budget = 'cast(' ~ var('budget_price_factor') ~ ' as decimal(8, 4))' -%}

with

totals as (

    select
        lines.product_key,
        lines.currency,
        min(lines.sale_date_key) as first_sale_date_key,
        max(lines.sale_date_key) as last_sale_date_key,
        {{ total('sum(lines.revenue)') }} as revenue,
        {{ total('sum(lines.units)') }} as units,
        count(*) as line_count,
        count(distinct lines.order_id) as order_count,
        count(
            distinct case when lines.customer_key <> -1 then dim_customer.customer_durable_key end
        ) as customer_count,
        {{ total('sum(lines.cost)') }} as cost,
        {{ total('sum(lines.profit)') }} as profit,
        sum(case when lines.cost is not null then lines.revenue end) as revenue_with_cost,
        sum(case when lines.cost is not null then abs(lines.revenue) else 0 end)
            as amount_with_cost,
        sum(abs(lines.revenue)) as amount_moved
    from {{ ref('fact_sales_line') }} as lines
    inner join {{ ref('dim_customer') }} as dim_customer
        on lines.customer_key = dim_customer.customer_key
    group by lines.product_key, lines.currency

),

described as (

    select
        totals.*,
        dim_product.product_id,
        dim_product.product_name,
        dim_product.category,
        dim_product.brand,
        dim_product.list_price,
        first_day.full_date as first_sale_date,
        last_day.full_date as last_sale_date,
        case when totals.units > 0 then {{ divide('totals.revenue', 'totals.units', 4) }} end
            as average_price
    from totals
    inner join {{ ref('dim_product') }} as dim_product
        on totals.product_key = dim_product.product_key
    inner join {{ ref('dim_date') }} as first_day
        on totals.first_sale_date_key = first_day.date_key
    inner join {{ ref('dim_date') }} as last_day
        on totals.last_sale_date_key = last_day.date_key

),

-- The lower one of two in the middle. Unknown is a mixture, and what is given away has no price.
category_prices as (

    select
        currency,
        coalesce(category, '') as category,
        percentile_disc(0.5) within group (order by average_price) as median_price
    from described
    where product_key <> -1 and average_price > 0
    group by currency, coalesce(category, '')

),

compared as (

    select
        described.*,
        case
            when described.product_key <> -1 and described.average_price > 0
                then category_prices.median_price
        end as median_price,
        rank() over (partition by described.currency order by described.revenue desc) - 1
            as better_count,
        count(*) over (partition by described.currency, described.revenue) as equal_count,
        count(*) over (partition by described.currency) as product_count,
        sum(described.revenue) over (partition by described.currency) as currency_revenue
    from described
    left join category_prices
        on
            described.currency = category_prices.currency
            and coalesce(described.category, '') = category_prices.category

),

-- The place of a product is the middle of those that have as much revenue as it, from 0 to 1 times
-- twice the number of products: equals are of one tier.
placed as (

    select
        *,
        2 * better_count + equal_count as doubled_place,
        2 * product_count as doubled_count
    from compared

),

final as (

    select
        product_key,
        product_id,
        product_name,
        category,
        brand,
        currency,
        first_sale_date,
        last_sale_date,
        revenue,
        case when currency_revenue > 0 then {{ divide('revenue', 'currency_revenue', 6) }} end
            as revenue_share,
        units,
        cast(line_count as bigint) as line_count,
        cast(order_count as bigint) as order_count,
        cast(customer_count as bigint) as customer_count,
        average_price,
        list_price,
        cost,
        profit,
        case when revenue_with_cost > 0 then {{ divide('profit', 'revenue_with_cost', 6) }} end
            as margin_share,
        {{ divide('amount_with_cost', 'amount_moved', 6) }} as cost_coverage_share,
        case
            when revenue <= 0 then 'low'
            when doubled_place <= {{ top_share }} * doubled_count then 'top'
            when doubled_place >= (1 - {{ low_share }}) * doubled_count then 'low'
            else 'middle'
        end as performance_tier,
        case
            when average_price >= {{ premium }} * median_price then 'premium'
            when average_price <= {{ budget }} * median_price then 'budget'
            when median_price is not null then 'standard'
        end as price_tier
    from placed

)

select * from final
