{#- A query of the figures of members from start_date to end_date, for what is asked, and of their revenue
    in as many days right before: one row per currency and member of which something was sold.

    key: of lines, by which `members` are found.
    members: SQL for what has this key and the columns.
    columns: of a member; the first one makes it out, and several keys may be one. -#}
{% macro member_figures(key, members, columns) -%}
{%- set member = columns[0] -%}
with

sales as (

    {{ asked_lines(first=days_before_asked(), columns='line.*, ' ~ asked_or_before()) }}

),

sums as (

    select
        span_start_date,
        currency,
        {{ key }},
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        sum(profit) as profit,
        sum(case when cost is not null then revenue end) as revenue_with_cost
    from sales
    group by span_start_date, currency, {{ key }}

),

-- Counted in two steps, as `count(distinct …)` would sort all lines on PostgreSQL; and apart from the
-- sums, which would else be kept for every order.
orders as (

    select distinct
        sales.currency,
        members.{{ member }},
        sales.order_id
    from sales
    inner join {{ members }} as members on sales.{{ key }} = members.{{ key }}
    where sales.span_start_date = cast(start_date as date) and sales.order_id is not null

),

measured as (

    select
        sums.currency,
        {% for column in columns -%}
        members.{{ column }},
        {% endfor -%}
        sums.span_start_date = cast(start_date as date) as is_asked,
        sums.revenue,
        sums.units,
        sums.line_count,
        sums.profit,
        sums.revenue_with_cost,
        0 as order_count
    from sums
    inner join {{ members }} as members on sums.{{ key }} = members.{{ key }}
    union all
    select
        currency,
        {{ member }},
        {% for column in columns[1:] -%}
        null as {{ column }},
        {% endfor -%}
        true as is_asked,
        null as revenue,
        null as units,
        null as line_count,
        null as profit,
        null as revenue_with_cost,
        count(*) as order_count
    from orders
    group by currency, {{ member }}

),

totals as (

    select
        currency,
        {{ member }},
        {% for column in columns[1:] -%}
        max({{ column }}) as {{ column }},
        {% endfor -%}
        sum(case when is_asked then revenue end) as revenue,
        sum(case when is_asked then units end) as units,
        sum(case when is_asked then line_count end) as line_count,
        sum(order_count) as order_count,
        sum(case when is_asked then profit end) as profit,
        sum(case when is_asked then revenue_with_cost end) as revenue_with_cost,
        sum(case when not is_asked then revenue end) as previous_revenue
    from measured
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
    {{ columns | join(', ') }},
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
