{#- Grain: one row per currency and shipping company that carried something, be it lines or orders
    with freight. -#}
with

sales as (

    {{ asked_lines(columns='line.*, cast(start_date as date) as span_start_date') }}

),

headers as (

    {{ asked_headers() }}

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
