{#- Grain: one row per seller: those of the master data, those that only sales lines, order headers
    or targets name, and Unknown. -#}
{%- set newest = [
    'last_sold_at', 'file_version_id', 'file_part_number', 'last_row_number'
] -%}

with

master as (

    select * from {{ ref('int_sellers') }}

),

sales_lines as (

    select
        natural_key as seller_natural_key,
        {{ latest_value('member_id', newest) }} as seller_id,
        {{ latest_value('member_name', newest) }} as seller_name
    from {{ ref('int_line_members') }}
    where member_kind = 'seller'
    group by natural_key

),

named_elsewhere as (

    select
        seller_id,
        seller_name,
        file_version_id,
        {{ hash_key('order_id') }} as place
    from {{ ref('int_orders') }}
    union all
    select
        seller_id,
        seller_name,
        file_version_id,
        source_row_number as place
    from {{ ref('stg_sales_targets') }}

),

elsewhere as (

    select
        coalesce(named.seller_id, by_name.seller_natural_key, named.seller_name)
            as seller_natural_key,
        {{ latest_value('named.seller_id', ['named.file_version_id', 'named.place']) }}
            as seller_id,
        {{ latest_value('named.seller_name', ['named.file_version_id', 'named.place']) }}
            as seller_name
    from named_elsewhere as named
    left join master as by_name
        on
            named.seller_id is null
            and named.seller_name = by_name.seller_name
            and by_name.is_only_of_its_name
    where coalesce(named.seller_id, named.seller_name) is not null
    group by coalesce(named.seller_id, by_name.seller_natural_key, named.seller_name)

),

natural_keys as (

    select seller_natural_key from master
    union
    select seller_natural_key from sales_lines
    union
    select seller_natural_key from elsewhere

),

members as (

    select
        natural_keys.seller_natural_key,
        coalesce(master.seller_id, sales_lines.seller_id, elsewhere.seller_id) as seller_id,
        coalesce(
            master.seller_name, sales_lines.seller_name, elsewhere.seller_name,
            natural_keys.seller_natural_key
        ) as seller_name,
        master.team,
        master.is_active,
        master.seller_natural_key is not null as is_in_master_data
    from natural_keys
    left join master on natural_keys.seller_natural_key = master.seller_natural_key
    left join sales_lines on natural_keys.seller_natural_key = sales_lines.seller_natural_key
    left join elsewhere on natural_keys.seller_natural_key = elsewhere.seller_natural_key

),

final as (

    select
        {{ surrogate_key('seller_natural_key') }} as seller_key,
        seller_id,
        seller_name,
        team,
        is_active,
        is_in_master_data
    from members
    union all
    select
        -1 as seller_key,
        null as seller_id,
        'Unknown' as seller_name,
        null as team,
        null as is_active,
        false as is_in_master_data

)

select * from final
