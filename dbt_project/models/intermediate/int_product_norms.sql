{#- Grain: one row per product, currency and measure (unit_price, units) with enough lines (var
    outlier_minimum_lines) to tell what is usual: the median, and how far lines are from it.

    Lines are counted by value first, so that what is sorted are a product's different prices and
    quantities, and not its lines. A median is the lower one: the first value that half of the lines
    do not exceed. -#}

with

lines as (

    select
        product_natural_key,
        currency,
        unit_price,
        units
    from {{ ref('int_sales_lines') }}
    where line_status = 'accepted' and not is_return

),

counted as (

    {% for measure in ['unit_price', 'units'] %}
    select
        product_natural_key,
        currency,
        '{{ measure }}' as measure,
        cast({{ measure }} as decimal(20, 6)) as measured_value,
        cast(count(*) as integer) as line_count
    from lines
    where {{ measure }} > 0
    group by product_natural_key, currency, {{ measure }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

cumulated as (

    select
        *,
        sum(line_count) over (
            partition by product_natural_key, currency, measure order by measured_value
        ) as lines_so_far,
        sum(line_count) over (partition by product_natural_key, currency, measure) as lines_in_all
    from counted

),

medians as (

    select
        product_natural_key,
        currency,
        measure,
        lines_in_all as line_count,
        cast(min(measured_value) as decimal(20, 6)) as median_value
    from cumulated
    where
        2 * lines_so_far >= lines_in_all
        and lines_in_all >= {{ var('outlier_minimum_lines') }}
    group by product_natural_key, currency, measure, lines_in_all

),

distances as (

    select
        counted.product_natural_key,
        counted.currency,
        counted.measure,
        counted.line_count,
        medians.median_value,
        medians.line_count as lines_in_all,
        abs(counted.measured_value - medians.median_value) as distance
    from counted
    inner join medians
        on
            counted.product_natural_key = medians.product_natural_key
            and counted.currency = medians.currency
            and counted.measure = medians.measure

),

cumulated_distances as (

    select
        *,
        sum(line_count) over (
            partition by product_natural_key, currency, measure order by distance
        ) as lines_so_far
    from distances

),

spreads as (

    select
        product_natural_key,
        currency,
        measure,
        median_value,
        cast(lines_in_all as bigint) as line_count,
        min(case when 2 * lines_so_far >= lines_in_all then distance end) as median_distance,
        {{ total('sum(distance * line_count)') }} as total_distance
    from cumulated_distances
    group by product_natural_key, currency, measure, median_value, lines_in_all

),

final as (

    select
        product_natural_key,
        currency,
        measure,
        line_count,
        median_value,
        {{ robust_deviation('median_distance', 'total_distance', 'line_count') }} as deviation
    from spreads

)

select * from final
