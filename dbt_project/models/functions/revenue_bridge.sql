{#- Grain: one row per currency in which something was sold in the days, or in as many right
    before. -#}
with

product_spans as (

    select
        span_start_date,
        currency,
        product_key,
        sum(revenue) as revenue,
        sum(coalesce(units, 0)) as units
    from (
        {{ asked_lines(first=days_before_asked(), columns='line.*, ' ~ asked_or_before()) }}
    ) as sales
    group by span_start_date, currency, product_key

),

{{ bridge_figures(
    'cast(start_date as date)', 'span_start_date < cast(start_date as date)'
) }},

asked as (

    select * from measured
    where span_start_date = cast(start_date as date)

),

revenues as (

    select
        currency,
        sum(case when span_start_date < cast(start_date as date) then revenue else 0 end)
            as previous_revenue,
        sum(case when span_start_date = cast(start_date as date) then revenue else 0 end)
            as revenue
    from product_spans
    group by currency

)

select
    revenues.currency,
    {{ total('revenues.previous_revenue') }} as previous_revenue,
    {{ bridge_columns('asked') }},
    {{ total('revenues.revenue') }} as revenue
from revenues
left join asked on revenues.currency = asked.currency
