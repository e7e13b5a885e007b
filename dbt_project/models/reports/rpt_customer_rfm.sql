{#- Grain: one row per customer and currency in which they made a purchase; customers of whom only
    returns are known have no recency, and are left out. Additive over customers: frequency,
    monetary.

    A score is the fifth of the customers that one is in: of n customers, those with less count
    whole and those with as much count half. So equals have equal scores, whatever their number, and
    one customer alone is in the middle. (`ntile` would part equals at random.) Segments are a grid
    of recency over the mean of frequency and monetary: seed rfm_segments. -#}
{%- set measures = ['recency', 'frequency', 'monetary'] -%}

with

customers as (

    select
        customer_durable_key,
        customer_id,
        customer_name,
        currency,
        days_since_last_purchase as recency_days,
        purchase_count as frequency,
        lifetime_revenue as monetary,
        -- The fewer days, the better.
        -days_since_last_purchase as recency
    from {{ ref('rpt_customer_value') }}
    where purchase_count > 0

),

placed as (

    select
        *,
        {% for measure in measures -%}
        2 * (rank() over (partition by currency order by {{ measure }}) - 1)
        + count(*) over (partition by currency, {{ measure }}) as doubled_{{ measure }}_place,
        {% endfor -%}
        2 * count(*) over (partition by currency) as doubled_count
    from customers

),

scored as (

    select
        *,
        {% for measure in measures -%}
        case
            when 5 * doubled_{{ measure }}_place >= 4 * doubled_count then 5
            when 5 * doubled_{{ measure }}_place >= 3 * doubled_count then 4
            when 5 * doubled_{{ measure }}_place >= 2 * doubled_count then 3
            when 5 * doubled_{{ measure }}_place >= doubled_count then 2
            else 1
        end as {{ measure }}_score,
        {% endfor -%}
        doubled_count
    from placed

),

averaged as (

    select
        *,
        {{ divide('frequency_score + monetary_score', '2', 0) }} as value_score
    from scored

),

final as (

    select
        averaged.customer_durable_key,
        averaged.customer_id,
        averaged.customer_name,
        averaged.currency,
        averaged.recency_days,
        averaged.frequency,
        averaged.monetary,
        averaged.recency_score,
        averaged.frequency_score,
        averaged.monetary_score,
        cast(averaged.recency_score as text)
        || cast(averaged.frequency_score as text)
        || cast(averaged.monetary_score as text) as rfm_score,
        rfm_segments.rfm_segment
    from averaged
    left join {{ ref('rfm_segments') }} as rfm_segments
        on
            averaged.recency_score >= rfm_segments.lowest_recency_score
            and averaged.recency_score <= rfm_segments.highest_recency_score
            and averaged.value_score >= rfm_segments.lowest_value_score
            and averaged.value_score <= rfm_segments.highest_value_score

)

select * from final
