{#- A query of the figures of members from start_date to end_date, for what is asked, and of their revenue
    in as many days right before: one row per currency and member of which something was sold.

    key: of lines, by which `members` are found.
    members: SQL for what has this key and the columns.
    columns: that make a member out; several keys may be one. -#}
{% macro member_figures(key, members, columns) -%}
{%- set member = columns | join(', ') -%}
with

sales as (

    {{ asked_lines(first=days_before_asked(), columns='line.*, ' ~ asked_or_before()) }}

),

-- In two steps, as `count(distinct …)` would sort all lines on PostgreSQL.
orders as (

    select
        span_start_date,
        currency,
        {{ key }},
        order_id,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        sum(profit) as profit,
        sum(case when cost is not null then revenue end) as revenue_with_cost
    from sales
    group by span_start_date, currency, {{ key }}, order_id

),

member_orders as (

    select
        orders.span_start_date,
        orders.currency,
        {% for column in columns -%}
        members.{{ column }},
        {% endfor -%}
        orders.order_id,
        sum(orders.revenue) as revenue,
        sum(orders.units) as units,
        sum(orders.line_count) as line_count,
        sum(orders.profit) as profit,
        sum(orders.revenue_with_cost) as revenue_with_cost
    from orders
    inner join {{ members }} as members on orders.{{ key }} = members.{{ key }}
    group by
        orders.span_start_date,
        orders.currency,
        {% for column in columns -%}
        members.{{ column }},
        {% endfor -%}
        orders.order_id

),

totals as (

    select
        currency,
        {{ member }},
        sum(case when is_asked then revenue end) as revenue,
        sum(case when is_asked then units end) as units,
        sum(case when is_asked then line_count end) as line_count,
        count(case when is_asked then order_id end) as order_count,
        sum(case when is_asked then profit end) as profit,
        sum(case when is_asked then revenue_with_cost end) as revenue_with_cost,
        sum(case when not is_asked then revenue end) as previous_revenue
    from (
        select
            *,
            span_start_date = cast(start_date as date) as is_asked
        from member_orders
    ) as told
    group by currency, {{ member }}

),

ranked as (

    select
        totals.*,
        sum(revenue) over (partition by currency) as span_revenue,
        {{ last_trading_day_until('cast(end_date as date)') }} <= last_sale.last_sale_date
            as is_complete
    from totals
    cross join ({{ last_sale() }}) as last_sale

)

select
    currency,
    {{ member }},
    {{ total('revenue') }} as revenue,
    {{ divide('revenue', 'span_revenue', 6) }} as revenue_share,
    {{ total('previous_revenue') }} as previous_revenue,
    {{ change_pct('revenue', 'previous_revenue', 'is_complete') }} as revenue_change_pct,
    {{ total('units') }} as units,
    cast(line_count as integer) as line_count,
    cast(order_count as integer) as order_count,
    case when units > 0 then {{ divide('revenue', 'units', 4) }} end as average_price,
    {{ total('profit') }} as profit,
    case when revenue_with_cost > 0 then {{ divide('profit', 'revenue_with_cost', 6) }} end
        as margin_share
from ranked
where revenue is not null
{%- endmacro %}
