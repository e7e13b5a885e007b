{%- set totalled = ['line_total', 'units'] -%}

with

parts as (

    select
        parts.*,
        versions.path as source_file
    from {{ source('raw', 'file_parts') }} as parts
    inner join {{ ref('stg_file_versions') }} as versions
        on parts.file_version_id = versions.file_version_id and versions.is_active
    where parts.entity = 'sales_lines' and parts.control_totals <> '[]'

),

totals_rows as (

    select
        file_version_id,
        file_part_number,
        source_file,
        nullif(sheet, '') as source_sheet,
        decimal_mark,
        powers_of_ten,
        missing_texts,
        {{ json_elements('control_totals') }} as totals_row
    from parts

),

numbered as (

    select
        *,
        cast(totals_row ->> 'row' as bigint) as source_row_number
    from totals_rows

),

stated as (

    {% for column in totalled -%}
    select
        file_version_id,
        file_part_number,
        source_file,
        source_sheet,
        source_row_number,
        '{{ column }}' as column_name,
        {{ clean_text("totals_row ->> '" ~ column ~ "'", 'missing_texts') }} as total_text,
        decimal_mark,
        {{ power_of_ten(column) }} as power_of_ten
    from numbered
    where totals_row ->> '{{ column }}' is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

typed as (

    select
        file_version_id,
        file_part_number,
        source_file,
        source_sheet,
        source_row_number,
        column_name,
        total_text,
        {{ try_decimal('total_text', 'decimal_mark', 4, 'power_of_ten') }} as stated_total,
        coalesce(
            lag(source_row_number) over (
                partition by file_version_id, file_part_number, column_name
                order by source_row_number
            ),
            0
        ) as previous_row_number
    from stated

)

select * from typed
