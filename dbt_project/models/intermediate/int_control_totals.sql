{#- Grain: one row per totals row of a file and column that it totals (line_total, units), with the
    sum of the rows above it: of all of them, or of those since the totals row before, whichever is
    nearer to what the file says. -#}
{%- set totalled = {
    'line_total': 'line_total',
    'units': 'units',
} -%}

with

totals as (

    select * from {{ ref('stg_control_totals') }}

),

lines as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        units,
        -- As the file states it.
        cast(reported_total as decimal(28, 4)) + coalesce(included_tax, 0) as line_total
    from {{ ref('int_sales_lines') }}
    where file_version_id in (select totals.file_version_id from totals)

),

summed as (

    select
        totals.file_version_id,
        totals.file_part_number,
        totals.source_row_number,
        totals.column_name,
        coalesce(
            sum(
                case totals.column_name
                    {% for column, amount in totalled.items() -%}
                    when '{{ column }}' then lines.{{ amount }}
                    {% endfor %}
                end
            ),
            0
        ) as sum_of_all,
        coalesce(
            sum(
                case
                    when lines.source_row_number < totals.previous_row_number then 0
                    {% for column, amount in totalled.items() -%}
                    when totals.column_name = '{{ column }}' then lines.{{ amount }}
                    {% endfor %}
                end
            ),
            0
        ) as sum_since_last
    from totals
    left join lines
        on
            totals.file_version_id = lines.file_version_id
            and totals.file_part_number = lines.file_part_number
            and totals.source_row_number > lines.source_row_number
    group by
        totals.file_version_id,
        totals.file_part_number,
        totals.source_row_number,
        totals.column_name

),

final as (

    select
        totals.file_version_id,
        totals.file_part_number,
        totals.source_file,
        totals.source_sheet,
        totals.source_row_number,
        totals.column_name,
        totals.total_text,
        totals.stated_total,
        {{ total(
            "case when abs(totals.stated_total - summed.sum_since_last) "
            ~ "< abs(totals.stated_total - summed.sum_of_all) "
            ~ "then summed.sum_since_last else summed.sum_of_all end"
        ) }} as sum_of_rows
    from totals
    inner join summed
        on
            totals.file_version_id = summed.file_version_id
            and totals.file_part_number = summed.file_part_number
            and totals.source_row_number = summed.source_row_number
            and totals.column_name = summed.column_name

)

select * from final
