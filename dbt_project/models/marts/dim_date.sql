{#- Grain: one row per day of the calendar (vars calendar_start_date and calendar_end_date, both
    included), and Unknown. The fiscal year begins with the month of the var
    fiscal_year_start_month and is named by the calendar year in which it ends. -#}
{%- set shift = (13 - var('fiscal_year_start_month')) % 12 -%}

with

spine as (

    {{ dbt.date_spine(
        datepart='day',
        start_date="cast('" ~ var('calendar_start_date') ~ "' as date)",
        end_date="cast(date '" ~ var('calendar_end_date') ~ "' + 1 as date)"
    ) }}

),

days as (

    select cast(date_day as date) as full_date from spine

),

holidays as (

    select
        holiday_date,
        min(holiday_name) as holiday_name
    from {{ ref('holidays') }}
    group by holiday_date

),

parts as (

    select
        full_date,
        {{ week_start('full_date') }} as week_start_date,
        cast(date_trunc('month', full_date) as date) as month_start_date,
        cast(date_trunc('quarter', full_date) as date) as quarter_start_date,
        cast(extract(year from full_date) as integer) as calendar_year,
        cast(extract(quarter from full_date) as integer) as quarter_of_year,
        cast(extract(month from full_date) as integer) as month_of_year,
        cast(extract(day from full_date) as integer) as day_of_month,
        cast(extract(isodow from full_date) as integer) as day_of_week,
        cast(extract(isoyear from full_date) as integer) as iso_year,
        cast(extract(week from full_date) as integer) as iso_week_of_year,
        cast(
            {{ dbt.dateadd('month', shift, 'full_date') }} as date
        ) as fiscal_shifted_date
    from days

),

final as (

    select
        {{ date_key('parts.full_date') }} as date_key,
        parts.full_date,
        parts.calendar_year,
        parts.quarter_of_year,
        parts.month_of_year,
        parts.day_of_month,
        parts.day_of_week,
        {{ weekday_name('parts.day_of_week') }} as weekday_name,
        {{ month_name('parts.month_of_year') }} as month_name,
        cast(parts.calendar_year as text) || '-'
        || lpad(cast(parts.month_of_year as text), 2, '0') as calendar_month,
        cast(parts.calendar_year as text) || '-Q'
        || cast(parts.quarter_of_year as text) as calendar_quarter,
        parts.month_start_date,
        parts.quarter_start_date,
        parts.iso_year,
        parts.iso_week_of_year,
        {{ iso_week('parts.full_date') }} as iso_week,
        parts.week_start_date,
        cast(extract(year from parts.fiscal_shifted_date) as integer) as fiscal_year,
        cast(extract(quarter from parts.fiscal_shifted_date) as integer) as fiscal_quarter,
        cast(extract(month from parts.fiscal_shifted_date) as integer) as fiscal_period,
        parts.day_of_week >= 6 as is_weekend,
        holidays.holiday_date is not null as is_holiday,
        holidays.holiday_name
    from parts
    left join holidays on parts.full_date = holidays.holiday_date
    union all
    select
        -1 as date_key,
        null as full_date,
        null as calendar_year,
        null as quarter_of_year,
        null as month_of_year,
        null as day_of_month,
        null as day_of_week,
        'Unknown' as weekday_name,
        'Unknown' as month_name,
        'Unknown' as calendar_month,
        'Unknown' as calendar_quarter,
        null as month_start_date,
        null as quarter_start_date,
        null as iso_year,
        null as iso_week_of_year,
        'Unknown' as iso_week,
        null as week_start_date,
        null as fiscal_year,
        null as fiscal_quarter,
        null as fiscal_period,
        false as is_weekend,
        false as is_holiday,
        null as holiday_name

)

select * from final
