{#- Grain: one row per question that sales lines ask of order headers and master data, with a
    fingerprint of the answer. Compared with the answers that int_sales_lines was built with
    (int_lookups_applied, see the macro remember_lookups), it tells which lines a change concerns.

    The rules themselves are a question too: when they change, every line is concerned. -#}
{%- set named = {
    'seller': ref('int_sellers'),
    'shipping_company': ref('int_shipping_companies'),
    'store': ref('int_stores'),
} -%}

with

orders as (

    select
        'order' as lookup_kind,
        order_id as lookup_key,
        {{ fingerprint([
            iso_moment('sold_at'), 'currency', 'customer_id', 'seller_id', 'seller_name',
            'shipping_company_id', 'shipping_company_name', 'store_id'
        ]) }} as answer
    from {{ ref('int_orders') }}

),

products as (

    select
        *,
        {{ fingerprint([
            'product_natural_key', 'cast(list_price as text)', 'cast(standard_cost as text)'
        ]) }} as answer
    from {{ ref('int_products') }}

),

customers as (

    select
        'customer' as lookup_kind,
        customer_id as lookup_key,
        {{ hash_key(
            "string_agg(" ~ iso_date('effective_start_date') ~ " || chr(31) "
            ~ "|| coalesce(region, chr(30)) || chr(31) || coalesce(country, chr(30)), chr(29) "
            ~ "order by effective_start_date)"
        ) }} as answer
    from {{ ref('int_customer_versions') }}
    group by customer_id

),

customer_names as (

    select
        'customer name' as lookup_kind,
        customer_name as lookup_key,
        {{ hash_key('max(customer_id)') }} as answer
    from {{ ref('int_customer_versions') }}
    where is_current and not is_deleted and customer_name is not null
    group by customer_name
    having count(*) = 1

),

stores as (

    select
        'store' as lookup_kind,
        store_natural_key as lookup_key,
        {{ fingerprint(['region', 'country']) }} as answer
    from {{ ref('int_stores') }}

),

lookups as (

    select * from orders
    union all
    select
        'product' as lookup_kind,
        product_natural_key as lookup_key,
        answer
    from products
    union all
    select
        'product name' as lookup_kind,
        product_name as lookup_key,
        answer
    from products
    where is_only_of_its_name and product_name is not null
    union all
    select * from customers
    union all
    select * from customer_names
    union all
    select * from stores
    {% for member, members in named.items() %}
    union all
    select
        '{{ member | replace('_', ' ') }} name' as lookup_kind,
        {{ member }}_name as lookup_key,
        {{ hash_key(member ~ '_natural_key') }} as answer
    from {{ members }}
    where is_only_of_its_name and {{ member }}_name is not null
    {% endfor %}
    union all
    select
        'rules' as lookup_kind,
        'rules' as lookup_key,
        {{ hash_key("'" ~ rules_of_sales_lines() ~ "'") }} as answer

)

select * from lookups
