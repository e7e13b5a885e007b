with

delivered as (

    {{ delivered_rows('stores', ['store_id', 'store_name', 'city', 'region', 'country']) }}

),

renamed as (

    select
        store_id,
        store_name,
        city,
        region,
        country,
        {{ provenance_columns() }}
    from delivered

)

select * from renamed
