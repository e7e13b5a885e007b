{#- Grain: one row per shipping company: those of the master data, those that only sales lines or
    order headers name, and Unknown. -#}
{%- set newest = [
    'last_sold_at', 'file_version_id', 'file_part_number', 'last_row_number'
] -%}

with

master as (

    select * from {{ ref('int_shipping_companies') }}

),

sales_lines as (

    select
        natural_key as shipping_company_natural_key,
        {{ latest_value('member_id', newest) }} as shipping_company_id,
        {{ latest_value('member_name', newest) }} as shipping_company_name
    from {{ ref('int_line_members') }}
    where member_kind = 'shipping company'
    group by natural_key

),

named as (

    select
        *,
        {{ hash_key('order_id') }} as place
    from {{ ref('int_orders') }}

),

orders as (

    select
        coalesce(
            named.shipping_company_id,
            by_name.shipping_company_natural_key,
            named.shipping_company_name
        ) as shipping_company_natural_key,
        {{ latest_value('named.shipping_company_id', ['named.file_version_id', 'named.place']) }}
            as shipping_company_id,
        {{ latest_value('named.shipping_company_name', ['named.file_version_id', 'named.place']) }}
            as shipping_company_name
    from named
    left join master as by_name
        on
            named.shipping_company_id is null
            and named.shipping_company_name = by_name.shipping_company_name
            and by_name.is_only_of_its_name
    where coalesce(named.shipping_company_id, named.shipping_company_name) is not null
    group by
        coalesce(
            named.shipping_company_id,
            by_name.shipping_company_natural_key,
            named.shipping_company_name
        )

),

natural_keys as (

    select shipping_company_natural_key from master
    union
    select shipping_company_natural_key from sales_lines
    union
    select shipping_company_natural_key from orders

),

members as (

    select
        natural_keys.shipping_company_natural_key,
        coalesce(
            master.shipping_company_id, sales_lines.shipping_company_id, orders.shipping_company_id
        ) as shipping_company_id,
        coalesce(
            master.shipping_company_name,
            sales_lines.shipping_company_name,
            orders.shipping_company_name,
            natural_keys.shipping_company_natural_key
        ) as shipping_company_name,
        master.shipping_company_natural_key is not null as is_in_master_data
    from natural_keys
    left join master
        on natural_keys.shipping_company_natural_key = master.shipping_company_natural_key
    left join sales_lines
        on natural_keys.shipping_company_natural_key = sales_lines.shipping_company_natural_key
    left join orders
        on natural_keys.shipping_company_natural_key = orders.shipping_company_natural_key

),

final as (

    select
        {{ surrogate_key('shipping_company_natural_key') }} as shipping_company_key,
        shipping_company_id,
        shipping_company_name,
        is_in_master_data
    from members
    union all
    select
        -1 as shipping_company_key,
        null as shipping_company_id,
        'Unknown' as shipping_company_name,
        false as is_in_master_data

)

select * from final
