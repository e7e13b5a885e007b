{#- Grain: one row per accepted sales line and rule that it breaks by having the order and line
    number of another line, where the layout does not say what identifies a line: an older file has
    this line, by day, product, place and customer, with something else in it (line_corrected); or
    the numbers are those of an older sale, which counts as well (line_number_reused). -#}
{{ config(materialized='view') }}

with

numbered as (

    select
        order_line_key,
        sales_line_key,
        content_fingerprint,
        line_status,
        revenue,
        source_file,
        file_version_id,
        file_part_number,
        source_row_number
    from {{ ref('int_sales_lines') }}
    where order_line_key is not null and line_status <> 'rejected'

),

-- Few, so that not all lines need to be sorted.
shared_numbers as (

    select order_line_key
    from numbered
    group by order_line_key
    having count(*) > 1

),

sharing as (

    select numbered.*
    from numbered
    inner join shared_numbers on numbered.order_line_key = shared_numbers.order_line_key

),

corrected as (

    select
        newest.file_version_id,
        newest.file_part_number,
        newest.source_row_number,
        min(
            'row ' || cast(older.source_row_number as text) || ' of ' || older.source_file
            || ' has ' || cast(older.revenue as text)
        ) as expected_text
    from sharing as newest
    inner join sharing as older
        on
            newest.sales_line_key = older.sales_line_key
            and newest.file_version_id > older.file_version_id
            and newest.content_fingerprint <> older.content_fingerprint
    where newest.line_status = 'accepted'
    group by newest.file_version_id, newest.file_part_number, newest.source_row_number

),

counted as (

    select
        *,
        first_value(source_row_number) over numbers as first_row_number,
        first_value(source_file) over numbers as first_source_file,
        row_number() over numbers as occurrence_number
    from sharing
    where line_status = 'accepted'
    window
        numbers as (
            partition by order_line_key
            order by file_version_id, file_part_number, source_row_number
        )

),

final as (

    select
        'line_corrected' as rule,
        file_version_id,
        file_part_number,
        source_row_number,
        expected_text
    from corrected
    union all
    select
        'line_number_reused' as rule,
        file_version_id,
        file_part_number,
        source_row_number,
        'as row ' || cast(first_row_number as text) || ' of ' || first_source_file as expected_text
    from counted
    where occurrence_number > 1

)

select * from final
