{#- Grain: one row per week and currency, from the first week with sales to the last, weeks without
    sales included. Additive over weeks: amounts, units, line_count, new_customer_count; not:
    order_count and customer_count (the same one may come back), averages, changes.

    Made for many lines on PostgreSQL: the fact is read several times (`not materialized`), which is
    cheaper than to write its lines down once and read that. -#}
with

sales as not materialized (

    {{ lines_of_weeks() }}

),

-- Those that some delivery is waited for.
open_weeks as (

    select distinct week_start_date from {{ ref('dq_delivery') }}
    where is_waited_for

),

sold as (

    select
        min(sale_date) as first_sale_date,
        max(sale_date) as last_sale_date
    from sales

),

spans as (

    select distinct
        dim_date.week_start_date as span_start_date,
        dim_date.iso_week,
        {{ last_trading_day('dim_date.week_start_date') }} <= sold.last_sale_date
        and open_weeks.week_start_date is null as is_week_complete
    from {{ ref('dim_date') }} as dim_date
    inner join sold
        on
            dim_date.week_start_date >= {{ week_start('sold.first_sale_date') }}
            and dim_date.week_start_date <= {{ week_start('sold.last_sale_date') }}
    left join open_weeks on dim_date.week_start_date = open_weeks.week_start_date

),

{{ summary_figures(currencies='select distinct currency from totals') }},

with_weeks_before as (

    select
        *,
        -- The same week of the year before has the same name but for the year.
        cast(cast(substr(iso_week, 1, 4) as integer) - 1 as text) || substr(iso_week, 5)
            as iso_week_last_year,
        lag(revenue) over (partition by currency order by span_start_date)
            as previous_week_revenue,
        count(*) over four_weeks as weeks_before,
        sum(revenue) over four_weeks as four_weeks_revenue
    from filled
    window
        four_weeks as (
            partition by currency order by span_start_date
            rows between 4 preceding and 1 preceding
        )

),

compared as (

    select
        with_weeks_before.*,
        case when with_weeks_before.weeks_before = 4 then with_weeks_before.four_weeks_revenue end
            as previous_four_weeks_revenue,
        last_year.revenue as same_week_last_year_revenue
    from with_weeks_before
    left join filled as last_year
        on
            with_weeks_before.iso_week_last_year = last_year.iso_week
            and with_weeks_before.currency = last_year.currency

),

final as (

    select
        span_start_date as week_start_date,
        iso_week,
        currency,
        is_week_complete,
        {{ summary_columns() }},
        {{ total('previous_week_revenue') }} as previous_week_revenue,
        -- An unfinished week has no percentage; nor has a change from nothing or less.
        {{ change_pct('revenue', 'previous_week_revenue', 'is_week_complete') }}
            as revenue_change_pct,
        {{ divide('previous_four_weeks_revenue', '4', 4) }} as previous_four_weeks_mean_revenue,
        {{ change_pct('4 * revenue', 'previous_four_weeks_revenue', 'is_week_complete') }}
            as revenue_change_on_four_weeks_pct,
        {{ total('same_week_last_year_revenue') }} as same_week_last_year_revenue,
        {{ change_pct('revenue', 'same_week_last_year_revenue', 'is_week_complete') }}
            as revenue_change_on_last_year_pct
    from compared

)

select * from final
