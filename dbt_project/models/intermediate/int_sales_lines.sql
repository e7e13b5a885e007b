{#- Grain: one row per delivered sales line of an active file version, with what becomes of it:
    accepted (it is in the fact), duplicate (a newer delivery of the same line is) or rejected (it
    cannot be read; dq_quarantine lists it). A redelivery that is rejected does not displace the line
    as it was delivered before.

    Incremental by line: those that are due (int_sales_lines_due) are computed anew; the others that
    share a key with one of them, now or before, only compete anew for being the newest. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    on_schema_change='fail',
    indexes=indexed_by(['file_version_id', 'sales_line_key']),
    unique_key=['file_version_id', 'file_part_number', 'source_row_number'],
    pre_hook=[
        "{{ one_build_at_a_time() }}", "{{ require_every_line_due() }}",
        "{{ compute_before(ref('int_sales_lines_judged')) if is_incremental() else without_nested_loops() }}",
    ],
    post_hook=[
        "{{ take_out_gone_versions() }}", "{{ remember_lookups() }}", "{{ analyze_table() }}",
        "{{ remember_rules() }}",
    ],
) }}

with

computed as (

    {% set judged = ref('int_sales_lines_judged') -%}
    select * from {{ computed_before(judged) if is_incremental() else judged }}

),

due as (

    select * from {{ ref('int_sales_lines_due') }}

),

{% if is_incremental() %}
touched_keys as (

    select sales_line_key from computed
    union
    select previous_sales_line_key as sales_line_key from due
    where previous_sales_line_key is not null

),

competing as (

    select
        built.file_version_id,
        built.file_part_number,
        built.source_row_number,
        built.sales_line_key,
        built.line_status = 'rejected' as is_rejected,
        built.line_status as previous_status
    from {{ this }} as built
    inner join touched_keys on built.sales_line_key = touched_keys.sales_line_key
    left join due
        on
            built.file_version_id = due.file_version_id
            and built.file_part_number = due.file_part_number
            and built.source_row_number = due.source_row_number
    where due.file_version_id is null

),
{% endif %}

candidates as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        sales_line_key,
        is_rejected,
        cast(null as text) as previous_status
    from computed
    {% if is_incremental() %}
    union all
    select * from competing
    {% endif %}

),

ranked as (

    select
        *,
        row_number() over (
            partition by sales_line_key, is_rejected
            order by file_version_id desc, file_part_number desc, source_row_number desc
        ) as newness
    from candidates

),

decided as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        previous_status,
        case
            when is_rejected then 'rejected'
            when newness > 1 then 'duplicate'
            else 'accepted'
        end as line_status
    from ranked

),

final as (

    select
        computed.*,
        decided.line_status
    from computed
    inner join decided
        on
            computed.file_version_id = decided.file_version_id
            and computed.file_part_number = decided.file_part_number
            and computed.source_row_number = decided.source_row_number
    {% if is_incremental() %}
    union all
    select
        {% for column in adapter.get_columns_in_relation(this) if column.name != 'line_status' -%}
        built.{{ column.name }},
        {% endfor -%}
        decided.line_status
    from {{ this }} as built
    inner join decided
        on
            built.file_version_id = decided.file_version_id
            and built.file_part_number = decided.file_part_number
            and built.source_row_number = decided.source_row_number
    where decided.previous_status <> decided.line_status
    {% endif %}

)

select * from final
