{#- Grain: one row per currency and place where something was sold: region, city and store, each
    level telling the same sales; with the parameter level (region, city or store), that one alone. -#}
{{ config(meta={'parameters': {'level': 'text'}}) }}
with

sales as (

    {{ asked_lines(columns='line.*, cast(start_date as date) as span_start_date') }}

),

history as (

    {{ asked_lines(first="'" ~ var('calendar_start_date') ~ "'") }}

),

spans as (

    {{ asked_span() }}

),

{{ place_figures(history='history', only_level='level') }}

select
    currency,
    place_level,
    country,
    region,
    city,
    store_key,
    store_name,
    revenue,
    revenue_share,
    units,
    line_count,
    order_count,
    active_customer_count,
    known_customer_count,
    penetration_share
from figures
