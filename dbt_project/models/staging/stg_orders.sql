with

delivered as (

    {{ delivered_rows('orders', [
        'order_id', 'customer_id', 'seller_id', 'seller_name', 'shipping_company_id',
        'shipping_company_name', 'store_id', 'currency'
    ], ['sold_at', 'freight_amount']) }}

),

typed as (

    select
        order_id,
        customer_id,
        seller_id,
        seller_name,
        shipping_company_id,
        shipping_company_name,
        store_id,
        coalesce({{ currency_code('currency') }}, upper(currency)) as currency,
        {{ try_timestamp('sold_at', 'date_order', 'time_zone') }} as sold_at,
        {{ try_amount('freight_amount', 4) }} as freight_amount,
        sold_at as sold_at_text,
        freight_amount as freight_amount_text,
        {{ in_list("'customer_id'", 'columns_delivered') }} as has_customer_column,
        {% for member in ['seller', 'shipping_company'] -%}
        {{ in_list("'" ~ member ~ "_id'", 'columns_delivered') }}
        or {{ in_list("'" ~ member ~ "_name'", 'columns_delivered') }} as has_{{ member }}_column,
        {% endfor -%}
        {{ provenance_columns() }}
    from delivered

)

select * from typed
