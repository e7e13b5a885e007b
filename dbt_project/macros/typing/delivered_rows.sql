{#- The rows of an entity in active file versions (with_history: also in those that are history):
    each column as clean text, with what the layout says about reading it and where it came
    from. `texts` are ids and names, `others` numbers and dates in text, which show what they are
    by not being readable. -#}
{% macro delivered_rows(entity, texts, others=[], with_history=false) -%}
    {%- set of_part = [
        'date_order', 'time_zone', 'decimal_mark', 'powers_of_ten', 'columns_delivered',
        'identity_columns', 'is_complete_extract', 'return_orders_pattern',
    ] -%}
    {%- set of_version = [
        'layout', 'as_of_date', 'period_start_date', 'period_end_date', 'loaded_at',
    ] -%}
    with

    canonical as (

        select
            {%- for column in texts + others %}
            {{ canonical_text('delivered.' ~ column) }} as {{ column }},
            {%- endfor %}
            coalesce(delivered._extra like '%"_beyond_header"%', false) as is_ragged,
            nullif(delivered._source_sheet, '') as source_sheet,
            delivered._source_row_number as source_row_number,
            delivered._file_part_number as file_part_number,
            delivered._file_version_id as file_version_id,
            versions.path as source_file,
            {%- for column in of_version %}
            versions.{{ column }},
            {%- endfor %}
            {%- for column in of_part + ['missing_texts', 'no_value_texts', 'whole_number_columns'] %}
            parts.{{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ source('raw', entity) }} as delivered
        inner join {{ ref('stg_file_versions') }} as versions
            on
                delivered._file_version_id = versions.file_version_id
                and {{ '(versions.is_active or versions.is_history)' if with_history
                    else 'versions.is_active' }}
        inner join {{ source('raw', 'file_parts') }} as parts
            on
                delivered._file_version_id = parts.file_version_id
                and delivered._file_part_number = parts.file_part_number

    )

    select
        {%- for column in texts %}
        {%- set text = clean_text(column, 'missing_texts', 'no_value_texts') %}
        {%- if column.endswith('_id') %}
        case
            when {{ in_list("'" ~ column ~ "'", 'whole_number_columns') }}
                then regexp_replace({{ text }}, '^([0-9]+)([.]0+|,0)$', '\1')
            else {{ text }}
        end as {{ column }},
        {%- else %}
        {{ text }} as {{ column }},
        {%- endif %}
        {%- endfor %}
        {%- for column in others %}
        {{ clean_text(column, 'missing_texts') }} as {{ column }},
        {%- endfor %}
        {{ (of_part + of_version[:-1]) | join(', ') }},
        is_ragged,
        {{ provenance_columns() }}
    from canonical
{%- endmacro %}

{#- Where a staged row came from; travels with it. -#}
{% macro provenance_columns() -%}
    source_file,
    source_sheet,
    source_row_number,
    file_part_number,
    file_version_id,
    loaded_at
{%- endmacro %}
