{#- Grain: one row per edition: the figures of a week in one currency, as they were published. -#}

with

source as (

    select * from {{ source('published', 'weekly_editions') }}

),

final as (

    select
        edition_id,
        edition_number,
        week_start_date,
        iso_week,
        currency,
        published_at,
        published_by,
        revenue,
        counted_file_versions
    from source

)

select * from final
