with

delivered as (

    {{ delivered_rows('sellers', ['seller_id', 'seller_name', 'team'], ['is_active']) }}

),

typed as (

    select
        seller_id,
        seller_name,
        team,
        {{ try_boolean('is_active') }} as is_active,
        is_active as is_active_text,
        {{ provenance_columns() }}
    from delivered

)

select * from typed
