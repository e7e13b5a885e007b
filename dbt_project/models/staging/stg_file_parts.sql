{#- Grain: one row per part of an active file version: a sheet, read by a layout document. -#}

with

parts as (

    select * from {{ source('raw', 'file_parts') }}

),

versions as (

    select * from {{ ref('stg_file_versions') }}
    where is_active

),

final as (

    select
        parts.file_version_id,
        parts.file_part_number,
        parts.entity,
        -- An empty list has the length 0 on one engine, and none on the other.
        coalesce(array_length(parts.identity_columns, 1), 0) > 0 as has_identity
    from parts
    inner join versions on parts.file_version_id = versions.file_version_id

)

select * from final
