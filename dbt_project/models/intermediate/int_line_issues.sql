{#- Grain: one row per rule and delivered sales line that breaks it. Lines of which a newer delivery
    counts are judged by duplicate_in_file only: whatever else is wrong with them concerns nobody.

    Rules that compare lines cannot reject: what they find depends on the fact, which would depend on
    them. -#}

with

lines as (

    select * from {{ ref('int_sales_lines') }}

),

-- Rules that look at one line alone: int_sales_lines_judged has found them.
alone as (

    select
        unnest(string_to_array(broken_rules, ', ')) as rule,
        file_version_id,
        file_part_number,
        source_row_number
    from lines
    where broken_rules is not null and line_status <> 'duplicate'

),

-- The same identity several times in one file: the last row counts.
outdone as (

    select
        file_version_id,
        sales_line_key,
        file_part_number,
        source_row_number
    from lines
    where line_status = 'duplicate'

),

rivals as (

    select
        outdone.file_version_id,
        outdone.file_part_number,
        outdone.source_row_number,
        max(lines.source_row_number) as other_row_number
    from outdone
    inner join lines
        on
            outdone.file_version_id = lines.file_version_id
            and outdone.sales_line_key = lines.sales_line_key
            and lines.line_status <> 'rejected'
            and (
                outdone.file_part_number < lines.file_part_number
                or (
                    outdone.file_part_number = lines.file_part_number
                    and outdone.source_row_number < lines.source_row_number
                )
            )
    group by outdone.file_version_id, outdone.file_part_number, outdone.source_row_number

),

overlapping_days as (

    select * from {{ ref('int_file_overlaps') }}

),

versions as (

    select * from {{ ref('stg_file_versions') }}

),

older_lines as (

    select distinct
        overlapping_days.file_version_id,
        lines.content_fingerprint,
        versions.path as other_source_file
    from overlapping_days
    inner join versions on overlapping_days.other_file_version_id = versions.file_version_id
    inner join lines
        on
            overlapping_days.other_file_version_id = lines.file_version_id
            and overlapping_days.sale_date = lines.sale_date
            and lines.line_status = 'accepted'

),

overlapping as (

    select
        lines.file_version_id,
        lines.file_part_number,
        lines.source_row_number,
        min(older_lines.other_source_file) as other_source_file
    from lines
    inner join older_lines
        on
            lines.file_version_id = older_lines.file_version_id
            and lines.content_fingerprint = older_lines.content_fingerprint
    where lines.line_status = 'accepted'
    group by lines.file_version_id, lines.file_part_number, lines.source_row_number

),

compared as (

    select
        'duplicate_in_file' as rule,
        file_version_id,
        file_part_number,
        source_row_number,
        'row ' || cast(other_row_number as text) || ' counts' as expected_text
    from rivals
    union all
    select
        'duplicate_in_file' as rule,
        file_version_id,
        file_part_number,
        source_row_number,
        'as row ' || cast(first_source_row_number as text) as expected_text
    from {{ ref('int_repeated_lines') }}
    union all
    select * from {{ ref('int_shared_line_numbers') }}
    union all
    select
        'overlap_across_files' as rule,
        file_version_id,
        file_part_number,
        source_row_number,
        'also in ' || other_source_file as expected_text
    from overlapping
    union all
    select
        case measure when 'units' then 'units_outlier' else 'price_outlier' end as rule,
        file_version_id,
        file_part_number,
        source_row_number,
        'usually ' || cast(median_value as text) as expected_text
    from {{ ref('int_line_outliers') }}

),

final as (

    select
        alone.rule,
        alone.file_version_id,
        alone.file_part_number,
        alone.source_row_number,
        cast(null as text) as expected_text
    from alone
    union all
    select * from compared

)

select * from final
