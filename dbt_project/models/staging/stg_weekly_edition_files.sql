{#- Grain: one row per edition and file that had sales in it. -#}

with

source as (

    select * from {{ source('published', 'weekly_edition_files') }}

),

final as (

    select
        edition_id,
        currency,
        file_id,
        source_file,
        file_version_id,
        line_count,
        units,
        revenue,
        profit
    from source

)

select * from final
