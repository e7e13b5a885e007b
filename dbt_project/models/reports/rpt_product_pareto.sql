{#- Grain: one row per product and currency in which it was ever sold, in order of revenue; of
    equals, the lower product key comes first. Additive over products: revenue, revenue_share.

    Shares are of the revenue of the products that have some: returns of one product do not make
    the others larger. "The best 20 % of the products make x % of the revenue" is the last row with
    is_in_top_share: its product_share and its cumulative_revenue_share. -#}
{%- set class_a = 'cast(' ~ var('pareto_class_a_share') ~ ' as decimal(8, 6))' -%}
{%- set class_b = 'cast(' ~ var('pareto_class_b_share') ~ ' as decimal(8, 6))' -%}
{%- set top_share = 'cast(' ~ var('pareto_top_share') ~ ' as decimal(8, 6))' -%}

with

products as (

    select
        *,
        case when revenue > 0 then revenue else 0 end as positive_revenue
    from {{ ref('rpt_product_performance') }}

),

ranked as (

    select
        *,
        row_number() over (in_order) as product_rank,
        sum(positive_revenue) over (
            in_order rows between unbounded preceding and current row
        ) as cumulative_revenue,
        count(*) over (partition by currency) as product_count,
        sum(positive_revenue) over (partition by currency) as currency_revenue
    from products
    window in_order as (partition by currency order by revenue desc, product_key asc)

),

final as (

    select
        currency,
        cast(product_rank as bigint) as product_rank,
        product_key,
        product_id,
        product_name,
        category,
        revenue,
        {{ divide('positive_revenue', 'currency_revenue', 6) }} as revenue_share,
        {{ total('cumulative_revenue') }} as cumulative_revenue,
        {{ divide('cumulative_revenue', 'currency_revenue', 6) }} as cumulative_revenue_share,
        {{ divide('product_rank', 'product_count', 6) }} as product_share,
        -- The product with which the limit is reached belongs to the class.
        case
            when revenue <= 0 then 'C'
            when cumulative_revenue - revenue < {{ class_a }} * {{ total('currency_revenue') }}
                then 'A'
            when cumulative_revenue - revenue < {{ class_b }} * {{ total('currency_revenue') }}
                then 'B'
            else 'C'
        end as abc_class,
        product_rank - 1 < {{ top_share }} * product_count as is_in_top_share
    from ranked

)

select * from final
