{#- Grain: one row per currency and seller who sold something. -#}
with

sales as (

    {{ asked_lines(first=days_before_asked(), columns='line.*, ' ~ asked_or_before()) }}

),

spans as (

    {{ asked_span() }}

),

{{ seller_figures(has_targets=asks_only(['for_currency', 'for_seller'])) }}

select
    currency,
    seller_rank,
    previous_rank,
    rank_change,
    seller_key,
    seller_name,
    team,
    revenue,
    revenue_share,
    units,
    line_count,
    order_count,
    target_amount,
    target_attainment_share
from figures
