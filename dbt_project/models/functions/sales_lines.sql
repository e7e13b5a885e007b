{#- Grain: one row per sales line of some days, with the names of its members as they were then. -#}
{%- set columns -%}
    line.sales_line_key,
    line.sale_date_key,
    line.product_key,
    line.customer_key,
    line.seller_key,
    line.shipping_company_key,
    line.store_key,
    line.region_key,
    dim_customer.customer_durable_key,
    line.order_id,
    line.line_number,
    line.sold_at,
    dim_date.full_date as sale_date,
    line.is_return,
    dim_product.product_id,
    dim_product.product_name,
    dim_product.category,
    dim_customer.customer_id,
    dim_customer.customer_name,
    dim_seller.seller_id,
    dim_seller.seller_name,
    dim_store.store_id,
    dim_store.store_name,
    {{ city_of_sale() }} as city,
    dim_region.region,
    dim_region.country,
    dim_shipping_company.shipping_company_id,
    dim_shipping_company.shipping_company_name,
    line.currency,
    line.units,
    line.unit_price,
    line.gross_amount,
    line.discount_amount,
    line.revenue,
    line.revenue_basis,
    line.cost,
    line.profit,
    line.source_file,
    line.source_sheet,
    line.source_row_number,
    line.file_version_id,
    line.loaded_at
{%- endset -%}
{%- set joins -%}
left join {{ ref('dim_date') }} as dim_date on line.sale_date_key = dim_date.date_key
left join {{ ref('dim_product') }} as dim_product on line.product_key = dim_product.product_key
left join {{ ref('dim_customer') }} as dim_customer
    on line.customer_key = dim_customer.customer_key
left join {{ ref('dim_seller') }} as dim_seller on line.seller_key = dim_seller.seller_key
left join {{ ref('dim_store') }} as dim_store on line.store_key = dim_store.store_key
left join {{ ref('dim_region') }} as dim_region on line.region_key = dim_region.region_key
left join {{ ref('dim_shipping_company') }} as dim_shipping_company
    on line.shipping_company_key = dim_shipping_company.shipping_company_key
{%- endset -%}
{{ asked_lines(columns=columns, joins=joins) }}
