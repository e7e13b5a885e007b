{#- Grain: one row per rule and delivered row of an entity other than sales lines that breaks
    it. -#}
{%- set rules = [
    ('order_without_id', 'orders', 'stg_orders', 'order_id is null', 'null'),
    ('unreadable_order_date', 'orders', 'stg_orders',
        'sold_at is null and sold_at_text is not null', 'sold_at_text'),
    ('unreadable_freight', 'orders', 'stg_orders',
        'freight_amount is null and freight_amount_text is not null', 'freight_amount_text'),
    ('customer_without_id', 'customers', 'stg_customers', 'customer_id is null', 'null'),
    ('unreadable_change_date', 'customers', 'stg_customers',
        'updated_at is null and updated_at_text is not null', 'updated_at_text'),
    ('repeated_customer', 'customers', 'stg_customers', 'is_contradicted', 'customer_id'),
    ('product_without_key', 'products', 'stg_products',
        'coalesce(product_id, product_name) is null', 'null'),
    ('unreadable_list_price', 'products', 'stg_products',
        'list_price is null and list_price_text is not null', 'list_price_text'),
    ('unreadable_standard_cost', 'products', 'stg_products',
        'standard_cost is null and standard_cost_text is not null', 'standard_cost_text'),
    ('repeated_product', 'products', 'stg_products', 'is_contradicted',
        'coalesce(product_id, product_name)'),
    ('category_without_id', 'product_categories', 'stg_product_categories',
        'category_id is null', 'null'),
    ('seller_without_key', 'sellers', 'stg_sellers',
        'coalesce(seller_id, seller_name) is null', 'null'),
    ('unreadable_is_active', 'sellers', 'stg_sellers',
        'is_active is null and is_active_text is not null', 'is_active_text'),
    ('store_without_key', 'stores', 'stg_stores', 'coalesce(store_id, store_name) is null', 'null'),
    ('shipping_company_without_key', 'shipping_companies', 'stg_shipping_companies',
        'coalesce(shipping_company_id, shipping_company_name) is null', 'null'),
    ('target_without_owner', 'sales_targets', 'stg_sales_targets',
        'coalesce(seller_id, seller_name, store_id) is null', 'null'),
    ('unreadable_target_month', 'sales_targets', 'stg_sales_targets',
        'month_date is null', 'month_text'),
    ('target_outside_calendar', 'sales_targets', 'stg_sales_targets',
        'month_date not between cast(\'' ~ var('calendar_start_date') ~ '\' as date) and cast(\''
        ~ var('calendar_end_date') ~ '\' as date)', 'month_text'),
    ('repeated_target', 'sales_targets', 'stg_sales_targets', 'is_repeated', 'month_text'),
    ('unreadable_target_amount', 'sales_targets', 'stg_sales_targets',
        'target_amount is null', 'target_amount_text'),
] -%}

with

{% for model in rules | map(attribute=2) | unique -%}
{{ model }} as (

    select * from {{ ref(model) }}

),

{% endfor -%}
issues as (

    {% for rule, entity, model, is_broken, offending_text in rules -%}
    select
        '{{ rule }}' as rule,
        '{{ entity }}' as entity,
        cast({{ offending_text }} as text) as offending_text,
        source_file,
        source_sheet,
        source_row_number,
        file_part_number,
        file_version_id
    from {{ model }}
    where {{ is_broken }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Not of those extracts of customers that only count as history any more.
final as (

    select issues.*
    from issues
    inner join {{ ref('stg_file_versions') }} as versions
        on issues.file_version_id = versions.file_version_id and versions.is_active

)

select * from final
