{#- Grain: one row per customer and span of days over which nothing known about them changed
    (slowly changing dimension, type 2); customers that only sales lines or order headers name
    have one version; and Unknown. A fact takes the version whose span holds its date. -#}
{%- set newest = [
    'last_sold_at', 'file_version_id', 'file_part_number', 'last_row_number'
] -%}

with

versions as (

    select * from {{ ref('int_customer_versions') }}

),

known as (

    select distinct customer_id as customer_natural_key from versions

),

named as (

    select
        natural_key as customer_natural_key,
        member_id as customer_id,
        member_name as customer_name,
        first_sale_date,
        last_sold_at,
        file_version_id,
        file_part_number,
        last_row_number
    from {{ ref('int_line_members') }}
    where member_kind = 'customer'
    union all
    select
        customer_id as customer_natural_key,
        customer_id,
        null as customer_name,
        null as first_sale_date,
        sold_at as last_sold_at,
        0 as file_version_id,
        0 as file_part_number,
        0 as last_row_number
    from {{ ref('int_orders') }}
    where customer_id is not null

),

first_purchases as (

    select
        customer_natural_key,
        min(first_sale_date) as first_purchase_date
    from named
    group by customer_natural_key

),

named_by_sales as (

    select
        named.customer_natural_key,
        {{ latest_value('named.customer_id', newest) }} as customer_id,
        {{ latest_value('named.customer_name', newest) }} as customer_name
    from named
    left join known on named.customer_natural_key = known.customer_natural_key
    where known.customer_natural_key is null
    group by named.customer_natural_key

),

members as (

    select
        customer_id as customer_natural_key,
        customer_id,
        coalesce(customer_name, customer_id) as customer_name,
        email,
        loyalty_tier,
        customer_segment,
        city,
        region,
        country,
        effective_start_date,
        effective_end_date,
        is_current,
        version_number,
        is_deleted,
        true as is_in_master_data
    from versions
    union all
    select
        customer_natural_key,
        customer_id,
        coalesce(customer_name, customer_natural_key) as customer_name,
        null as email,
        null as loyalty_tier,
        null as customer_segment,
        null as city,
        null as region,
        null as country,
        cast('{{ var("first_day_of_history") }}' as date) as effective_start_date,
        cast('{{ var("last_day_of_history") }}' as date) as effective_end_date,
        true as is_current,
        1 as version_number,
        false as is_deleted,
        false as is_in_master_data
    from named_by_sales

),

final as (

    select
        {{ surrogate_key(
            "members.customer_natural_key || '|' || " ~ iso_date('members.effective_start_date')
        ) }} as customer_key,
        {{ surrogate_key('members.customer_natural_key') }} as customer_durable_key,
        members.customer_id,
        members.customer_name,
        members.email,
        members.loyalty_tier,
        members.customer_segment,
        members.city,
        members.region,
        members.country,
        first_purchases.first_purchase_date,
        members.effective_start_date,
        members.effective_end_date,
        members.is_current,
        members.version_number,
        members.is_deleted,
        members.is_in_master_data
    from members
    left join first_purchases
        on members.customer_natural_key = first_purchases.customer_natural_key
    union all
    select
        -1 as customer_key,
        -1 as customer_durable_key,
        null as customer_id,
        'Unknown' as customer_name,
        null as email,
        null as loyalty_tier,
        null as customer_segment,
        null as city,
        null as region,
        null as country,
        null as first_purchase_date,
        cast('{{ var("first_day_of_history") }}' as date) as effective_start_date,
        cast('{{ var("last_day_of_history") }}' as date) as effective_end_date,
        true as is_current,
        1 as version_number,
        false as is_deleted,
        false as is_in_master_data

)

select * from final
