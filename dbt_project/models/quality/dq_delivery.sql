{#- Grain: one row per delivery that is owed (seed deliveries) and day on which it is due, from the
    moment on that the days are over which it is to hold: those after the one before, until
    `days_after` days before it is due. Nothing may be added up.

    It is delivered by an active file of its pattern that has sales of these days (of any status but
    rejected), or is named for them. A file that was corrected came when it first came after these
    days. Where the newest delivery of such a file was not loaded, that is `refused`. -#}

with

owed as (

    select
        deliveries.*,
        dim_date.full_date as due_date,
        dim_date.full_date - deliveries.days_after as last_day,
        timezone(
            'UTC',
            timezone(
                '{{ var("deliveries_time_zone") }}',
                dim_date.full_date + cast(deliveries.due_time as time)
            )
        ) as due_at
    from {{ ref('deliveries') }} as deliveries
    inner join {{ ref('dim_date') }} as dim_date
        on deliveries.due_weekday = dim_date.day_of_week
    where
        -- A week more, as each begins where the one before ends.
        dim_date.full_date >= deliveries.owed_from - 7
        and dim_date.full_date
        <= coalesce(deliveries.owed_until, cast('{{ var("calendar_end_date") }}' as date))
        and dim_date.full_date - deliveries.days_after < cast({{ utc_now() }} as date)

),

spans as (

    select
        *,
        coalesce(
            lag(last_day) over (partition by delivery order by due_date) + 1, last_day - 6
        ) as first_day
    from owed

),

patterns as (

    select distinct
        delivery,
        files
    from {{ ref('deliveries') }}

),

versions as (

    select
        patterns.delivery,
        versions.*,
        row_number() over (
            partition by patterns.delivery, versions.source_file
            order by versions.file_version_id desc
        ) as number_from_last
    from patterns
    inner join {{ ref('dq_file_version') }} as versions
        on {{ is_file_of_pattern('versions.source_file', 'patterns.files') }}

),

days_of_files as (

    select distinct
        file_version_id,
        sale_date as first_day,
        sale_date as last_day
    from {{ ref('int_sales_lines') }}
    where
        line_status <> 'rejected'
        and file_version_id in (select versions.file_version_id from versions)
    union all
    select
        file_version_id,
        period_start_date as first_day,
        period_end_date as last_day
    from {{ ref('stg_file_versions') }}
    where period_start_date is not null

),

found as (

    select
        spans.delivery,
        spans.due_date,
        max(versions.file_version_id) as file_version_id
    from spans
    inner join versions on spans.delivery = versions.delivery and versions.status = 'active'
    inner join days_of_files
        on
            versions.file_version_id = days_of_files.file_version_id
            and spans.last_day >= days_of_files.first_day
            and spans.first_day <= days_of_files.last_day
    group by spans.delivery, spans.due_date

),

came as (

    select
        found.delivery,
        found.due_date,
        found.file_version_id,
        active.source_file,
        coalesce(
            min(case when versions.loaded_at >= spans.last_day then versions.loaded_at end),
            max(versions.loaded_at)
        ) as delivered_at
    from found
    inner join spans
        on found.delivery = spans.delivery and found.due_date = spans.due_date
    inner join versions as active
        on
            found.delivery = active.delivery
            and found.file_version_id = active.file_version_id
    inner join versions
        on
            active.delivery = versions.delivery
            and active.source_file = versions.source_file
            and versions.status in ('active', 'superseded', 'pruned')
    group by found.delivery, found.due_date, found.file_version_id, active.source_file

),

refused as (

    select
        delivery,
        max(loaded_at) as refused_at
    from versions
    where number_from_last = 1 and status in ('failed', 'held')
    group by delivery

),

judged as (

    select
        spans.*,
        came.file_version_id,
        came.source_file,
        came.delivered_at,
        spans.due_at + spans.grace_hours * interval '1 hour' as grace_ends_at,
        {{ utc_now() }} as seen_at,
        coalesce(refused.refused_at >= spans.last_day, false) as is_refused
    from spans
    left join came on spans.delivery = came.delivery and spans.due_date = came.due_date
    left join refused on spans.delivery = refused.delivery
    where spans.due_date >= spans.owed_from

),

final as (

    select
        delivery,
        sender,
        address,
        files as file_pattern,
        contents,
        first_day,
        last_day,
        {{ week_start('last_day') }} as week_start_date,
        {{ iso_week(week_start('last_day')) }} as iso_week,
        due_date,
        due_at,
        grace_ends_at,
        case
            when delivered_at <= grace_ends_at then 'delivered'
            when delivered_at is not null then 'late'
            when is_refused then 'refused'
            when seen_at <= grace_ends_at then 'expected'
            else 'missing'
        end as status,
        source_file,
        file_version_id,
        delivered_at,
        delivered_at is null
        and seen_at <= grace_ends_at + {{ var('wait_for_deliveries_days') }} * interval '1 day'
            as is_waited_for
    from judged

)

select * from final
