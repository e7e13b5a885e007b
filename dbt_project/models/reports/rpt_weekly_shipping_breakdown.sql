{#- Grain: one row per week, currency and shipping company that carried something in it; lines
    without a carrier are under Unknown. Additive over weeks and companies: revenue, units,
    line_count. -#}

with

sales as (

    select
        fact_sales_line.*,
        dim_date.week_start_date,
        dim_shipping_company.shipping_company_name
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key
    inner join {{ ref('dim_shipping_company') }} as dim_shipping_company
        on fact_sales_line.shipping_company_key = dim_shipping_company.shipping_company_key

),

totals as (

    select
        week_start_date,
        currency,
        shipping_company_key,
        shipping_company_name,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        count(distinct order_id) as order_count
    from sales
    group by week_start_date, currency, shipping_company_key, shipping_company_name

),

shared as (

    select
        *,
        sum(revenue) over (partition by week_start_date, currency) as week_revenue
    from totals

),

final as (

    select
        shared.week_start_date,
        weeks.iso_week,
        shared.currency,
        weeks.is_week_complete,
        shared.shipping_company_key,
        shared.shipping_company_name,
        {{ total('shared.revenue') }} as revenue,
        {{ divide('shared.revenue', 'shared.week_revenue', 6) }} as revenue_share,
        {{ total('shared.units') }} as units,
        cast(shared.line_count as integer) as line_count,
        cast(shared.order_count as integer) as order_count
    from shared
    inner join {{ ref('rpt_weekly_summary') }} as weeks
        on
            shared.week_start_date = weeks.week_start_date
            and shared.currency = weeks.currency

)

select * from final
