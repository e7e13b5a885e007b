{#- Grain: one row per accepted sales line that its file has had before (int_repeated_lines), and
    one per file version without a line, which says what was compared (checksum): most files
    repeat nothing, and would else be compared anew by every build.

    Incremental by file version. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ one_build_at_a_time() }}",
        "{{ without_nested_loops() }}",
        "{{ take_out_changed_versions(['file_version_id']) }}",
    ],
    post_hook="{{ remember_rules() }}",
) }}
{%- set changed = changed_since_built(
    ref('int_sales_line_checksums'), stored_checksums()
) if is_incremental() else none -%}
{%- set changed_ids = (changed or [-1]) | join(', ') -%}

with

checksums as (

    select * from {{ ref('int_sales_line_checksums') }}
    {% if changed is not none -%}
    where file_version_id in ({{ changed_ids }})
    {%- endif %}

),

parts as (

    select * from {{ ref('stg_file_parts') }}
    where not has_identity

),

-- Lines with an identity are not compared: those with the same one are ranked as duplicates, and
-- what differs in it is, by the layout, two sales.
lines as (

    select
        sales_lines.file_version_id,
        sales_lines.file_part_number,
        sales_lines.source_row_number,
        sales_lines.content_fingerprint
    from {{ ref('int_sales_lines') }} as sales_lines
    inner join parts
        on
            sales_lines.file_version_id = parts.file_version_id
            and sales_lines.file_part_number = parts.file_part_number
    where
        sales_lines.line_status = 'accepted'
        {% if changed is not none -%}
        and sales_lines.file_version_id in ({{ changed_ids }})
        {%- endif %}

),

-- Few, so that not all lines need to be sorted.
contents as (

    select
        file_version_id,
        content_fingerprint
    from lines
    group by file_version_id, content_fingerprint
    having count(*) > 1

),

occurrences as (

    select
        lines.file_version_id,
        lines.file_part_number,
        lines.source_row_number,
        row_number() over occurrence as occurrence_number,
        first_value(lines.file_part_number) over occurrence as first_file_part_number,
        first_value(lines.source_row_number) over occurrence as first_source_row_number
    from lines
    inner join contents
        on
            lines.file_version_id = contents.file_version_id
            and lines.content_fingerprint = contents.content_fingerprint
    window
        occurrence as (
            partition by lines.file_version_id, lines.content_fingerprint
            order by lines.file_part_number, lines.source_row_number
        )

),

repeats as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        first_file_part_number,
        first_source_row_number
    from occurrences
    where occurrence_number > 1
    union all
    select
        file_version_id,
        null as file_part_number,
        null as source_row_number,
        null as first_file_part_number,
        null as first_source_row_number
    from checksums

),

final as (

    select
        repeats.*,
        checksums.checksum
    from repeats
    inner join checksums on repeats.file_version_id = checksums.file_version_id

)

select * from final
