{#- Grain: one row per week, currency and seller who sold something in it; lines without a seller
    are under Unknown. Additive over weeks and sellers: revenue, units, line_count, target_amount
    (of those who are listed).

    A month's target is spread evenly over its days. What falls into a week is the target up to its
    last day less that up to the day before it, each rounded, so that a month's weeks add up to the
    month's target. -#}

with

orders as (

    select
        dim_date.week_start_date,
        fact_sales_line.currency,
        fact_sales_line.seller_key,
        fact_sales_line.order_id,
        sum(fact_sales_line.revenue) as revenue,
        sum(fact_sales_line.units) as units,
        count(*) as line_count
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key
    group by
        dim_date.week_start_date,
        fact_sales_line.currency,
        fact_sales_line.seller_key,
        fact_sales_line.order_id

),

totals as (

    select
        week_start_date,
        currency,
        seller_key,
        sum(revenue) as revenue,
        sum(units) as units,
        sum(line_count) as line_count,
        count(order_id) as order_count
    from orders
    group by week_start_date, currency, seller_key

),

ranked as (

    select
        *,
        rank() over (partition by week_start_date, currency order by revenue desc)
            as seller_rank,
        sum(revenue) over (partition by week_start_date, currency) as week_revenue
    from totals

),

with_last_week as (

    select
        *,
        case
            when
                lag(week_start_date) over (
                    partition by currency, seller_key order by week_start_date
                ) = week_start_date - 7
                then lag(seller_rank) over (
                    partition by currency, seller_key order by week_start_date
                )
        end as previous_rank
    from ranked

),

-- Whoever has a target of their own and others for single stores is held to their own.
targets as (

    select
        month_start_date,
        seller_key,
        currency,
        coalesce(
            sum(case when store_key is null then target_amount end), sum(target_amount)
        ) as target_amount
    from {{ ref('rpt_target_attainment') }}
    where member_kind = 'seller'
    group by month_start_date, seller_key, currency

),

months_of_weeks as (

    select
        week_start_date,
        month_start_date,
        min(day_of_month) - 1 as days_before,
        max(day_of_month) as days_reached,
        {{ days_in_month('month_start_date') }} as day_count
    from {{ ref('dim_date') }}
    where full_date is not null
    group by week_start_date, month_start_date

),

weekly_targets as (

    select
        months_of_weeks.week_start_date,
        targets.seller_key,
        targets.currency,
        sum(
            {{ divide(
                total('targets.target_amount') ~ ' * months_of_weeks.days_reached',
                'months_of_weeks.day_count', 4
            ) }}
            - {{ divide(
                total('targets.target_amount') ~ ' * months_of_weeks.days_before',
                'months_of_weeks.day_count', 4
            ) }}
        ) as target_amount
    from targets
    inner join months_of_weeks on targets.month_start_date = months_of_weeks.month_start_date
    group by months_of_weeks.week_start_date, targets.seller_key, targets.currency

),

final as (

    select
        ranked.week_start_date,
        weeks.iso_week,
        ranked.currency,
        weeks.is_week_complete,
        cast(ranked.seller_rank as integer) as seller_rank,
        cast(ranked.previous_rank as integer) as previous_rank,
        cast(ranked.previous_rank - ranked.seller_rank as integer) as rank_change,
        ranked.seller_key,
        dim_seller.seller_name,
        dim_seller.team,
        {{ total('ranked.revenue') }} as revenue,
        {{ divide('ranked.revenue', 'ranked.week_revenue', 6) }} as revenue_share,
        {{ total('ranked.units') }} as units,
        cast(ranked.line_count as integer) as line_count,
        cast(ranked.order_count as integer) as order_count,
        {{ total('weekly_targets.target_amount') }} as target_amount,
        case
            when weekly_targets.target_amount > 0
                then {{ divide('ranked.revenue', 'weekly_targets.target_amount', 6) }}
        end as target_attainment_share
    from with_last_week as ranked
    inner join {{ ref('rpt_weekly_summary') }} as weeks
        on
            ranked.week_start_date = weeks.week_start_date
            and ranked.currency = weeks.currency
    inner join {{ ref('dim_seller') }} as dim_seller
        on ranked.seller_key = dim_seller.seller_key
    left join weekly_targets
        on
            ranked.week_start_date = weekly_targets.week_start_date
            and ranked.seller_key = weekly_targets.seller_key
            and ranked.currency = weekly_targets.currency

)

select * from final
