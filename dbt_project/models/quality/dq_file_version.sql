{#- Grain: one row per version of a file that was ever delivered: the ledger, as it was at the
    build. -#}

with

versions as (

    select * from {{ source('raw', 'file_versions') }}

),

final as (

    select
        file_version_id,
        path as source_file,
        status,
        layout,
        size_bytes,
        sha256,
        modified_at,
        as_of_date,
        rows_read,
        rows_loaded,
        supersedes as supersedes_file_version_id,
        same_content_as as same_content_as_file_version_id,
        error,
        finished_at as loaded_at
    from versions

)

select * from final
