{#- Grain: one row per day of the calendar (vars calendar_start_date and calendar_end_date, both
    included), and Unknown.

    A day has one week: iso_week, iso_year and iso_week_of_year name the week that week_start_date
    begins, also where that is not a Monday. The ISO week of the day alone would put the days of one
    week under two names, and two of one name into a report.

    Fiscal years are made of months or of weeks (var fiscal_calendar), in four quarters of three
    periods. Where these begin and end is computed from each day alone, never from the days beside
    it, so that years which the edges of the calendar cut through are right as well. -#}
{%- set fiscal_calendar = var_one_of(
    'fiscal_calendar', ['months', '4-4-5', '4-5-4', '5-4-4']
) -%}
{%- set is_of_months = fiscal_calendar == 'months' -%}
{%- set unit = 'month' if is_of_months else 'week' -%}
{%- set period_lengths = [1, 1, 1] if is_of_months
    else fiscal_calendar.split('-') | map('int') | list -%}
{%- set quarter_length = period_lengths | sum -%}
{%- set first_month = var_one_of('fiscal_year_start_month', range(1, 13)) -%}
{%- set is_named_by_end = var_one_of('fiscal_year_named_by', ['start', 'end']) == 'end' -%}

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
        -- As the macro iso_week says: those of the week, not of the day.
        cast(
            extract(isoyear from {{ week_start('full_date') }} + 3) as integer
        ) as iso_year,
        cast(
            extract(week from {{ week_start('full_date') }} + 3) as integer
        ) as iso_week_of_year
    from days

),

-- Of the fiscal years that go with this calendar year and the next one, the latest that has begun.
in_fiscal_years as (

    select
        *,
        case
            when full_date >= {{ fiscal_year_start('calendar_year + 1') }} then calendar_year + 1
            when full_date >= {{ fiscal_year_start('calendar_year') }} then calendar_year
            else calendar_year - 1
        end as year_of_start
    from parts

),

with_fiscal_years as (

    select
        *,
        {{ fiscal_year_start('year_of_start') }} as fiscal_year_start_date,
        {{ fiscal_year_start('year_of_start + 1') }} as next_fiscal_year_start_date,
        -- One that begins in January 2026 ends in the same year, even if its weeks reach into the
        -- years around it; any other in the year after.
        year_of_start + {{ 1 if is_named_by_end and first_month > 1 else 0 }} as fiscal_year
    from in_fiscal_years

),

with_weeks_passed as (

    select
        *,
        cast(
            (week_start_date - {{ week_start('fiscal_year_start_date') }}) / 7 as integer
        ) as weeks_passed
    from with_fiscal_years

),

numbered as (

    select
        *,
        {% if is_of_months -%}
        12 * (calendar_year - year_of_start) + month_of_year - {{ first_month }}
        {%- else -%}
        weeks_passed
        {%- endif %} as units_passed
    from with_weeks_passed

),

-- By months or weeks since the year began. A 53rd week is the last period's; where there is none,
-- the period ends with the year.
fiscal_periods as (

    {% for number in range(12) -%}
    {%- set quarter_start = number // 3 * quarter_length -%}
    {%- set period_start = quarter_start + period_lengths[:number % 3] | sum -%}
    select
        {{ number + 1 }} as fiscal_period,
        {{ number // 3 + 1 }} as fiscal_quarter,
        {{ period_start }} as period_start,
        {{ period_start + period_lengths[number % 3] + (1 if number == 11 else 0) }} as period_end,
        {{ quarter_start }} as quarter_start,
        {{ quarter_start + quarter_length + (1 if number >= 9 else 0) }} as quarter_end
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

with_fiscal_periods as (

    select
        numbered.*,
        {% for kind in ['quarter', 'period'] -%}
        cast(
            {{ dbt.dateadd(
                unit, 'periods.' ~ kind ~ '_start', 'numbered.fiscal_year_start_date'
            ) }} as date
        ) as fiscal_{{ kind }}_start_date,
        least(
            cast(
                {{ dbt.dateadd(
                    unit, 'periods.' ~ kind ~ '_end', 'numbered.fiscal_year_start_date'
                ) }} as date
            ),
            numbered.next_fiscal_year_start_date
        ) - 1 as fiscal_{{ kind }}_end_date,
        {% endfor -%}
        periods.fiscal_quarter,
        periods.fiscal_period
    from numbered
    inner join fiscal_periods as periods
        on
            numbered.units_passed >= periods.period_start
            and numbered.units_passed < periods.period_end

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
        {{ iso_week('parts.week_start_date') }} as iso_week,
        parts.week_start_date,
        parts.fiscal_year,
        parts.fiscal_quarter,
        parts.fiscal_period,
        parts.weeks_passed + 1 as fiscal_week,
        'FY' || cast(parts.fiscal_year as text) as fiscal_year_label,
        'FY' || cast(parts.fiscal_year as text)
        || '-Q' || cast(parts.fiscal_quarter as text) as fiscal_quarter_label,
        'FY' || cast(parts.fiscal_year as text)
        || '-P' || lpad(cast(parts.fiscal_period as text), 2, '0') as fiscal_period_label,
        parts.fiscal_year_start_date,
        parts.next_fiscal_year_start_date - 1 as fiscal_year_end_date,
        parts.fiscal_quarter_start_date,
        parts.fiscal_quarter_end_date,
        parts.fiscal_period_start_date,
        parts.fiscal_period_end_date,
        parts.day_of_week >= 6 as is_weekend,
        holidays.holiday_date is not null as is_holiday,
        holidays.holiday_name
    from with_fiscal_periods as parts
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
        null as fiscal_week,
        'Unknown' as fiscal_year_label,
        'Unknown' as fiscal_quarter_label,
        'Unknown' as fiscal_period_label,
        null as fiscal_year_start_date,
        null as fiscal_year_end_date,
        null as fiscal_quarter_start_date,
        null as fiscal_quarter_end_date,
        null as fiscal_period_start_date,
        null as fiscal_period_end_date,
        false as is_weekend,
        false as is_holiday,
        null as holiday_name

)

select * from final
