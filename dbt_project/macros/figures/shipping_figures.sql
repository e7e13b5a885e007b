{#- CTEs from `sales` (lines with span_start_date) and `headers` (orders with span_start_date) to
    `figures`: one row per span, currency and shipping company that carried something in it, be it
    lines or orders with freight.

    Sales are of the lines, by their day, carrier and currency; freight is of the order headers, by
    theirs. The two are added up apart, then put side by side: freight is never joined to lines. -#}
{% macro shipping_figures() -%}
{{ totals_of('shipping_company_key') }},

freight as (

    select
        span_start_date,
        currency,
        shipping_company_key,
        sum(freight_amount) as freight_amount,
        count(*) as freight_order_count
    from headers
    where freight_amount is not null and span_start_date is not null
    group by span_start_date, currency, shipping_company_key

),

joined as (

    select
        coalesce(totals.span_start_date, freight.span_start_date) as span_start_date,
        coalesce(totals.currency, freight.currency) as currency,
        coalesce(totals.shipping_company_key, freight.shipping_company_key)
            as shipping_company_key,
        coalesce(totals.revenue, 0) as revenue,
        coalesce(totals.units, 0) as units,
        coalesce(totals.line_count, 0) as line_count,
        coalesce(totals.order_count, 0) as order_count,
        freight.freight_amount,
        freight.freight_order_count
    from totals
    full outer join freight
        on
            totals.span_start_date = freight.span_start_date
            and totals.currency = freight.currency
            and totals.shipping_company_key = freight.shipping_company_key

),

shared as (

    select
        *,
        sum(revenue) over (partition by span_start_date, currency) as span_revenue
    from joined

),

figures as (

    select
        shared.span_start_date,
        shared.currency,
        shared.shipping_company_key,
        dim_shipping_company.shipping_company_name,
        {{ total('shared.revenue') }} as revenue,
        {{ divide('shared.revenue', 'shared.span_revenue', 6) }} as revenue_share,
        {{ total('shared.units') }} as units,
        cast(shared.line_count as integer) as line_count,
        cast(shared.order_count as integer) as order_count,
        {{ total('shared.freight_amount') }} as freight_amount,
        cast(shared.freight_order_count as integer) as freight_order_count
    from shared
    inner join {{ ref('dim_shipping_company') }} as dim_shipping_company
        on shared.shipping_company_key = dim_shipping_company.shipping_company_key

)
{%- endmacro %}
