with

delivered as (

    {{ delivered_rows('sales_targets', [
        'seller_id', 'seller_name', 'store_id'
    ], ['month', 'target_amount']) }}

),

typed as (

    select
        seller_id,
        seller_name,
        store_id,
        cast(date_trunc('month', {{ try_timestamp('month', 'date_order') }}) as date) as month_date,
        {{ try_decimal('target_amount', 'decimal_mark', 4) }} as target_amount,
        month as month_text,
        target_amount as target_amount_text,
        {{ provenance_columns() }}
    from delivered

)

select * from typed
