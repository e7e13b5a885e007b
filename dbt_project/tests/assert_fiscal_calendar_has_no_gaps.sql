-- Day by day, one fiscal period, quarter or year goes on, or ends and the next one begins; all that
-- is told of one of them is the same on all its days. Years of weeks have 52 of them or 53, and no
-- week is in two periods.
with

days as (

    select * from {{ ref('dim_date') }}
    where full_date is not null

),

in_order as (

    select
        *,
        {% for kind in ['year', 'quarter', 'period'] -%}
        lag(fiscal_{{ kind }}_label) over (order by full_date) as {{ kind }}_before,
        lag(fiscal_{{ kind }}_start_date) over (order by full_date) as {{ kind }}_start_before,
        lag(fiscal_{{ kind }}_end_date) over (order by full_date) as {{ kind }}_end_before,
        {% endfor -%}
        lag(full_date) over (order by full_date) as day_before,
        lag(week_start_date) over (order by full_date) as week_before,
        lag(fiscal_week) over (order by full_date) as fiscal_week_before
    from days

),

wrong as (

    {% for kind in ['year', 'quarter', 'period'] %}
    select
        full_date,
        '{{ kind }}' as kind
    from in_order
    where
        day_before is not null
        and not (
            fiscal_{{ kind }}_label = {{ kind }}_before
            and fiscal_{{ kind }}_start_date = {{ kind }}_start_before
            and fiscal_{{ kind }}_end_date = {{ kind }}_end_before
            or fiscal_{{ kind }}_label <> {{ kind }}_before
            and fiscal_{{ kind }}_start_date = full_date
            and {{ kind }}_end_before = day_before
        )
    union all
    {% endfor %}
    select
        full_date,
        'week' as kind
    from in_order
    where
        fiscal_year_label = year_before
        and fiscal_week - fiscal_week_before <> (week_start_date - week_before) / 7
    {% if var('fiscal_calendar') != 'months' %}
    union all
    select
        full_date,
        'year of weeks' as kind
    from in_order
    where
        fiscal_year_end_date - fiscal_year_start_date not in (363, 370)
        or week_start_date = week_before and fiscal_period_label <> period_before
        or fiscal_week <> 1 + (week_start_date - fiscal_year_start_date) / 7
    {% endif %}

)

select * from wrong
