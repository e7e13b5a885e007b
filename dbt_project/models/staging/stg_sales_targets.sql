with

delivered as (

    {{ delivered_rows('sales_targets', [
        'seller_id', 'seller_name', 'store_id'
    ], ['month', 'target_amount']) }}

),

-- Worked out once: each condition below would bring all that types its column.
typed as materialized (

    select
        seller_id,
        seller_name,
        store_id,
        {{ try_month('month', 'date_order') }} as month_date,
        {{ try_amount('target_amount', 4) }} as target_amount,
        month as month_text,
        target_amount as target_amount_text,
        {{ provenance_columns() }}
    from delivered

),

-- Of several targets for the same month and owner, the newest counts.
marked as (

    select
        *,
        month_date is not null and target_amount is not null and row_number() over (
            partition by month_date, seller_id, seller_name, store_id, target_amount is null
            order by file_version_id desc, file_part_number desc, source_row_number desc
        ) > 1 as is_repeated
    from typed

)

select * from marked
