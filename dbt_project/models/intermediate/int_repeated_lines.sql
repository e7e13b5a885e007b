{#- Grain: one row per accepted sales line that its file has had before: the second and later of
    those with the same content, by part and row, where the layout has no identity to tell whether
    they are one sale. -#}
{{ config(materialized='view') }}

with

repeats as (

    select * from {{ ref('int_file_repeats') }}

),

final as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        first_file_part_number,
        first_source_row_number,
        checksum
    from repeats
    where source_row_number is not null

)

select * from final
