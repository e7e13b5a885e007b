{#- Grain: one row per month, quarter and year, and fiscal ones where they differ from these, and
    currency, from the first with sales to the last, those without sales included. Additive over the
    periods of one period_kind: revenue, units, line_count; not: order_count and customer_count.

    An order or a customer counts in a period on the first of their days in it: that is, on a day
    before which they had none since the period began. So one list of days serves all kinds.

    Where fiscal periods begin and end is what dim_date has of them. One that has the calendar's
    first or last day may have been cut off there, so it is taken for a part. -#}
{%- set has_fiscal_calendar = (
    var('fiscal_year_start_month') | int != 1 or var('fiscal_calendar', 'months') != 'months'
) -%}
{%- set calendar_kinds = {
    'month': {
        'start': 'month_start_date', 'months': 1, 'label': 'calendar_month',
    },
    'quarter': {
        'start': 'quarter_start_date', 'months': 3, 'label': 'calendar_quarter',
    },
    'year': {
        'start': "cast(date_trunc('year', full_date) as date)", 'months': 12,
        'label': 'cast(calendar_year as text)',
    },
} -%}
{%- set fiscal_kinds = {
    'fiscal_period': {
        'columns': 'fiscal_year, fiscal_period',
        'label': "'FY' || cast(fiscal_year as text) || '-P' "
        ~ "|| lpad(cast(fiscal_period as text), 2, '0')",
    },
    'fiscal_quarter': {
        'columns': 'fiscal_year, fiscal_quarter',
        'label': "'FY' || cast(fiscal_year as text) || '-Q' || cast(fiscal_quarter as text)",
    },
    'fiscal_year': {
        'columns': 'fiscal_year',
        'label': "'FY' || cast(fiscal_year as text)",
    },
} if has_fiscal_calendar else {} -%}

with

days as (

    select
        *,
        {{ last_trading_day_until('full_date') }} = full_date and is_holiday is not true
            as is_trading_day
    from {{ ref('dim_date') }}
    where full_date is not null

),

period_days as (

    {% for period_kind, kind in calendar_kinds.items() %}
    select
        '{{ period_kind }}' as period_kind,
        {{ kind.start }} as period_start_date,
        cast({{ dbt.dateadd('month', kind.months, kind.start) }} as date) - 1 as period_end_date,
        {{ kind.label }} as period_label,
        date_key,
        full_date,
        is_trading_day,
        false as is_start_cut_off,
        false as is_end_cut_off
    from days
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {% for period_kind, kind in fiscal_kinds.items() %}
    union all
    select
        '{{ period_kind }}' as period_kind,
        min(full_date) over (partition by {{ kind.columns }}) as period_start_date,
        max(full_date) over (partition by {{ kind.columns }}) as period_end_date,
        {{ kind.label }} as period_label,
        date_key,
        full_date,
        is_trading_day,
        min(full_date) over (partition by {{ kind.columns }}) = min(full_date) over ()
            as is_start_cut_off,
        max(full_date) over (partition by {{ kind.columns }}) = max(full_date) over ()
            as is_end_cut_off
    from days
    {% endfor %}

),

sales as (

    select
        sale_date_key,
        currency,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count
    from {{ ref('fact_sales_line') }}
    group by sale_date_key, currency

),

span as (

    select
        min(dim_date.full_date) as first_sale_date,
        max(dim_date.full_date) as last_sale_date
    from sales
    inner join {{ ref('dim_date') }} as dim_date on sales.sale_date_key = dim_date.date_key

),

currencies as (

    select distinct currency from sales

),

periods as (

    select
        period_days.period_kind,
        period_days.period_start_date,
        period_days.period_end_date,
        period_days.period_label,
        not period_days.is_end_cut_off
        and {{ last_trading_day_until('period_days.period_end_date') }} <= span.last_sale_date
            as is_period_complete,
        period_days.is_start_cut_off
        or coalesce(
            min(case when period_days.is_trading_day then period_days.full_date end)
            < span.first_sale_date,
            false
        ) as is_start_missing
    from period_days
    cross join span
    where
        period_days.period_end_date >= span.first_sale_date
        and period_days.period_start_date <= span.last_sale_date
    group by
        period_days.period_kind,
        period_days.period_start_date,
        period_days.period_end_date,
        period_days.period_label,
        period_days.is_start_cut_off,
        period_days.is_end_cut_off,
        span.first_sale_date,
        span.last_sale_date

),

order_days as (

    select
        sale_date_key,
        currency,
        order_id
    from {{ ref('fact_sales_line') }}
    where order_id is not null
    group by sale_date_key, currency, order_id

),

customer_version_days as (

    select
        sale_date_key,
        currency,
        customer_key
    from {{ ref('fact_sales_line') }}
    where customer_key <> -1
    group by sale_date_key, currency, customer_key

),

customer_days as (

    select
        customer_version_days.sale_date_key,
        customer_version_days.currency,
        dim_customer.customer_durable_key
    from customer_version_days
    inner join {{ ref('dim_customer') }} as dim_customer
        on customer_version_days.customer_key = dim_customer.customer_key
    group by
        customer_version_days.sale_date_key,
        customer_version_days.currency,
        dim_customer.customer_durable_key

),

visits as (

    select
        'order' as visit_kind,
        sale_date_key,
        currency,
        lag(sale_date_key) over (
            partition by currency, order_id order by sale_date_key
        ) as previous_date_key
    from order_days
    union all
    select
        'customer' as visit_kind,
        sale_date_key,
        currency,
        lag(sale_date_key) over (
            partition by currency, customer_durable_key order by sale_date_key
        ) as previous_date_key
    from customer_days

),

visit_counts as (

    select
        visit_kind,
        sale_date_key,
        currency,
        previous_date_key,
        count(*) as visit_count
    from visits
    group by visit_kind, sale_date_key, currency, previous_date_key

),

-- Sales and visits in one list, to be added up: a sum takes no join of the two.
measured as (

    select
        sale_date_key,
        currency,
        null as previous_date_key,
        revenue,
        units,
        line_count,
        0 as order_count,
        0 as customer_count
    from sales
    union all
    select
        sale_date_key,
        currency,
        previous_date_key,
        0 as revenue,
        0 as units,
        0 as line_count,
        case when visit_kind = 'order' then visit_count else 0 end as order_count,
        case when visit_kind = 'customer' then visit_count else 0 end as customer_count
    from visit_counts

),

totals as (

    select
        period_days.period_kind,
        period_days.period_start_date,
        measured.currency,
        sum(measured.revenue) as revenue,
        sum(measured.units) as units,
        sum(measured.line_count) as line_count,
        sum(measured.order_count) as order_count,
        sum(measured.customer_count) as customer_count
    from measured
    inner join period_days on measured.sale_date_key = period_days.date_key
    where
        measured.previous_date_key is null
        or measured.previous_date_key < {{ date_key('period_days.period_start_date') }}
    group by period_days.period_kind, period_days.period_start_date, measured.currency

),

filled as (

    select
        periods.*,
        currencies.currency,
        coalesce(totals.revenue, 0) as revenue,
        coalesce(totals.units, 0) as units,
        coalesce(totals.line_count, 0) as line_count,
        coalesce(totals.order_count, 0) as order_count,
        coalesce(totals.customer_count, 0) as customer_count,
        case
            when periods.period_kind in ('month', 'fiscal_period') then 12
            when periods.period_kind in ('quarter', 'fiscal_quarter') then 4
            else 1
        end as periods_a_year
    from periods
    cross join currencies
    left join totals
        on
            periods.period_kind = totals.period_kind
            and periods.period_start_date = totals.period_start_date
            and currencies.currency = totals.currency

),

compared as (

    select
        *,
        lag(revenue) over by_time as previous_period_revenue,
        lag(is_start_missing) over by_time as is_previous_start_missing,
        lag(revenue, periods_a_year) over by_time as same_period_last_year_revenue,
        lag(is_start_missing, periods_a_year) over by_time as is_last_year_start_missing
    from filled
    window by_time as (partition by period_kind, currency order by period_start_date)

),

final as (

    select
        period_kind,
        period_start_date,
        period_end_date,
        period_label,
        currency,
        is_period_complete,
        is_start_missing,
        {{ total('revenue') }} as revenue,
        {{ total('units') }} as units,
        cast(line_count as integer) as line_count,
        cast(order_count as integer) as order_count,
        cast(customer_count as integer) as customer_count,
        {{ total('previous_period_revenue') }} as previous_period_revenue,
        -- A part of a period is not compared with a whole one, whichever of the two it is.
        case
            when
                is_period_complete
                and not is_previous_start_missing
                and previous_period_revenue > 0
                then {{ divide(
                    '100 * (revenue - previous_period_revenue)', 'previous_period_revenue', 4
                ) }}
        end as revenue_change_pct,
        {{ total('same_period_last_year_revenue') }} as same_period_last_year_revenue,
        case
            when
                is_period_complete
                and not is_last_year_start_missing
                and same_period_last_year_revenue > 0
                then {{ divide(
                    '100 * (revenue - same_period_last_year_revenue)',
                    'same_period_last_year_revenue', 4
                ) }}
        end as revenue_change_on_last_year_pct
    from compared

)

select * from final
