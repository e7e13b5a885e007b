with

delivered as (

    {{ delivered_rows('shipping_companies', ['shipping_company_id', 'shipping_company_name']) }}

),

renamed as (

    select
        shipping_company_id,
        shipping_company_name,
        {{ provenance_columns() }}
    from delivered

)

select * from renamed
