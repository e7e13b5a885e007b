{#- Grain: one row per month and seller, or month and store, that a target was set for; of several
    deliveries, the newest counts. Additive: target_amount, over either sellers or stores. -#}

with

targets as (

    select * from {{ ref('stg_sales_targets') }}
    where
        month_date is not null
        and target_amount is not null
        and coalesce(seller_id, seller_name, store_id) is not null

),

sellers as (

    select * from {{ ref('int_sellers') }}
    where is_only_of_its_name

),

days as (

    select * from {{ ref('dim_date') }}

),

keyed as (

    select
        days.date_key as month_date_key,
        coalesce(
            {{ surrogate_key(
                "coalesce(targets.seller_id, sellers.seller_natural_key, targets.seller_name)"
            ) }}, -1
        ) as seller_key,
        coalesce({{ surrogate_key('targets.store_id') }}, -1) as store_key,
        {{ money('targets.target_amount') }} as target_amount,
        targets.source_file,
        targets.source_sheet,
        targets.source_row_number,
        targets.file_part_number,
        targets.file_version_id
    from targets
    inner join days on targets.month_date = days.full_date
    left join sellers
        on targets.seller_id is null and targets.seller_name = sellers.seller_name

),

ranked as (

    select
        *,
        row_number() over (
            partition by month_date_key, seller_key, store_key
            order by file_version_id desc, file_part_number desc, source_row_number desc
        ) as newness
    from keyed

),

final as (

    select
        {{ surrogate_key(
            "cast(month_date_key as text) || '|' || cast(seller_key as text) "
            ~ "|| '|' || cast(store_key as text)"
        ) }} as sales_target_key,
        month_date_key,
        seller_key,
        store_key,
        target_amount,
        source_file,
        source_sheet,
        source_row_number,
        file_version_id
    from ranked
    where newness = 1

)

select * from final
