with

delivered as (

    {{ delivered_rows('customers', [
        'customer_id', 'customer_name', 'email', 'loyalty_tier', 'customer_segment', 'city',
        'region', 'country'
    ], ['updated_at'], with_history=true) }}

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
        as_of_date,
        columns_delivered,
        {{ provenance_columns() }}
    from delivered

)

select * from typed
