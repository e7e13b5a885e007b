{#- Grain: one row per seller of the master data, told apart by its id, or by its name where it has
    no id. Of each attribute, the newest delivered value counts. -#}
{%- set newest = ['file_version_id', 'file_part_number', 'source_row_number'] -%}

with

sellers as (

    select
        *,
        coalesce(seller_id, seller_name) as seller_natural_key
    from {{ ref('stg_sellers') }}
    where coalesce(seller_id, seller_name) is not null

),

merged as (

    select
        seller_natural_key,
        {{ latest_value('seller_id', newest) }} as seller_id,
        {{ latest_value('seller_name', newest) }} as seller_name,
        {{ latest_value('team', newest) }} as team,
        {{ latest_value('is_active', newest) }} as is_active
    from sellers
    group by seller_natural_key

),

named as (

    select
        *,
        count(*) over (partition by seller_name) = 1 as is_only_of_its_name
    from merged

)

select * from named
