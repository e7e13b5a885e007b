{#- An entity of its own, as price lists often name categories by a code that another file
    explains. -#}

with

delivered as (

    {{ delivered_rows('product_categories', ['category_id', 'category']) }}

),

renamed as (

    select
        category_id,
        category,
        {{ provenance_columns() }}
    from delivered

)

select * from renamed
