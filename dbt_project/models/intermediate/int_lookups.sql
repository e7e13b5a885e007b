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
            'shipping_company_id', 'shipping_company_name', 'store_id',
            'cast(has_customer_column as text)', 'cast(has_seller_column as text)',
            'cast(has_shipping_company_column as text)'
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

aliases as (

    select * from {{ ref('int_name_aliases') }}

),

-- Asked by the spelling, and by the name that a line has got from it.
aliases_by_name as (

    select
        kind,
        canonical_name,
        {{ hash_key("string_agg(alias, chr(31) order by alias)") }} as answer
    from aliases
    group by kind, canonical_name

),

acceptances as (

    select * from {{ ref('int_accepted_rows') }}

),

stopping as (

    select rule from {{ ref('dq_rules') }}
    where severity = 'reject'

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
        kind || ' alias' as lookup_kind,
        alias as lookup_key,
        {{ hash_key('canonical_name') }} as answer
    from aliases
    union all
    select
        kind || ' aliases' as lookup_kind,
        canonical_name as lookup_key,
        answer
    from aliases_by_name
    union all
    select
        'acceptance' as lookup_kind,
        {{ row_address() }} as lookup_key,
        {{ hash_key('accepted_rules_text') }} as answer
    from acceptances
    union all
    select
        'customer list' as lookup_kind,
        'customer list' as lookup_key,
        1 as answer
    where exists (select customer_id from {{ ref('int_customer_versions') }})
    union all
    select
        'product list' as lookup_kind,
        'product list' as lookup_key,
        1 as answer
    where exists (select product_natural_key from {{ ref('int_products') }})
    union all
    select
        'severities' as lookup_kind,
        'severities' as lookup_key,
        {{ hash_key("coalesce(string_agg(rule, ', ' order by rule), '')") }} as answer
    from stopping
    union all
    select
        'rules' as lookup_kind,
        'rules' as lookup_key,
        {{ hash_key("'" ~ rules_of_sales_lines() ~ "'") }} as answer

)

select * from lookups
