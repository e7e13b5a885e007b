{#- Grain: one row per week and currency, but for the first week with sales, which none precedes.
    Additive over weeks, within one currency: the effects.

    previous_week_revenue + volume + mix + price + new products + lost products + other = revenue,
    to the last decimal; see the macro bridge_figures for what each effect is. -#}

with

product_spans as (

    select
        lines.product_key,
        lines.currency,
        dim_date.week_start_date as span_start_date,
        sum(lines.revenue) as revenue,
        sum(coalesce(lines.units, 0)) as units
    from {{ ref('fact_sales_line') }} as lines
    inner join {{ ref('dim_date') }} as dim_date on lines.sale_date_key = dim_date.date_key
    group by lines.product_key, lines.currency, dim_date.week_start_date

),

{{ bridge_figures('span_start_date + 7') }},

final as (

    select
        weeks.week_start_date,
        weeks.iso_week,
        weeks.currency,
        weeks.is_week_complete,
        weeks.week_start_date - 7 as previous_week_start_date,
        weeks.previous_week_revenue,
        {{ bridge_columns('measured') }},
        weeks.revenue
    from {{ ref('rpt_weekly_summary') }} as weeks
    left join measured
        on
            weeks.week_start_date = measured.span_start_date
            and weeks.currency = measured.currency
    where weeks.previous_week_revenue is not null

)

select * from final
