{#- Grain: one row per published week, currency and file whose figures are not those of the week's
    last edition. Empty where nothing has changed since. Files whose changes cancel each other out
    are there. Additive over files: the figures of files; not those of the week. -#}

with

changed_files as (

    select * from {{ ref('dq_published_file') }}
    where file_change <> 'unchanged'

),

weeks as (

    select * from {{ ref('rpt_weekly_summary') }}

),

-- A week after the last with sales is not in the summary: all that was published is gone.
final as (

    select
        changed_files.week_start_date,
        changed_files.iso_week,
        changed_files.currency,
        coalesce(weeks.is_week_complete, false) as is_week_complete,
        changed_files.edition_number,
        changed_files.published_at,
        changed_files.published_by,
        changed_files.published_revenue,
        {{ total('coalesce(weeks.revenue, 0)') }} as current_revenue,
        {{ total('coalesce(weeks.revenue, 0) - changed_files.published_revenue') }}
            as revenue_change,
        changed_files.source_file,
        changed_files.file_change,
        changed_files.published_file_version_id,
        changed_files.current_file_version_id,
        changed_files.published_file_line_count,
        changed_files.current_file_line_count,
        changed_files.published_file_units,
        changed_files.current_file_units,
        changed_files.published_file_revenue,
        changed_files.current_file_revenue,
        {{ total('changed_files.current_file_revenue - changed_files.published_file_revenue') }}
            as file_revenue_change,
        changed_files.published_file_profit,
        changed_files.current_file_profit
    from changed_files
    left join weeks
        on
            changed_files.week_start_date = weeks.week_start_date
            and changed_files.currency = weeks.currency

)

select * from final
