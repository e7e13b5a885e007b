{#- Grain: one row per product of the master data, told apart by its id, or by its name where it
    has no id. Of each attribute, the newest delivered value counts. -#}
{%- set newest = ['file_version_id', 'file_part_number', 'source_row_number'] -%}

with

products as (

    select
        listed.*,
        coalesce(listed.product_id, listed.product_name) as product_natural_key,
        coalesce(listed.currency, unnamed.currency) as known_currency
    from {{ ref('stg_products') }} as listed
    cross join {{ ref('int_unnamed_currency') }} as unnamed
    where coalesce(listed.product_id, listed.product_name) is not null

),

categories as (

    select
        category_id,
        {{ latest_value('category', newest) }} as category
    from {{ ref('stg_product_categories') }}
    where category_id is not null
    group by category_id

),

merged as (

    select
        product_natural_key,
        {{ latest_value('product_id', newest) }} as product_id,
        {{ latest_value('product_name', newest) }} as product_name,
        {{ latest_value('category_id', newest) }} as category_id,
        {{ latest_value('category', newest) }} as category,
        {{ latest_value('subcategory', newest) }} as subcategory,
        {{ latest_value('brand', newest) }} as brand,
        {% for amount in ['list_price', 'standard_cost'] -%}
        {{ latest_value(
            'case when ' ~ amount ~ ' is not null then known_currency end', newest
        ) }} as {{ amount }}_currency,
        {% endfor -%}
        {{ latest_value('list_price', newest) }} as list_price,
        {{ latest_value('standard_cost', newest) }} as standard_cost
    from products
    group by product_natural_key

),

named as (

    select
        merged.product_natural_key,
        merged.product_id,
        merged.product_name,
        coalesce(merged.category, categories.category, merged.category_id) as category,
        merged.subcategory,
        merged.brand,
        merged.list_price,
        merged.standard_cost,
        merged.list_price_currency,
        merged.standard_cost_currency,
        count(*) over (partition by merged.product_name) = 1 as is_only_of_its_name
    from merged
    left join categories on merged.category_id = categories.category_id

)

select * from named
