-- Parts of active files whose raw rows are not as many as the ledger says were loaded.
with

delivered as (

    select
        _file_version_id as file_version_id,
        _file_part_number as file_part_number
    from {{ source('raw', 'sales_lines') }}

),

counted as (

    select
        file_version_id,
        file_part_number,
        count(*) as row_count
    from delivered
    group by file_version_id, file_part_number

)

select
    versions.path,
    parts.sheet,
    parts.rows_loaded,
    coalesce(counted.row_count, 0) as row_count
from {{ source('raw', 'file_parts') }} as parts
inner join {{ ref('stg_file_versions') }} as versions
    on parts.file_version_id = versions.file_version_id and versions.is_active
left join counted
    on
        parts.file_version_id = counted.file_version_id
        and parts.file_part_number = counted.file_part_number
where
    parts.entity = 'sales_lines'
    and parts.rows_loaded <> coalesce(counted.row_count, 0)
