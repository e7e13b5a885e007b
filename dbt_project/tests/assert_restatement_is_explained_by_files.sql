-- Published weeks whose revenue is not that of the last edition plus what their files add and take:
-- a change without a file, or a file without a change.
with

current_revenue as (

    select
        week_start_date,
        currency,
        revenue
    from {{ ref('rpt_weekly_summary') }}

),

explained as (

    select
        week_start_date,
        currency,
        max(published_revenue) as published_revenue,
        sum(current_file_revenue - published_file_revenue) as change_of_files
    from {{ ref('dq_published_file') }}
    group by week_start_date, currency

)

select
    explained.week_start_date,
    explained.currency,
    explained.published_revenue,
    explained.change_of_files,
    current_revenue.revenue
from explained
left join current_revenue
    on
        explained.week_start_date = current_revenue.week_start_date
        and explained.currency = current_revenue.currency
where
    explained.published_revenue + explained.change_of_files
    <> coalesce(current_revenue.revenue, 0)
