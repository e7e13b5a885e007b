{#- Grain: one row per order id that order headers name. Several files about one order complement
    each other: of each fact, the newest delivered value counts. -#}
{%- set newest = ['file_version_id', 'file_part_number', 'source_row_number'] -%}

with

-- Worked out once: each aggregate below would bring all that types its column.
headers as materialized (

    select * from {{ ref('stg_orders') }}
    where order_id is not null

),

merged as (

    select
        order_id,
        {{ latest_value('customer_id', newest) }} as customer_id,
        {{ latest_value('seller_id', newest) }} as seller_id,
        {{ latest_value('seller_name', newest) }} as seller_name,
        {{ latest_value('shipping_company_id', newest) }} as shipping_company_id,
        {{ latest_value('shipping_company_name', newest) }} as shipping_company_name,
        {{ latest_value('store_id', newest) }} as store_id,
        {{ latest_value('currency', newest) }} as currency,
        {{ latest_value('freight_amount', newest) }} as freight_amount,
        {{ latest_value('sold_at', newest) }} as sold_at,
        bool_or(has_customer_column) as has_customer_column,
        bool_or(has_seller_column) as has_seller_column,
        bool_or(has_shipping_company_column) as has_shipping_company_column,
        max(file_version_id) as file_version_id
    from headers
    group by order_id

)

select * from merged
