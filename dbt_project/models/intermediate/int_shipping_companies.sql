{#- Grain: one row per shipping company of the master data, told apart by its id, or by its name
    where it has no id. Of each attribute, the newest delivered value counts. -#}
{%- set newest = ['file_version_id', 'file_part_number', 'source_row_number'] -%}

with

shipping_companies as (

    select
        *,
        coalesce(shipping_company_id, shipping_company_name) as shipping_company_natural_key
    from {{ ref('stg_shipping_companies') }}
    where coalesce(shipping_company_id, shipping_company_name) is not null

),

merged as (

    select
        shipping_company_natural_key,
        {{ latest_value('shipping_company_id', newest) }} as shipping_company_id,
        {{ latest_value('shipping_company_name', newest) }} as shipping_company_name
    from shipping_companies
    group by shipping_company_natural_key

),

named as (

    select
        *,
        count(*) over (partition by shipping_company_name) = 1 as is_only_of_its_name
    from merged

)

select * from named
