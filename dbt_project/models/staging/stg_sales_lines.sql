{#- What later models complete or replace is called delivered_ here: on a line's way to
    int_sales_lines, no column changes its meaning (see lookups_of_sales_lines). -#}
with

delivered as (

    {{ delivered_rows('sales_lines', [
        'order_id', 'product_id', 'product_name', 'category', 'customer_id', 'customer_name',
        'seller_id', 'seller_name', 'store_id', 'store_name', 'city', 'region', 'country',
        'shipping_company_id', 'shipping_company_name', 'currency'
    ], [
        'sold_at', 'line_number', 'unit_price', 'units', 'discount_amount', 'discount_rate',
        'line_total', 'included_tax', 'unit_cost', 'line_cost', 'line_profit'
    ]) }}

),

typed as (

    select
        order_id,
        product_id,
        product_name as delivered_product_name,
        category,
        customer_id as delivered_customer_id,
        customer_name,
        seller_id as delivered_seller_id,
        seller_name as delivered_seller_name,
        store_id as delivered_store_id,
        store_name as delivered_store_name,
        city,
        region as delivered_region,
        country as delivered_country,
        shipping_company_id as delivered_shipping_company_id,
        shipping_company_name as delivered_shipping_company_name,
        {{ line_currency('currency', ['line_total', 'unit_price']) }} as delivered_currency,
        {{ try_timestamp('sold_at', 'date_order', 'time_zone') }} as delivered_sold_at,
        {{ try_integer('line_number') }} as line_number,
        {{ try_amount('units', 4) }} as delivered_units,
        {{ try_amount('unit_price', 6) }} as delivered_unit_price,
        {{ try_amount('discount_amount', 4) }} as delivered_discount_amount,
        {{ try_rate('discount_rate', 'decimal_mark', power_of_ten('discount_rate')) }}
            as discount_rate,
        {{ try_amount('line_total', 4) }} as line_total,
        {{ try_amount('included_tax', 4) }} as included_tax,
        {{ try_amount('unit_cost', 6) }} as unit_cost,
        {{ try_amount('line_cost', 4) }} as line_cost,
        {{ try_amount('line_profit', 4) }} as line_profit,
        sold_at as sold_at_text,
        line_number as line_number_text,
        units as units_text,
        unit_price as unit_price_text,
        discount_amount as discount_amount_text,
        discount_rate as discount_rate_text,
        line_total as line_total_text,
        included_tax as included_tax_text,
        unit_cost as unit_cost_text,
        line_cost as line_cost_text,
        line_profit as line_profit_text,
        identity_columns,
        layout,
        return_orders_pattern,
        is_ragged,
        {% for member in ['customer', 'seller', 'shipping_company'] -%}
        {{ in_list("'" ~ member ~ "_id'", 'columns_delivered') }}
        or {{ in_list("'" ~ member ~ "_name'", 'columns_delivered') }} as has_{{ member }}_column,
        {% endfor -%}
        period_start_date,
        period_end_date,
        {{ provenance_columns() }}
    from delivered

)

select * from typed
