with

delivered as (

    {{ delivered_rows('products', [
        'product_id', 'product_name', 'category_id', 'category', 'subcategory', 'brand',
        'currency'
    ], ['list_price', 'standard_cost']) }}

),

typed as (

    select
        product_id,
        product_name,
        category_id,
        category,
        subcategory,
        brand,
        {{ line_currency('currency', ['list_price', 'standard_cost']) }} as currency,
        {{ try_amount('list_price', 6) }} as list_price,
        {{ try_amount('standard_cost', 6) }} as standard_cost,
        list_price as list_price_text,
        standard_cost as standard_cost_text,
        {{ provenance_columns() }}
    from delivered

),

compared as (

    select
        *,
        coalesce(product_id, product_name) is not null
        and {{ is_contradicted(['coalesce(product_id, product_name)'], [
            'product_name', 'category_id', 'category', 'subcategory', 'brand', 'currency',
            'list_price', 'standard_cost'
        ]) }} as is_contradicted
    from typed

)

select * from compared
