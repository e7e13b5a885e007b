{#- Grain: one row per week, currency and product among the best of the week by revenue (var
    top_products_count); of equals at the end of the list, the lower product key is in it.
    Additive over weeks: revenue, units, line_count. -#}
with

sales as not materialized (

    {{ lines_of_weeks() }}

),

{{ product_figures(var('top_products_count')) }},

final as (

    select
        figures.span_start_date as week_start_date,
        weeks.iso_week,
        figures.currency,
        weeks.is_week_complete,
        figures.product_rank,
        figures.product_key,
        figures.product_id,
        figures.product_name,
        figures.category,
        figures.revenue,
        figures.revenue_share,
        figures.units,
        figures.line_count
    from figures
    inner join {{ ref('rpt_weekly_summary') }} as weeks
        on
            figures.span_start_date = weeks.week_start_date
            and figures.currency = weeks.currency

)

select * from final
