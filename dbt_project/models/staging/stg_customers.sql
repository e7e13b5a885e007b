with

delivered as (

    {{ delivered_rows('customers', [
        'customer_id', 'customer_name', 'email', 'loyalty_tier', 'customer_segment', 'city',
        'region', 'country', 'updated_at'
    ]) }}

),

typed as (

    select
        customer_id,
        customer_name,
        email,
        loyalty_tier,
        customer_segment,
        city,
        region,
        country,
        {{ try_timestamp('updated_at', 'date_order') }} as updated_at,
        updated_at as updated_at_text,
        is_complete_extract,
        file_modified_at,
        {{ provenance_columns() }}
    from delivered

)

select * from typed
