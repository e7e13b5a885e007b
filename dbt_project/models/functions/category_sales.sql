{#- Grain: one row per currency and category of which something was sold. -#}
{{ member_figures('product_key', ref('dim_product'), ['category']) }}
