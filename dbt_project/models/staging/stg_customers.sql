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

),

compared as (

    select
        *,
        -- An empty cell says that there is no value.
        customer_id is not null and {{ is_contradicted(['customer_id', 'updated_at'], [
            "coalesce(customer_name, '')", "coalesce(email, '')", "coalesce(loyalty_tier, '')",
            "coalesce(customer_segment, '')", "coalesce(city, '')", "coalesce(region, '')",
            "coalesce(country, '')"
        ]) }} as is_contradicted
    from typed

)

select * from compared
