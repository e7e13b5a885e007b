-- Delivered sales lines that got lost, or became several, between staging and the fact.
with

both_sides as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        1 as delivered,
        0 as judged
    from {{ ref('stg_sales_lines') }}
    union all
    select
        file_version_id,
        file_part_number,
        source_row_number,
        0 as delivered,
        1 as judged
    from {{ ref('int_sales_lines') }}

)

select
    file_version_id,
    file_part_number,
    source_row_number,
    sum(delivered) as delivered_count,
    sum(judged) as judged_count
from both_sides
group by file_version_id, file_part_number, source_row_number
having sum(delivered) <> sum(judged)
