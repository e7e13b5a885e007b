{#- Grain: one row per week, currency and product among the best of the week by revenue (var
    top_products_count); of equals at the end of the list, the lower product key is in it.
    Additive over weeks: revenue, units, line_count. -#}

with

sales as (

    select
        fact_sales_line.*,
        dim_date.week_start_date,
        dim_product.product_id,
        dim_product.product_name,
        dim_product.category
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key
    inner join {{ ref('dim_product') }} as dim_product
        on fact_sales_line.product_key = dim_product.product_key

),

totals as (

    select
        week_start_date,
        currency,
        product_key,
        product_id,
        product_name,
        category,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count
    from sales
    group by week_start_date, currency, product_key, product_id, product_name, category

),

ranked as (

    select
        *,
        row_number() over (
            partition by week_start_date, currency order by revenue desc, product_key asc
        ) as product_rank,
        sum(revenue) over (partition by week_start_date, currency) as week_revenue
    from totals

),

final as (

    select
        ranked.week_start_date,
        weeks.iso_week,
        ranked.currency,
        weeks.is_week_complete,
        cast(ranked.product_rank as integer) as product_rank,
        ranked.product_key,
        ranked.product_id,
        ranked.product_name,
        ranked.category,
        {{ total('ranked.revenue') }} as revenue,
        {{ divide('ranked.revenue', 'ranked.week_revenue', 6) }} as revenue_share,
        {{ total('ranked.units') }} as units,
        cast(ranked.line_count as integer) as line_count
    from ranked
    inner join {{ ref('rpt_weekly_summary') }} as weeks
        on
            ranked.week_start_date = weeks.week_start_date
            and ranked.currency = weeks.currency
    where ranked.product_rank <= {{ var('top_products_count') }}

)

select * from final
