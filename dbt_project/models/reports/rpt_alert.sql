{#- Grain: one row per alert: what is wrong now, and is for somebody to act on. Whoever tells people
    of alerts remembers which ones they have told of (by alert_key and occurrence). Nothing may be
    added up.

    Files: the newest delivery of a path was not loaded, nor were the same bytes under another name.
    Its sender corrects what failed; what is held is for whoever knows the layouts.
    Deliveries: owed, and missing after their grace.
    Weeks: quality status `fail`. Anomalies: of the last complete week only, as what was odd before
    is no news; one a member, by its first measure that is out of line. Restatements: a published
    week has other figures now. -#}
{%- set owner = "'" ~ var('alert_owner') | replace("'", "''") ~ "'" %}

with

active as (

    select sha256 from {{ ref('dq_file_version') }}
    where status = 'active'

),

versions as (

    select
        *,
        row_number() over (partition by source_file order by file_version_id desc)
            as number_from_last
    from {{ ref('dq_file_version') }}

),

refused as (

    select * from versions
    where
        number_from_last = 1
        and status in ('failed', 'held')
        and sha256 not in (select active.sha256 from active)

),

senders as (

    select
        refused.file_version_id,
        deliveries.sender,
        deliveries.address,
        row_number() over (
            partition by refused.file_version_id
            order by deliveries.delivery asc, deliveries.due_weekday asc
        ) as sender_number
    from refused
    inner join {{ ref('deliveries') }} as deliveries
        on
            refused.status = 'failed'
            and {{ is_file_of_pattern('refused.source_file', 'deliveries.files') }}

),

files as (

    select
        'file/' || refused.source_file as alert_key,
        'file_' || refused.status as alert_kind,
        refused.source_file as subject,
        md5(refused.sha256 || coalesce(refused.error, '')) as occurrence,
        cast(null as date) as week_start_date,
        coalesce(senders.sender, {{ owner }}) as owner,
        senders.address as owner_address,
        case when refused.status = 'held' then 'Held: ' else 'Not loaded: ' end
        || coalesce(refused.error, '') as description,
        case
            when refused.status = 'held'
                then 'Answer its question with `python -m loader learn`, or in the app.'
            else 'Correct the file and deliver it again under the same name.'
        end as what_to_do,
        refused.loaded_at as known_since,
        true as is_end_news
    from refused
    left join senders
        on
            refused.file_version_id = senders.file_version_id
            and senders.sender_number = 1

),

-- A file that came and was not loaded is an alert of its own.
deliveries as (

    select
        'delivery/' || delivery || '/' || cast(due_date as text) as alert_key,
        'delivery_missing' as alert_kind,
        contents || ', ' || cast(first_day as text) || ' to ' || cast(last_day as text)
            as subject,
        '' as occurrence,
        week_start_date,
        sender as owner,
        address as owner_address,
        'Due on ' || cast(due_date as text) || ' as ' || file_pattern || ', and not there: '
        || iso_week || ' is without it.' as description,
        'Deliver the file, or tell ' || {{ owner }} || ' that there is none, who snooze this '
        || 'alert (seeds/alert_snoozes.csv).' as what_to_do,
        grace_ends_at as known_since,
        true as is_end_news
    from {{ ref('dq_delivery') }}
    where status = 'missing'

),

weeks as (

    select
        'quality/' || iso_week || '/' || currency as alert_key,
        'week_failed' as alert_kind,
        iso_week as subject,
        '' as occurrence,
        week_start_date,
        {{ owner }} as owner,
        cast(null as text) as owner_address,
        cast(quarantined_row_count as text) || ' of ' || cast(row_count as text)
        || ' delivered lines are kept out of the figures, '
        || {{ amount_in_words('quarantined_amount') }}
        || {{ currency_behind('currency') }}
        || ' in all.' as description,
        'See why with `python -m reporting quality`, which writes the workbooks to send back.'
            as what_to_do,
        cast(null as timestamp) as known_since,
        true as is_end_news
    from {{ ref('rpt_weekly_data_quality') }}
    where status = 'fail'

),

last_week as (

    select max(week_start_date) as week_start_date from {{ ref('rpt_weekly_summary') }}
    where is_week_complete

),

anomalies as (

    select
        anomalies.*,
        row_number() over (
            partition by anomalies.member_kind, anomalies.member_key, anomalies.currency
            order by
                case anomalies.measure
                    when 'revenue' then 1
                    when 'units' then 2
                    when 'average_price' then 3
                    else 4
                end
        ) as measure_number
    from {{ ref('rpt_sales_anomaly') }} as anomalies
    inner join last_week on anomalies.week_start_date = last_week.week_start_date
    where coalesce(abs(anomalies.score), 1000000000) > {{ var('alert_anomaly_score') }}

),

odd_members as (

    select
        'anomaly/' || iso_week || '/' || member_kind || '/' || cast(member_key as text)
        || '/' || currency as alert_key,
        'anomaly' as alert_kind,
        member_kind || ' ' || member_name || ', ' || iso_week as subject,
        '' as occurrence,
        week_start_date,
        {{ owner }} as owner,
        cast(null as text) as owner_address,
        upper(substr(replace(measure, '_', ' '), 1, 1)) || substr(replace(measure, '_', ' '), 2)
        || ' ' || {{ amount_in_words('value') }}
        || case
            when measure in ('revenue', 'average_price') then {{ currency_behind('currency') }}
            else ''
        end
        || ', where ' || {{ amount_in_words('expected_value') }} || ' is usual.' as description,
        'If it is no news, look for lines that are missing, double or wrong: '
        || '`python -m reporting trace` shows them.' as what_to_do,
        cast(null as timestamp) as known_since,
        false as is_end_news
    from anomalies
    where measure_number = 1

),

restated_files as (

    select
        *,
        count(*) over week_of_currency as file_count,
        row_number() over (
            partition by week_start_date, currency
            order by abs(file_revenue_change) desc, source_file asc
        ) as file_number
    from {{ ref('rpt_weekly_restatement') }}
    window week_of_currency as (partition by week_start_date, currency)

),

restatements as (

    select
        'restatement/' || iso_week || '/' || currency as alert_key,
        'published_week_changed' as alert_kind,
        iso_week as subject,
        {{ amount_in_words('current_revenue', 4) }} as occurrence,
        week_start_date,
        published_by as owner,
        cast(null as text) as owner_address,
        'Published on ' || cast(cast(published_at as date) as text) || ' with revenue '
        || {{ amount_in_words('published_revenue') }}
        || {{ currency_behind('currency') }}
        || ', and has '
        || {{ amount_in_words('current_revenue') }} || ' now: ' || source_file || ' ' || file_change
        || case
            when file_count > 1 then ', and ' || cast(file_count - 1 as text) || ' more'
            else ''
        end
        || '.' as description,
        'Tell whoever has the old figures; `python -m reporting weekly --week ' || iso_week
        || ' --publish` gives the new ones away.' as what_to_do,
        cast(null as timestamp) as known_since,
        true as is_end_news
    from restated_files
    where file_number = 1

),

alerts as (

    select * from files
    union all
    select * from deliveries
    union all
    select * from weeks
    union all
    select * from odd_members
    union all
    select * from restatements

),

snoozes as (

    select
        alerts.alert_key,
        snoozes.snoozed_until,
        snoozes.snoozed_by,
        snoozes.reason,
        row_number() over (
            partition by alerts.alert_key
            order by snoozes.snoozed_until desc, snoozes.alert_pattern asc
        ) as snooze_number
    from alerts
    inner join {{ ref('alert_snoozes') }} as snoozes
        on {{ is_like_pattern('alerts.alert_key', 'snoozes.alert_pattern') }}
    where snoozes.snoozed_until >= current_date

),

final as (

    select
        alerts.alert_key,
        alerts.alert_kind,
        alerts.subject,
        alerts.occurrence,
        alerts.week_start_date,
        alerts.owner,
        alerts.owner_address,
        alerts.description,
        alerts.what_to_do,
        alerts.known_since,
        alerts.is_end_news,
        snoozes.snoozed_until,
        snoozes.snoozed_by,
        snoozes.reason as snooze_reason
    from alerts
    left join snoozes
        on alerts.alert_key = snoozes.alert_key and snoozes.snooze_number = 1

)

select * from final
