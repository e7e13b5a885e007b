{#- Grain: one row per customer of the master data, as known now; customers_snapshot records it. -#}

with

versions as (

    select * from {{ ref('int_customer_versions') }}

),

final as (

    select
        customer_id,
        customer_name,
        email,
        loyalty_tier,
        customer_segment,
        city,
        region,
        country,
        is_deleted
    from versions
    where is_current

)

select * from final
