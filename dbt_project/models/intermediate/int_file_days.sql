{#- Grain: one row per file version and day of accepted sales, and one per other, older file version
    that has some of the same lines on that day (other_file_version_id). Lines with an identity are
    not among these: delivered twice, they are accepted once.

    Incremental by file version. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ one_build_at_a_time() }}",
        "{{ take_out_changed_versions(['file_version_id', 'other_file_version_id']) }}",
    ],
    post_hook="{{ remember_rules() }}",
) }}
{%- set changed = changed_since_built(
    ref('int_sales_line_checksums'), stored_checksums()
) if is_incremental() else none -%}
{%- set changed_ids = (changed or [-1]) | join(', ') -%}

with

lines as (

    select
        file_version_id,
        sale_date,
        content_fingerprint,
        revenue
    from {{ ref('int_sales_lines') }}
    where line_status = 'accepted'

),

changed_lines as (

    select
        file_version_id,
        sale_date,
        content_fingerprint,
        count(*) as line_count,
        sum(revenue) as revenue
    from lines
    {% if changed is not none -%}
    where file_version_id in ({{ changed_ids }})
    {%- endif %}
    group by file_version_id, sale_date, content_fingerprint

),

changed_days as (

    select distinct sale_date from changed_lines

),

-- Whatever a changed version may share with others; all lines, in a first build.
shared_lines as (

    select
        lines.file_version_id,
        lines.sale_date,
        lines.content_fingerprint,
        count(*) as line_count,
        sum(lines.revenue) as revenue
    from lines
    {% if changed is not none -%}
    -- The fingerprint covers the day; naming it as well lets the engine skip the other days, and
    -- whole blocks by the first and the last of them.
    inner join changed_days on lines.sale_date = changed_days.sale_date
    where
        lines.content_fingerprint in (
            select changed_lines.content_fingerprint from changed_lines
        )
        and {{ is_within_days_of('lines.sale_date', changed_ids) }}
    {%- endif %}
    group by lines.file_version_id, lines.sale_date, lines.content_fingerprint

),

days as (

    select
        file_version_id,
        sale_date,
        cast(null as bigint) as other_file_version_id,
        sum(line_count) as line_count,
        sum(revenue) as revenue
    from changed_lines
    group by file_version_id, sale_date

),

common as (

    select
        newer.file_version_id,
        newer.sale_date,
        older.file_version_id as other_file_version_id,
        sum(
            case
                when newer.line_count < older.line_count then newer.line_count
                else older.line_count
            end
        ) as line_count,
        sum(
            case
                when newer.line_count < older.line_count then newer.revenue
                else older.revenue
            end
        ) as revenue
    from shared_lines as newer
    inner join shared_lines as older
        on
            newer.content_fingerprint = older.content_fingerprint
            and newer.file_version_id > older.file_version_id
    {% if changed is not none -%}
    where
        newer.file_version_id in ({{ changed_ids }})
        or older.file_version_id in ({{ changed_ids }})
    {%- endif %}
    group by newer.file_version_id, newer.sale_date, older.file_version_id

),

counted as (

    select * from days
    union all
    select * from common

),

final as (

    select
        counted.file_version_id,
        counted.sale_date,
        counted.other_file_version_id,
        cast(counted.line_count as bigint) as line_count,
        {{ total('counted.revenue') }} as revenue,
        checksums.checksum
    from counted
    inner join {{ ref('int_sales_line_checksums') }} as checksums
        on counted.file_version_id = checksums.file_version_id

)

select * from final
