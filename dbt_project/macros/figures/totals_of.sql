{#- CTEs from `sales` (lines with span_start_date) to `totals`: one row per span, currency and key of
    lines, with the figures that add up, and how many orders there were.

    Orders are counted in two steps, as `count(distinct …)` would sort all lines on PostgreSQL; and apart
    from the sums, which would else be kept for every order. -#}
{% macro totals_of(key) -%}
orders as (

    select distinct
        span_start_date,
        currency,
        {{ key }},
        order_id
    from sales
    where order_id is not null

),

measured as (

    select
        span_start_date,
        currency,
        {{ key }},
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        0 as order_count
    from sales
    group by span_start_date, currency, {{ key }}
    union all
    select
        span_start_date,
        currency,
        {{ key }},
        0 as revenue,
        0 as units,
        0 as line_count,
        count(*) as order_count
    from orders
    group by span_start_date, currency, {{ key }}

),

totals as (

    select
        span_start_date,
        currency,
        {{ key }},
        sum(revenue) as revenue,
        sum(units) as units,
        sum(line_count) as line_count,
        sum(order_count) as order_count
    from measured
    group by span_start_date, currency, {{ key }}

)
{%- endmacro %}
