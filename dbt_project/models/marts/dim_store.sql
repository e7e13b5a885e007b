{#- Grain: one row per store: those of the master data, those that only sales lines, order headers
    or targets name, and Unknown. A store that lines name without an id is told apart by its name
    and its place. -#}
{%- set newest = [
    'last_sold_at', 'file_version_id', 'file_part_number', 'last_row_number'
] -%}

with

master as (

    select * from {{ ref('int_stores') }}

),

sales_lines as (

    select
        natural_key as store_natural_key,
        {{ latest_value('member_id', newest) }} as store_id,
        {{ latest_value('member_name', newest) }} as store_name,
        {{ latest_value('city', newest) }} as city,
        {{ latest_value('region', newest) }} as region,
        {{ latest_value('country', newest) }} as country
    from {{ ref('int_line_members') }}
    where member_kind = 'store'
    group by natural_key

),

natural_keys as (

    select store_natural_key from master
    union
    select store_natural_key from sales_lines
    union
    select store_id as store_natural_key from {{ ref('int_orders') }}
    where store_id is not null
    union
    select store_id as store_natural_key from {{ ref('stg_sales_targets') }}
    where store_id is not null

),

members as (

    select
        natural_keys.store_natural_key,
        coalesce(
            master.store_id,
            sales_lines.store_id,
            case
                when master.store_natural_key is null and sales_lines.store_natural_key is null
                    then natural_keys.store_natural_key
            end
        ) as store_id,
        coalesce(
            master.store_name, sales_lines.store_name, sales_lines.city,
            natural_keys.store_natural_key
        ) as store_name,
        coalesce(master.city, sales_lines.city) as city,
        coalesce(master.region, sales_lines.region) as region,
        coalesce(master.country, sales_lines.country) as country,
        master.store_natural_key is not null as is_in_master_data
    from natural_keys
    left join master on natural_keys.store_natural_key = master.store_natural_key
    left join sales_lines on natural_keys.store_natural_key = sales_lines.store_natural_key

),

final as (

    select
        {{ surrogate_key('store_natural_key') }} as store_key,
        store_id,
        store_name,
        city,
        region,
        country,
        is_in_master_data
    from members
    union all
    select
        -1 as store_key,
        null as store_id,
        'Unknown' as store_name,
        null as city,
        null as region,
        null as country,
        false as is_in_master_data

)

select * from final
