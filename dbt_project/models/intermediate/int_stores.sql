{#- Grain: one row per store of the master data, told apart by its id, or by its name where it has
    no id. Of each attribute, the newest delivered value counts. -#}
{%- set newest = ['file_version_id', 'file_part_number', 'source_row_number'] -%}

with

stores as (

    select
        *,
        coalesce(store_id, store_name) as store_natural_key
    from {{ ref('stg_stores') }}
    where coalesce(store_id, store_name) is not null

),

merged as (

    select
        store_natural_key,
        {{ latest_value('store_id', newest) }} as store_id,
        {{ latest_value('store_name', newest) }} as store_name,
        {{ latest_value('city', newest) }} as city,
        {{ latest_value('region', newest) }} as region,
        {{ latest_value('country', newest) }} as country
    from stores
    group by store_natural_key

),

named as (

    select
        *,
        count(*) over (partition by store_name) = 1 as is_only_of_its_name
    from merged

)

select * from named
