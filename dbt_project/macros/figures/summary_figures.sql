{#- CTEs from `sales` (lines with span_start_date and sale_date) and `spans` (span_start_date and
    whatever is to be carried along) to `filled`: one row per span and currency, spans without sales
    included.

    Orders and customers are counted in two steps, as `count(distinct …)` would sort all lines on
    PostgreSQL.

    currencies: SQL for the currencies that every span is to have.
    first_purchases: SQL for customer_durable_key and first_purchase_date; without it, all sales
    there are are in `sales`. -#}
{% macro summary_figures(currencies, first_purchases=none) -%}
totals as (

    select
        span_start_date,
        currency,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        sum(case when is_return then 1 else 0 end) as return_line_count,
        sum(case when is_return then revenue else 0 end) as return_amount,
        sum(case when order_id is not null then revenue end) as revenue_with_order,
        sum(cost) as cost,
        sum(profit) as profit,
        sum(case when cost is not null then revenue end) as revenue_with_cost
    from sales
    group by span_start_date, currency

),

orders as (

    select
        span_start_date,
        currency,
        order_id
    from sales
    where order_id is not null
    group by span_start_date, currency, order_id

),

order_counts as (

    select
        span_start_date,
        currency,
        count(*) as order_count
    from orders
    group by span_start_date, currency

),

customer_versions as (

    select
        span_start_date,
        currency,
        customer_key,
        min(case when not is_return then sale_date end) as first_purchase_date
    from sales
    where customer_key <> -1
    group by span_start_date, currency, customer_key

),

customers as (

    select
        customer_versions.span_start_date,
        customer_versions.currency,
        dim_customer.customer_durable_key,
        min(customer_versions.first_purchase_date) as first_purchase_date
    from customer_versions
    inner join {{ ref('dim_customer') }} as dim_customer
        on customer_versions.customer_key = dim_customer.customer_key
    group by
        customer_versions.span_start_date,
        customer_versions.currency,
        dim_customer.customer_durable_key

),

first_purchases as (

    select
        customer_durable_key,
        min(first_purchase_date) as first_purchase_date
    from {{ first_purchases or 'customers' }}
    group by customer_durable_key

),

customer_counts as (

    select
        customers.span_start_date,
        customers.currency,
        count(*) as customer_count,
        -- Whose first purchase of all is among these sales, so that parts add up to the whole.
        sum(
            case
                when customers.first_purchase_date = first_purchases.first_purchase_date then 1
                else 0
            end
        ) as new_customer_count
    from customers
    left join first_purchases
        on customers.customer_durable_key = first_purchases.customer_durable_key
    group by customers.span_start_date, customers.currency

),

currencies as (

    {{ currencies }}

),

filled as (

    select
        spans.*,
        currencies.currency,
        coalesce(totals.gross_amount, 0) as gross_amount,
        coalesce(totals.discount_amount, 0) as discount_amount,
        coalesce(totals.revenue, 0) as revenue,
        coalesce(totals.units, 0) as units,
        coalesce(totals.line_count, 0) as line_count,
        coalesce(order_counts.order_count, 0) as order_count,
        coalesce(customer_counts.customer_count, 0) as customer_count,
        coalesce(customer_counts.new_customer_count, 0) as new_customer_count,
        coalesce(totals.return_line_count, 0) as return_line_count,
        coalesce(totals.return_amount, 0) as return_amount,
        totals.revenue_with_order,
        totals.cost,
        totals.profit,
        totals.revenue_with_cost
    from spans
    cross join currencies
    left join totals
        on
            spans.span_start_date = totals.span_start_date
            and currencies.currency = totals.currency
    left join order_counts
        on
            spans.span_start_date = order_counts.span_start_date
            and currencies.currency = order_counts.currency
    left join customer_counts
        on
            spans.span_start_date = customer_counts.span_start_date
            and currencies.currency = customer_counts.currency

)
{%- endmacro %}

{#- The columns of `filled`, as reports have them. -#}
{% macro summary_columns() -%}
        {{ total('gross_amount') }} as gross_amount,
        {{ total('discount_amount') }} as discount_amount,
        {{ total('revenue') }} as revenue,
        {{ total('units') }} as units,
        cast(line_count as integer) as line_count,
        cast(order_count as integer) as order_count,
        cast(customer_count as integer) as customer_count,
        cast(new_customer_count as integer) as new_customer_count,
        {{ divide('revenue_with_order', 'order_count', 4) }} as average_order_value,
        cast(return_line_count as integer) as return_line_count,
        {{ total('return_amount') }} as return_amount,
        {{ total('cost') }} as cost,
        {{ total('profit') }} as profit,
        {{ divide('profit', 'revenue_with_cost', 6) }} as margin_share
{%- endmacro %}
