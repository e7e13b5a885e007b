{#- Grain: one row per delivered sales line that this build computes (int_sales_lines_due). A line
    that lacks a fact has it from its order header, then from master data; whatever names a member
    gets the key by which its dimension knows it.

    Whatever a line takes from elsewhere is one of lookups_of_sales_lines, by which a later build
    knows which lines a change concerns; so nothing is joined here but by `look_up`. -#}

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

-- A seller (carrier, store, customer) is one fact: id and name are taken from the line or from the
-- header, never one from each.
with_header as (

    select
        lines.*,
        order_header.lookup_key is not null as has_order_header,
        {% for member in ['customer', 'seller', 'shipping_company'] -%}
        lines.has_{{ member }}_column or coalesce(order_header.has_{{ member }}_column, false)
            as is_{{ member }}_expected,
        {% endfor -%}
        coalesce(lines.delivered_sold_at, order_header.sold_at) as sold_at,
        coalesce(
            lines.delivered_currency, order_header.currency, '{{ var("default_currency") }}'
        ) as currency,
        case
            when coalesce(lines.delivered_customer_id, lines.customer_name) is not null
                then lines.delivered_customer_id
            else order_header.customer_id
        end as customer_id,
        {% for member in ['seller', 'shipping_company'] -%}
        case
            when
                coalesce(lines.delivered_{{ member }}_id, lines.delivered_{{ member }}_name)
                is not null
                then lines.delivered_{{ member }}_id
            else order_header.{{ member }}_id
        end as {{ member }}_id,
        case
            when
                coalesce(lines.delivered_{{ member }}_id, lines.delivered_{{ member }}_name)
                is not null
                then lines.delivered_{{ member }}_name
            else order_header.{{ member }}_name
        end as spelled_{{ member }}_name,
        {% endfor -%}
        case
            when
                coalesce(lines.delivered_store_id, lines.delivered_store_name, lines.city)
                is not null
                then lines.delivered_store_id
            else order_header.store_id
        end as store_id
    from lines
    {{ look_up('order_header') }}

),

-- Spellings that people have declared to be one name.
with_names as (

    select
        lines.*,
        coalesce(product_alias.canonical_name, lines.delivered_product_name) as product_name,
        coalesce(seller_alias.canonical_name, lines.spelled_seller_name) as seller_name,
        coalesce(shipping_company_alias.canonical_name, lines.spelled_shipping_company_name)
            as shipping_company_name,
        coalesce(store_alias.canonical_name, lines.delivered_store_name) as store_name
    from with_header as lines
    {{ look_up('product_alias') }}
    {{ look_up('seller_alias') }}
    {{ look_up('shipping_company_alias') }}
    {{ look_up('store_alias') }}

),

with_members as (

    select
        lines.*,
        coalesce(lines.product_id, product_by_name.product_natural_key, lines.product_name)
            as product_natural_key,
        coalesce(lines.customer_id, customer_by_name.customer_id, lines.customer_name)
            as customer_natural_key,
        coalesce(lines.seller_id, seller_by_name.seller_natural_key, lines.seller_name)
            as seller_natural_key,
        coalesce(
            lines.shipping_company_id,
            shipping_company_by_name.shipping_company_natural_key,
            lines.shipping_company_name
        ) as shipping_company_natural_key,
        coalesce(lines.store_id, store_by_name.store_natural_key) as known_store_key,
        -- What the price list says in another currency says nothing about this line.
        {% for amount in ['list_price', 'standard_cost'] -%}
        {%- set currency = 'coalesce(product.' ~ amount ~ '_currency, product_by_name.' ~ amount
            ~ '_currency)' -%}
        case
            when {{ currency }} = lines.currency
                then coalesce(product.{{ amount }}, product_by_name.{{ amount }})
        end as {{ amount }},
        {{ currency }} <> lines.currency as is_{{ amount }}_in_other_currency,
        {% endfor -%}
        customer_list.lookup_key is not null as has_customer_list,
        product_list.lookup_key is not null
        and product.lookup_key is null
        and product_by_name.lookup_key is null as is_product_unlisted,
        acceptance.accepted_rules
    from with_names as lines
    {{ look_up('product') }}
    {{ look_up('product_by_name') }}
    {{ look_up('customer_by_name') }}
    {{ look_up('seller_by_name') }}
    {{ look_up('shipping_company_by_name') }}
    {{ look_up('store_by_name') }}
    {{ look_up('customer_list') }}
    {{ look_up('product_list') }}
    {{ look_up('acceptance') }}

),

with_place as (

    select
        lines.*,
        coalesce(
            lines.known_store_key,
            -- Without an id, one name may stand for several places.
            case
                when coalesce(lines.store_name, lines.city) is not null
                    then
                        coalesce(lines.store_name, '') || '|'
                        || coalesce(lines.city, '') || '|'
                        || coalesce(lines.delivered_region, '') || '|'
                        || coalesce(lines.delivered_country, '')
            end
        ) as store_natural_key,
        -- The place's other half comes from the store, unless the store is somewhere else.
        coalesce(
            lines.delivered_region,
            case
                when
                    coalesce(lines.delivered_country, place.country, '')
                    = coalesce(place.country, '')
                    then place.region
            end
        ) as region,
        coalesce(
            lines.delivered_country,
            case
                when
                    coalesce(lines.delivered_region, place.region, '')
                    = coalesce(place.region, '')
                    then place.country
            end
        ) as country
    from with_members as lines
    {{ look_up('place') }}

),

-- The customer as they were on the day of the sale. Where neither the line nor its store says
-- where it was, the customer's place does.
with_customer as (

    select
        lines.*,
        case
            when lines.customer_natural_key is null then -1
            else {{ surrogate_key(
                "lines.customer_natural_key || '|' || " ~ iso_date(
                    "coalesce(customer_version.effective_start_date, cast('"
                    ~ var("first_day_of_history") ~ "' as date))"
                )
            ) }}
        end as customer_key,
        coalesce(
            lines.region, case when lines.country is null then customer_version.region end
        ) as place_region,
        coalesce(
            lines.country, case when lines.region is null then customer_version.country end
        ) as place_country,
        -- A customer who is listed has a version for every day.
        lines.has_customer_list
        and lines.sold_at is not null
        and customer_version.lookup_key is null as is_customer_unlisted
    from with_place as lines
    {{ look_up('customer_version') }}

)

select * from with_customer
