-- Orders whose revenue or line count is not that of their lines in the fact: a join that
-- multiplied rows, on either side, would show here.
with

lines as (

    select
        order_id,
        count(*) as line_count,
        sum(revenue) as revenue
    from {{ ref('fact_sales_line') }}
    where order_id is not null
    group by order_id

)

select
    fact_order.order_id,
    fact_order.line_count as order_line_count,
    lines.line_count,
    fact_order.revenue as order_revenue,
    lines.revenue
from {{ ref('fact_order') }} as fact_order
left join lines on fact_order.order_id = lines.order_id
where
    fact_order.line_count <> coalesce(lines.line_count, 0)
    or fact_order.revenue <> coalesce(lines.revenue, 0)
