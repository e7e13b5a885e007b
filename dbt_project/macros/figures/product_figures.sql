{#- CTEs from `sales` (lines with span_start_date) to `figures`: one row per span, currency and
    product among the best of the span by revenue; of equals at the end of the list, the lower product
    key is in it. -#}
{% macro product_figures(product_count) -%}
totals as (

    select
        span_start_date,
        currency,
        product_key,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count
    from sales
    group by span_start_date, currency, product_key

),

ranked as (

    select
        *,
        row_number() over (
            partition by span_start_date, currency order by revenue desc, product_key asc
        ) as product_rank,
        sum(revenue) over (partition by span_start_date, currency) as span_revenue
    from totals

),

figures as (

    select
        ranked.span_start_date,
        ranked.currency,
        cast(ranked.product_rank as integer) as product_rank,
        ranked.product_key,
        dim_product.product_id,
        dim_product.product_name,
        dim_product.category,
        {{ total('ranked.revenue') }} as revenue,
        {{ divide('ranked.revenue', 'ranked.span_revenue', 6) }} as revenue_share,
        {{ total('ranked.units') }} as units,
        cast(ranked.line_count as integer) as line_count
    from ranked
    inner join {{ ref('dim_product') }} as dim_product
        on ranked.product_key = dim_product.product_key
    where ranked.product_rank <= {{ product_count }}

)
{%- endmacro %}
