-- Every pair of a recency and a value score is in exactly one rectangle of the seed.
with

scores as (

    {% for score in range(1, 6) -%}
    select {{ score }} as score
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

cells as (

    select
        recency.score as recency_score,
        frequency_and_monetary.score as value_score
    from scores as recency
    cross join scores as frequency_and_monetary

),

counted as (

    select
        cells.recency_score,
        cells.value_score,
        count(rfm_segments.rfm_segment) as segment_count
    from cells
    left join {{ ref('rfm_segments') }} as rfm_segments
        on
            cells.recency_score >= rfm_segments.lowest_recency_score
            and cells.recency_score <= rfm_segments.highest_recency_score
            and cells.value_score >= rfm_segments.lowest_value_score
            and cells.value_score <= rfm_segments.highest_value_score
    group by cells.recency_score, cells.value_score

)

select * from counted
where segment_count <> 1
