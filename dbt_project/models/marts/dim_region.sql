{#- Grain: one row per pair of region and country that a sale, a store or a customer is in, and
    Unknown. -#}

with

places as (

    select
        region,
        country
    from {{ ref('int_line_members') }}
    where member_kind = 'place'
    union
    select
        region,
        country
    from {{ ref('dim_store') }}
    union
    select
        region,
        country
    from {{ ref('dim_customer') }}

),

final as (

    select
        {{ region_key('region', 'country') }} as region_key,
        region,
        country
    from places
    where coalesce(region, country) is not null
    union all
    select
        -1 as region_key,
        'Unknown' as region,
        null as country

)

select * from final
