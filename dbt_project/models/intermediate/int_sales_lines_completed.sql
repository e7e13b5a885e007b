{#- Grain: one row per delivered sales line that this build computes (int_sales_lines_due). A line
    that lacks a fact has it from its order header, then from master data; whatever names a member
    gets the key by which its dimension knows it.

    Whatever is looked up here is an answer in int_lookups as well: that is how a later build knows
    which lines a change of master data concerns. -#}

with

lines as (

    select stg_sales_lines.*
    from {{ ref('stg_sales_lines') }} as stg_sales_lines
    inner join {{ ref('int_sales_lines_due') }} as due
        on
            stg_sales_lines.file_version_id = due.file_version_id
            and stg_sales_lines.file_part_number = due.file_part_number
            and stg_sales_lines.source_row_number = due.source_row_number
    where {{ is_version_in('stg_sales_lines.file_version_id', ref('int_sales_lines_due')) }}

),

orders as (

    select * from {{ ref('int_orders') }}

),

customer_versions as (

    select * from {{ ref('int_customer_versions') }}

),

customers as (

    select
        customer_id,
        customer_name,
        count(*) over (partition by customer_name) = 1 as is_only_of_its_name
    from customer_versions
    where is_current and not is_deleted

),

products as (

    select * from {{ ref('int_products') }}

),

sellers as (

    select * from {{ ref('int_sellers') }}

),

stores as (

    select * from {{ ref('int_stores') }}

),

shipping_companies as (

    select * from {{ ref('int_shipping_companies') }}

),

aliases as (

    select * from {{ ref('int_name_aliases') }}

),

acceptances as (

    select * from {{ ref('int_accepted_rows') }}

),

masters as (

    select
        (select count(*) from customer_versions) > 0 as has_customer_list,
        (select count(*) from products) > 0 as has_product_list

),

-- A seller (carrier, store, customer) is one fact: id and name are taken from the line or from the
-- header, never one from each.
with_header as (

    select
        lines.*,
        orders.order_id is not null as has_order_header,
        {% for member in ['customer', 'seller', 'shipping_company'] -%}
        lines.has_{{ member }}_column or coalesce(orders.has_{{ member }}_column, false)
            as is_{{ member }}_expected,
        {% endfor -%}
        coalesce(lines.sold_at, orders.sold_at) as resolved_sold_at,
        coalesce(lines.currency, orders.currency, '{{ var("default_currency") }}')
            as resolved_currency,
        case
            when coalesce(lines.customer_id, lines.customer_name) is not null then lines.customer_id
            else orders.customer_id
        end as resolved_customer_id,
        case
            when coalesce(lines.seller_id, lines.seller_name) is not null then lines.seller_id
            else orders.seller_id
        end as resolved_seller_id,
        case
            when coalesce(lines.seller_id, lines.seller_name) is not null then lines.seller_name
            else orders.seller_name
        end as resolved_seller_name,
        case
            when coalesce(lines.shipping_company_id, lines.shipping_company_name) is not null
                then lines.shipping_company_id
            else orders.shipping_company_id
        end as resolved_shipping_company_id,
        case
            when coalesce(lines.shipping_company_id, lines.shipping_company_name) is not null
                then lines.shipping_company_name
            else orders.shipping_company_name
        end as resolved_shipping_company_name,
        case
            when coalesce(lines.store_id, lines.store_name, lines.city) is not null
                then lines.store_id
            else orders.store_id
        end as resolved_store_id
    from lines
    left join orders on lines.order_id = orders.order_id

),

-- Spellings that people have declared to be one name.
with_names as (

    select
        lines.*,
        coalesce(product_aliases.canonical_name, lines.product_name) as known_product_name,
        coalesce(seller_aliases.canonical_name, lines.resolved_seller_name) as known_seller_name,
        coalesce(carrier_aliases.canonical_name, lines.resolved_shipping_company_name)
            as known_shipping_company_name,
        coalesce(store_aliases.canonical_name, lines.store_name) as known_store_name
    from with_header as lines
    left join aliases as product_aliases
        on product_aliases.kind = 'product' and lines.product_name = product_aliases.alias
    left join aliases as seller_aliases
        on seller_aliases.kind = 'seller' and lines.resolved_seller_name = seller_aliases.alias
    left join aliases as carrier_aliases
        on
            carrier_aliases.kind = 'shipping_company'
            and lines.resolved_shipping_company_name = carrier_aliases.alias
    left join aliases as store_aliases
        on store_aliases.kind = 'store' and lines.store_name = store_aliases.alias

),

completed as (

    select
        lines.order_id,
        lines.product_id,
        lines.known_product_name as product_name,
        lines.category,
        lines.customer_name,
        lines.resolved_customer_id as customer_id,
        lines.resolved_seller_id as seller_id,
        lines.known_seller_name as seller_name,
        lines.resolved_shipping_company_id as shipping_company_id,
        lines.known_shipping_company_name as shipping_company_name,
        lines.resolved_store_id as store_id,
        lines.known_store_name as store_name,
        lines.city,
        -- The place's other half comes from the store, unless the store is somewhere else.
        coalesce(
            lines.region,
            case
                when coalesce(lines.country, place.country, '') = coalesce(place.country, '')
                    then place.region
            end
        ) as region,
        coalesce(
            lines.country,
            case
                when coalesce(lines.region, place.region, '') = coalesce(place.region, '')
                    then place.country
            end
        ) as country,
        lines.resolved_currency as currency,
        coalesce(
            lines.product_id, products_by_name.product_natural_key, lines.known_product_name
        ) as product_natural_key,
        coalesce(
            lines.resolved_customer_id, customers_by_name.customer_id, lines.customer_name
        ) as customer_natural_key,
        coalesce(
            lines.resolved_seller_id,
            sellers_by_name.seller_natural_key,
            lines.known_seller_name
        ) as seller_natural_key,
        coalesce(
            lines.resolved_shipping_company_id,
            shipping_by_name.shipping_company_natural_key,
            lines.known_shipping_company_name
        ) as shipping_company_natural_key,
        coalesce(
            lines.resolved_store_id,
            stores_by_name.store_natural_key,
            -- Without an id, one name may stand for several places.
            case
                when coalesce(lines.known_store_name, lines.city) is not null
                    then
                        coalesce(lines.known_store_name, '') || '|'
                        || coalesce(lines.city, '') || '|'
                        || coalesce(lines.region, '') || '|'
                        || coalesce(lines.country, '')
            end
        ) as store_natural_key,
        lines.line_number,
        lines.units,
        lines.unit_price,
        lines.discount_amount,
        lines.discount_rate,
        lines.line_total,
        lines.unit_cost,
        lines.line_cost,
        lines.line_profit,
        coalesce(products.list_price, products_by_name.list_price) as list_price,
        coalesce(products.standard_cost, products_by_name.standard_cost) as standard_cost,
        lines.has_order_header,
        lines.is_ragged,
        {% for member in ['customer', 'seller', 'shipping_company'] -%}
        lines.is_{{ member }}_expected,
        {% endfor -%}
        masters.has_customer_list,
        masters.has_product_list
        and products.product_natural_key is null
        and products_by_name.product_natural_key is null as is_product_unlisted,
        acceptances.accepted_rules,
        lines.resolved_sold_at as sold_at,
        lines.sold_at_text,
        lines.line_number_text,
        lines.units_text,
        lines.unit_price_text,
        lines.discount_amount_text,
        lines.discount_rate_text,
        lines.line_total_text,
        lines.unit_cost_text,
        lines.line_cost_text,
        lines.line_profit_text,
        lines.period_start_date,
        lines.period_end_date,
        lines.identity_columns,
        lines.layout,
        lines.return_orders_pattern,
        lines.source_file,
        lines.source_sheet,
        lines.source_row_number,
        lines.file_part_number,
        lines.file_version_id,
        lines.loaded_at
    from with_names as lines
    cross join masters
    left join products on lines.product_id = products.product_natural_key
    left join products as products_by_name
        on
            lines.product_id is null
            and lines.known_product_name = products_by_name.product_name
            and products_by_name.is_only_of_its_name
    left join customers as customers_by_name
        on
            lines.resolved_customer_id is null
            and lines.customer_name = customers_by_name.customer_name
            and customers_by_name.is_only_of_its_name
    left join sellers as sellers_by_name
        on
            lines.resolved_seller_id is null
            and lines.known_seller_name = sellers_by_name.seller_name
            and sellers_by_name.is_only_of_its_name
    left join shipping_companies as shipping_by_name
        on
            lines.resolved_shipping_company_id is null
            and lines.known_shipping_company_name = shipping_by_name.shipping_company_name
            and shipping_by_name.is_only_of_its_name
    left join stores as stores_by_name
        on
            lines.resolved_store_id is null
            and lines.known_store_name = stores_by_name.store_name
            and stores_by_name.is_only_of_its_name
    left join stores as place
        on
            coalesce(lines.resolved_store_id, stores_by_name.store_natural_key)
            = place.store_natural_key
    left join acceptances
        on
            lines.source_file = acceptances.source_file
            and coalesce(lines.source_sheet, '') = acceptances.source_sheet
            and lines.source_row_number = acceptances.source_row_number

),

-- The customer as they were on the day of the sale. Where neither the line nor its store says
-- where it was, the customer's place does.
with_customer as (

    select
        completed.*,
        case
            when completed.customer_natural_key is null then -1
            else {{ hash_key(
                "completed.customer_natural_key || '|' || " ~ iso_date(
                    "coalesce(customer_versions.effective_start_date, cast('"
                    ~ var("first_day_of_history") ~ "' as date))"
                )
            ) }}
        end as customer_key,
        coalesce(
            completed.region,
            case when completed.country is null then customer_versions.region end
        ) as place_region,
        coalesce(
            completed.country,
            case when completed.region is null then customer_versions.country end
        ) as place_country,
        -- A customer who is listed has a version for every day.
        completed.has_customer_list
        and completed.sold_at is not null
        and customer_versions.customer_id is null
            as is_customer_unlisted
    from completed
    left join customer_versions
        on
            completed.customer_natural_key = customer_versions.customer_id
            and cast(completed.sold_at as date) >= customer_versions.effective_start_date
            and cast(completed.sold_at as date) < customer_versions.effective_end_date

)

select * from with_customer
