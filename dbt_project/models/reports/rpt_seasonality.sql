{#- Grain: one row per month of the year, or day of the week, and currency. Additive over the
    seasons of one season_kind: period_count, revenue; not: means and indices.

    A currency's first day with sales begins its days, the last day with sales of all ends them; days
    without sales count, with nothing. Of months, only whole ones do: those whose first trading day
    is not before these days, and whose last is not after them. -#}
{%- set seasons = {
    'month': {
        'number': 'month_of_year', 'name': 'month_name', 'from': 'months',
        'minimum': 'seasonality_minimum_years',
    },
    'weekday': {
        'number': 'day_of_week', 'name': 'weekday_name', 'from': 'days',
        'minimum': 'seasonality_minimum_weeks',
    },
} -%}

with

sales as (

    select
        sale_date_key,
        currency,
        sum(revenue) as revenue
    from {{ ref('fact_sales_line') }}
    group by sale_date_key, currency

),

dated as (

    select
        sales.*,
        dim_date.full_date
    from sales
    inner join {{ ref('dim_date') }} as dim_date on sales.sale_date_key = dim_date.date_key

),

spans as (

    select
        currency,
        min(full_date) as first_sale_date,
        max(max(full_date)) over () as last_sale_date
    from dated
    group by currency

),

days as (

    select
        spans.currency,
        dim_date.month_start_date,
        dim_date.month_of_year,
        dim_date.month_name,
        dim_date.day_of_week,
        dim_date.weekday_name,
        coalesce(sales.revenue, 0) as revenue
    from spans
    inner join {{ ref('dim_date') }} as dim_date
        on
            spans.first_sale_date <= dim_date.full_date
            and spans.last_sale_date >= dim_date.full_date
    left join sales
        on
            dim_date.date_key = sales.sale_date_key
            and spans.currency = sales.currency

),

trading_months as (

    select
        month_start_date,
        min(
            case
                when
                    {{ last_trading_day_until('full_date') }} = full_date
                    and is_holiday is not true
                    then full_date
            end
        ) as first_trading_date,
        {{ last_trading_day_until(
            "month_start_date + " ~ days_in_month('month_start_date') ~ " - 1"
        ) }} as last_trading_date
    from {{ ref('dim_date') }}
    where full_date is not null
    group by month_start_date

),

months as (

    select
        days.currency,
        days.month_of_year,
        days.month_name,
        sum(days.revenue) as revenue
    from days
    inner join spans on days.currency = spans.currency
    inner join trading_months on days.month_start_date = trading_months.month_start_date
    where
        trading_months.first_trading_date >= spans.first_sale_date
        and trading_months.last_trading_date <= spans.last_sale_date
    group by days.currency, days.month_start_date, days.month_of_year, days.month_name

),

totals as (

    {% for season_kind, season in seasons.items() %}
    select
        '{{ season_kind }}' as season_kind,
        {{ season.number }} as season_number,
        {{ season.name }} as season_name,
        currency,
        count(*) as period_count,
        count(*) >= {{ var(season.minimum) }} as is_reliable,
        sum(revenue) as revenue
    from {{ season.from }}
    group by currency, {{ season.number }}, {{ season.name }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

compared as (

    select
        *,
        cast(sum(period_count) over (partition by season_kind, currency) as integer)
            as all_period_count,
        sum(revenue) over (partition by season_kind, currency) as all_revenue
    from totals

),

final as (

    select
        season_kind,
        cast(season_number as integer) as season_number,
        season_name,
        currency,
        cast(period_count as integer) as period_count,
        {{ total('revenue') }} as revenue,
        {{ divide('revenue', 'period_count', 4) }} as mean_revenue,
        case
            when all_revenue > 0
                then {{ divide(
                    '100 * revenue * all_period_count', 'period_count * all_revenue', 4
                ) }}
        end as seasonal_index,
        is_reliable
    from compared

)

select * from final
