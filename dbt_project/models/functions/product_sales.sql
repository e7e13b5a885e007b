{#- Grain: one row per currency and product that was sold. -#}
{{ member_figures(
    'product_key', ref('dim_product'), ['product_key', 'product_id', 'product_name', 'category']
) }}
