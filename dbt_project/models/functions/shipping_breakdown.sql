{#- Grain: one row per currency and shipping company that carried something, be it lines or orders with
    freight. Freight is left out where the days are not all that is asked about, as order headers
    lack what is: a product, a place. -#}
with

sales as (

    {{ asked_lines(columns='line.*, cast(start_date as date) as span_start_date') }}

),

headers as (

    select
        line.currency,
        line.shipping_company_key,
        line.freight_amount,
        cast(start_date as date) as span_start_date
    from {{ ref('fact_order') }} as line
    where
        line.order_date_key between {{ date_key('cast(start_date as date)') }}
        and {{ date_key('cast(end_date as date)') }}
        and {{ asks_only(
            ['for_currency', 'for_seller', 'for_shipping_company', 'for_store', 'for_customer']
        ) }}
        and {{ is_of_asked_order() }}

),

{{ shipping_figures() }}

select
    currency,
    shipping_company_key,
    shipping_company_name,
    revenue,
    revenue_share,
    units,
    line_count,
    order_count,
    freight_amount,
    freight_order_count
from figures
