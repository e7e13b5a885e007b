{#- Grain: one row per week, currency and seller who sold something in it; lines without a seller
    are under Unknown. Additive over weeks and sellers: revenue, units, line_count. -#}

with

sales as (

    select
        fact_sales_line.*,
        dim_date.week_start_date,
        dim_seller.seller_name,
        dim_seller.team
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key
    inner join {{ ref('dim_seller') }} as dim_seller
        on fact_sales_line.seller_key = dim_seller.seller_key

),

totals as (

    select
        week_start_date,
        currency,
        seller_key,
        seller_name,
        team,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        count(distinct order_id) as order_count
    from sales
    group by week_start_date, currency, seller_key, seller_name, team

),

ranked as (

    select
        *,
        rank() over (partition by week_start_date, currency order by revenue desc)
            as seller_rank,
        sum(revenue) over (partition by week_start_date, currency) as week_revenue
    from totals

),

final as (

    select
        ranked.week_start_date,
        weeks.iso_week,
        ranked.currency,
        weeks.is_week_complete,
        cast(ranked.seller_rank as integer) as seller_rank,
        ranked.seller_key,
        ranked.seller_name,
        ranked.team,
        {{ total('ranked.revenue') }} as revenue,
        {{ divide('ranked.revenue', 'ranked.week_revenue', 6) }} as revenue_share,
        {{ total('ranked.units') }} as units,
        cast(ranked.line_count as integer) as line_count,
        cast(ranked.order_count as integer) as order_count
    from ranked
    inner join {{ ref('rpt_weekly_summary') }} as weeks
        on
            ranked.week_start_date = weeks.week_start_date
            and ranked.currency = weeks.currency

)

select * from final
