{#- Grain: one row per product: those of the master data, those that only sales lines name, and
    Unknown. What the master data does not say is taken from the newest line that does. -#}
{%- set newest = [
    'last_sold_at', 'file_version_id', 'file_part_number', 'last_row_number'
] -%}

with

master as (

    select * from {{ ref('int_products') }}

),

named_by_lines as (

    select
        natural_key as product_natural_key,
        {{ latest_value('member_id', newest) }} as product_id,
        {{ latest_value('member_name', newest) }} as product_name,
        {{ latest_value('category', newest) }} as category
    from {{ ref('int_line_members') }}
    where member_kind = 'product'
    group by natural_key

),

members as (

    select
        coalesce(master.product_natural_key, named_by_lines.product_natural_key)
            as product_natural_key,
        coalesce(master.product_id, named_by_lines.product_id) as product_id,
        coalesce(
            master.product_name, named_by_lines.product_name,
            master.product_natural_key, named_by_lines.product_natural_key
        ) as product_name,
        coalesce(master.category, named_by_lines.category) as category,
        master.subcategory,
        master.brand,
        master.list_price,
        master.standard_cost,
        master.product_natural_key is not null as is_in_master_data
    from master
    full outer join named_by_lines
        on master.product_natural_key = named_by_lines.product_natural_key

),

final as (

    select
        {{ surrogate_key('product_natural_key') }} as product_key,
        product_id,
        product_name,
        category,
        subcategory,
        brand,
        list_price,
        standard_cost,
        is_in_master_data
    from members
    union all
    select
        -1 as product_key,
        null as product_id,
        'Unknown' as product_name,
        null as category,
        null as subcategory,
        null as brand,
        null as list_price,
        null as standard_cost,
        false as is_in_master_data

)

select * from final
