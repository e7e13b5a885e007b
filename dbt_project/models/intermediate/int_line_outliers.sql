{#- Grain: one row per accepted sales line and measure (unit_price, units) that is far from what its
    product mostly has: in deviations (vars outlier_price_score and outlier_units_score), and by a
    factor (var outlier_minimum_factor) as well, since a price that never changes makes any other
    one a great deviation; and only if few of its lines are (var outlier_maximum_share), since a
    product may have two prices. Returns are left out. -#}

with

lines as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        product_natural_key,
        currency,
        unit_price,
        units
    from {{ ref('int_sales_lines') }}
    where line_status = 'accepted' and not is_return

),

norms as (

    select
        *,
        cast(
            case measure
                when 'unit_price' then {{ var('outlier_price_score') }}
                else {{ var('outlier_units_score') }}
            end as decimal(8, 4)
        ) * deviation as allowed_distance,
        cast({{ var('outlier_minimum_factor') }} as decimal(8, 4)) as minimum_factor
    from {{ ref('int_product_norms') }}

),

measured as (

    select
        lines.file_version_id,
        lines.file_part_number,
        lines.source_row_number,
        lines.product_natural_key,
        lines.currency,
        norms.measure,
        norms.line_count,
        norms.median_value,
        norms.deviation,
        norms.allowed_distance,
        norms.minimum_factor,
        cast(
            case norms.measure when 'unit_price' then lines.unit_price else lines.units end
            as decimal(20, 6)
        ) as measured_value
    from lines
    inner join norms
        on
            lines.product_natural_key = norms.product_natural_key
            and lines.currency = norms.currency

),

far as (

    select
        *,
        count(*) over (partition by product_natural_key, currency, measure) as far_line_count
    from measured
    where
        measured_value > 0
        and abs(measured_value - median_value) > allowed_distance
        and (
            measured_value >= median_value * minimum_factor
            or measured_value * minimum_factor <= median_value
        )

),

final as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        measure,
        measured_value as value,
        median_value,
        {{ robust_score('measured_value', 'median_value', 'deviation') }} as score
    from far
    where far_line_count <= {{ var('outlier_maximum_share') }} * line_count

)

select * from final
