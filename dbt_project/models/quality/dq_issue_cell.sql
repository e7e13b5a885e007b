{#- Grain: one row per cell, as delivered, of the rows that dq_issue is about: what goes back to who
    sent the file. A view, as it is as large as all that is wrong; every CTE is named once, so that
    PostgreSQL reads no other file than the one that is asked for. -#}
{{ config(materialized='view') }}
{%- set entities = [
    'customers', 'orders', 'product_categories', 'products', 'sales_lines', 'sales_targets',
    'sellers', 'shipping_companies', 'stores',
] -%}

with

{% for entity in entities -%}
{{ entity }}_concerned as (

    select distinct
        source_file,
        source_sheet,
        source_row_number,
        file_part_number,
        file_version_id
    from {{ ref('dq_issue') }}
    where entity = '{{ entity }}'

),

{{ entity }}_columns as (

    select
        concerned.*,
        delivered.*,
        parts.headers,
        parts.columns_delivered,
        unnest(parts.columns_delivered) as column_name
    from {{ entity }}_concerned as concerned
    inner join {{ source('raw', entity) }} as delivered
        on
            concerned.file_version_id = delivered._file_version_id
            and concerned.file_part_number = delivered._file_part_number
            and concerned.source_row_number = delivered._source_row_number
    inner join {{ source('raw', 'file_parts') }} as parts
        on
            concerned.file_version_id = parts.file_version_id
            and concerned.file_part_number = parts.file_part_number

),

{% endfor -%}
cells as (

    {% for entity in entities -%}
    select
        '{{ entity }}' as entity,
        column_name,
        array_position(columns_delivered, column_name) as column_number,
        headers,
        case column_name
            {% for column in delivered_columns(entity) -%}
            when '{{ column }}' then {{ column }}
            {% endfor %}
        end as delivered_text,
        source_file,
        source_sheet,
        source_row_number,
        file_part_number,
        file_version_id
    from {{ entity }}_columns
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Columns are in the order of the sheet.
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
