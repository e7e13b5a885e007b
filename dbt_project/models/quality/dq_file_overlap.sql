{#- Grain: one row per day of sales and pair of active file versions, the newer of which has, on
    that day, mostly lines that the older one has too (int_file_overlaps). They are counted twice:
    if they are the same sales, the layout needs an `identity`, or one of the files is to be
    withdrawn. Additive: line_count, revenue, within one currency. -#}

with

overlapping as (

    select * from {{ ref('int_file_overlaps') }}

),

versions as (

    select * from {{ ref('stg_file_versions') }}

),

final as (

    select
        newer.path as source_file,
        older.path as other_source_file,
        overlapping.file_version_id,
        overlapping.other_file_version_id,
        overlapping.sale_date,
        overlapping.line_count,
        overlapping.line_share,
        overlapping.revenue
    from overlapping
    inner join versions as newer on overlapping.file_version_id = newer.file_version_id
    inner join versions as older on overlapping.other_file_version_id = older.file_version_id

)

select * from final
