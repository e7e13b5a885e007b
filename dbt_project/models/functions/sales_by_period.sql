{#- Grain: one row per day, week, month, quarter or year that has some of the days, and currency in
    which something was sold; of those that the days cut through, only these days count. -#}
{{ config(meta={'parameters': {'grain': 'text'}}) }}
{%- set year_start_date = "cast(date_trunc('year', full_date) as date)" -%}
{%- set month_end_date = dbt.dateadd('month', 1, 'month_start_date') -%}
{%- set quarter_end_date = dbt.dateadd('month', 3, 'quarter_start_date') -%}
{%- set year_end_date = dbt.dateadd('month', 12, year_start_date) -%}
{%- set kinds = {
    'day': ['full_date', 'full_date', 'cast(full_date as text)'],
    'month': ['month_start_date', 'cast(' ~ month_end_date ~ ' as date) - 1', 'calendar_month'],
    'quarter': [
        'quarter_start_date', 'cast(' ~ quarter_end_date ~ ' as date) - 1', 'calendar_quarter',
    ],
    'year': [
        year_start_date, 'cast(' ~ year_end_date ~ ' as date) - 1', 'cast(calendar_year as text)',
    ],
    'fiscal_period': ['fiscal_period_start_date', 'fiscal_period_end_date', 'fiscal_period_label'],
    'fiscal_quarter': [
        'fiscal_quarter_start_date', 'fiscal_quarter_end_date', 'fiscal_quarter_label',
    ],
    'fiscal_year': ['fiscal_year_start_date', 'fiscal_year_end_date', 'fiscal_year_label'],
} %}
with

days as (

    select
        date_key,
        full_date,
        cast(end_date as date) as asked_until,
        case grain
            {%- for kind, parts in kinds.items() %}
            when '{{ kind }}' then {{ parts[0] }}
            {%- endfor %}
            else week_start_date
        end as period_start_date,
        case grain
            {%- for kind, parts in kinds.items() %}
            when '{{ kind }}' then {{ parts[1] }}
            {%- endfor %}
            else week_start_date + 6
        end as period_end_date,
        case grain
            {%- for kind, parts in kinds.items() %}
            when '{{ kind }}' then {{ parts[2] }}
            {%- endfor %}
            else iso_week
        end as period_label
    from {{ ref('dim_date') }}
    where
        full_date between cast(start_date as date) and cast(end_date as date)
        and date_key >= (select min(sold.sale_date_key) from {{ ref('fact_sales_line') }} as sold)
        and date_key <= (select max(sold.sale_date_key) from {{ ref('fact_sales_line') }} as sold)

),

last_sale as (

    {{ last_sale() }}

),

spans as (

    select
        period_start_date as span_start_date,
        period_end_date,
        period_label,
        min(full_date) as first_day,
        max(full_date) as last_day,
        asked_until
    from days
    group by period_start_date, period_end_date, period_label, asked_until

),

sales as (

    {{ asked_lines(
        columns='line.*, days.full_date as sale_date, days.period_start_date as span_start_date',
        joins='inner join days on line.sale_date_key = days.date_key'
    ) }}

),

{{ summary_figures(
    currencies='select distinct currency from totals', first_purchases=ref('rpt_customer_value')
) }}

select
    filled.span_start_date as period_start_date,
    filled.period_label,
    filled.currency,
    filled.first_day = filled.span_start_date
    and filled.asked_until >= {{ last_trading_day_until('filled.period_end_date') }}
    and last_sale.last_sale_date >= {{ last_trading_day_until('filled.period_end_date') }}
        as is_complete,
    {{ summary_columns() }},
    filled.first_day,
    filled.last_day
from filled
cross join last_sale
