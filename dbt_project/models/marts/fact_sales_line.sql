{#- Grain: one row per product line of one sale, from active file versions, each line once.

    Additive over every dimension: units, gross_amount, discount_amount, revenue, reported_total,
    cost, profit, within one currency. Not additive: unit_price. What belongs to an order and not
    to its lines (freight) is in fact_order. -#}

with

lines as (

    select
        *,
        {{ hash_key('customer_natural_key') }} as customer_durable_key
    from {{ ref('int_sales_lines') }}
    where line_status = 'accepted'

),

customers as (

    select * from {{ ref('dim_customer') }}

),

with_customer as (

    select
        lines.*,
        customers.customer_key,
        -- Where neither the line nor its store says where, the customer's place does.
        coalesce(lines.region, case when lines.country is null then customers.region end)
            as place_region,
        coalesce(lines.country, case when lines.region is null then customers.country end)
            as place_country
    from lines
    left join customers
        on
            lines.customer_durable_key = customers.customer_durable_key
            and lines.sale_date >= customers.effective_start_date
            and lines.sale_date < customers.effective_end_date

),

final as (

    select
        sales_line_key,
        {{ date_key('sale_date') }} as sale_date_key,
        coalesce({{ hash_key('product_natural_key') }}, -1) as product_key,
        coalesce(customer_key, -1) as customer_key,
        coalesce({{ hash_key('seller_natural_key') }}, -1) as seller_key,
        coalesce({{ hash_key('shipping_company_natural_key') }}, -1) as shipping_company_key,
        coalesce({{ hash_key('store_natural_key') }}, -1) as store_key,
        {{ region_key('place_region', 'place_country') }} as region_key,
        order_id,
        line_number,
        sold_at,
        is_return,
        currency,
        units,
        unit_price,
        gross_amount,
        discount_amount,
        revenue,
        reported_total,
        revenue_basis,
        cost,
        profit,
        is_cost_estimated,
        source_file,
        source_sheet,
        source_row_number,
        file_version_id,
        loaded_at
    from with_customer

)

select * from final
