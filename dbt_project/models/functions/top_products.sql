{#- Grain: one row per currency and product among the best by revenue: as many as the parameter
    product_count says, else as many as in the weekly report (var top_products_count). -#}
{{ config(meta={'parameters': {'product_count': 'integer'}}) }}
with

sales as (

    {{ asked_lines(columns='line.*, cast(start_date as date) as span_start_date') }}

),

{{ product_figures('coalesce(product_count, ' ~ var('top_products_count') ~ ')') }}

select
    currency,
    product_rank,
    product_key,
    product_id,
    product_name,
    category,
    revenue,
    revenue_share,
    units,
    line_count
from figures
