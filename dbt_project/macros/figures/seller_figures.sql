{#- CTEs from `sales` (lines with span_start_date) and `spans` (with span_end_date and
    previous_start_date, whose lines are in `sales`, too) to `figures`: one row per span, currency and
    seller who sold something in it.

    A month's target is spread evenly over its days. What falls into a span is the target up to its
    last day less that up to the day before it, each rounded, so that a month's spans add up to the
    month's target.

    has_targets: whether the sales can be held against targets, which are for all that a seller
    sells. -#}
{% macro seller_figures(has_targets='true') -%}
{{ totals_of('seller_key') }},

ranked as (

    select
        *,
        rank() over (partition by span_start_date, currency order by revenue desc)
            as seller_rank,
        sum(revenue) over (partition by span_start_date, currency) as span_revenue
    from totals

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
    where member_kind = 'seller' and {{ has_targets }}
    group by month_start_date, seller_key, currency

),

months as (

    select distinct
        month_start_date,
        {{ days_in_month('month_start_date') }} as day_count
    from targets

),

months_of_spans as (

    select
        spans.span_start_date,
        months.month_start_date,
        months.day_count,
        greatest(spans.span_start_date - months.month_start_date, 0) as days_before,
        least(spans.span_end_date - months.month_start_date + 1, months.day_count)
            as days_reached
    from spans
    inner join months
        on
            months.month_start_date <= spans.span_end_date
            and months.month_start_date + months.day_count > spans.span_start_date

),

span_targets as (

    select
        months_of_spans.span_start_date,
        targets.seller_key,
        targets.currency,
        sum(
            {{ divide(
                total('targets.target_amount') ~ ' * months_of_spans.days_reached',
                'months_of_spans.day_count', 4
            ) }}
            - {{ divide(
                total('targets.target_amount') ~ ' * months_of_spans.days_before',
                'months_of_spans.day_count', 4
            ) }}
        ) as target_amount
    from targets
    inner join months_of_spans on targets.month_start_date = months_of_spans.month_start_date
    group by months_of_spans.span_start_date, targets.seller_key, targets.currency

),

figures as (

    select
        ranked.span_start_date,
        ranked.currency,
        cast(ranked.seller_rank as integer) as seller_rank,
        cast(previous.seller_rank as integer) as previous_rank,
        cast(previous.seller_rank - ranked.seller_rank as integer) as rank_change,
        ranked.seller_key,
        dim_seller.seller_name,
        dim_seller.team,
        {{ total('ranked.revenue') }} as revenue,
        {{ divide('ranked.revenue', 'ranked.span_revenue', 6) }} as revenue_share,
        {{ total('ranked.units') }} as units,
        cast(ranked.line_count as integer) as line_count,
        cast(ranked.order_count as integer) as order_count,
        {{ total('span_targets.target_amount') }} as target_amount,
        case
            when span_targets.target_amount > 0
                then {{ divide('ranked.revenue', 'span_targets.target_amount', 6) }}
        end as target_attainment_share
    from spans
    inner join ranked on spans.span_start_date = ranked.span_start_date
    inner join {{ ref('dim_seller') }} as dim_seller
        on ranked.seller_key = dim_seller.seller_key
    left join ranked as previous
        on
            spans.previous_start_date = previous.span_start_date
            and ranked.currency = previous.currency
            and ranked.seller_key = previous.seller_key
    left join span_targets
        on
            ranked.span_start_date = span_targets.span_start_date
            and ranked.seller_key = span_targets.seller_key
            and ranked.currency = span_targets.currency

)
{%- endmacro %}
