{#- Grain: one row per cell, as delivered, of the rows that dq_issue is about: what goes back to who
    sent the file. A view, as it is as large as all that is wrong. -#}
{{ config(materialized='view') }}
{%- set entities = [
    'customers', 'orders', 'product_categories', 'products', 'sales_lines', 'sales_targets',
    'sellers', 'shipping_companies', 'stores',
] -%}

with

rows_concerned as (

    select distinct
        entity,
        source_file,
        source_sheet,
        source_row_number,
        file_part_number,
        file_version_id
    from {{ ref('dq_issue') }}

),

unnested as (

    select
        file_version_id,
        file_part_number,
        headers,
        columns_delivered,
        unnest(columns_delivered) as column_name
    from {{ source('raw', 'file_parts') }}

),

-- In the order of the sheet.
columns_delivered as (

    select
        *,
        array_position(columns_delivered, column_name) as column_number
    from unnested

),

cells as (

    {% for entity in entities -%}
    {%- set columns = delivered_columns(entity) %}
    select
        rows_concerned.*,
        columns_delivered.column_name,
        columns_delivered.headers,
        columns_delivered.column_number,
        case columns_delivered.column_name
            {% for column in columns -%}
            when '{{ column }}' then delivered.{{ column }}
            {% endfor %}
        end as delivered_text
    from rows_concerned
    inner join {{ source('raw', entity) }} as delivered
        on
            rows_concerned.file_version_id = delivered._file_version_id
            and rows_concerned.file_part_number = delivered._file_part_number
            and rows_concerned.source_row_number = delivered._source_row_number
    inner join columns_delivered
        on
            rows_concerned.file_version_id = columns_delivered.file_version_id
            and rows_concerned.file_part_number = columns_delivered.file_part_number
    where rows_concerned.entity = '{{ entity }}'
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        entity,
        column_name,
        cast(column_number as integer) as column_number,
        coalesce({{ json_first('headers', 'column_name') }}, column_name) as header_text,
        delivered_text,
        source_file,
        source_sheet,
        source_row_number,
        file_part_number,
        file_version_id
    from cells

)

select * from final
