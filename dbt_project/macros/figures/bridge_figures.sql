{#- CTEs from `product_spans` (a row per span, currency and product, with revenue and units) to `measured`:
    one row per span and currency, with the effects by which its revenue came of that of the span before.

    - price: what the products sold in both brought in, less what as many units would have at their
      prices of before;
    - volume: how many units more (or fewer) of them, at their average price of before;
    - mix: the rest, which comes of selling more of the dearer or of the cheaper ones.

    Products without units above zero (only returns, say) in a span in which they have lines have no
    price in it: they are apart. Each product's span is added up once, and counts as the span itself
    and as the one before the next.

    following: where the span after one begins, in SQL.
    is_followed: whether that is a span that is asked for. -#}
{% macro bridge_figures(following, is_followed='true') -%}
in_both_roles as (

    select
        product_key,
        currency,
        span_start_date,
        revenue,
        units,
        1 as is_sold,
        0 as previous_revenue,
        0 as previous_units,
        0 as was_sold
    from product_spans
    union all
    select
        product_key,
        currency,
        {{ following }} as span_start_date,
        0 as revenue,
        0 as units,
        0 as is_sold,
        revenue as previous_revenue,
        units as previous_units,
        1 as was_sold
    from product_spans
    where {{ is_followed }}

),

compared as (

    select
        product_key,
        currency,
        span_start_date,
        {{ total('sum(revenue)') }} as revenue,
        {{ total('sum(units)') }} as units,
        max(is_sold) = 1 as is_sold,
        {{ total('sum(previous_revenue)') }} as previous_revenue,
        {{ total('sum(previous_units)') }} as previous_units,
        max(was_sold) = 1 as was_sold
    from in_both_roles
    group by product_key, currency, span_start_date

),

-- Rounded at the eighth decimal, so that a span's sum is right at the fourth.
priced as (

    select
        *,
        case
            when units > 0 and previous_units > 0
                then {{ divide_product('previous_revenue', 'units', 'previous_units', 8) }}
        end as revenue_at_previous_price
    from compared

),

judged as (

    select
        *,
        case
            when is_sold and was_sold and revenue_at_previous_price is not null then 'continuing'
            when is_sold and not was_sold and units > 0 then 'new'
            when was_sold and not is_sold and previous_units > 0 then 'lost'
            else 'other'
        end as product_status
    from priced

),

totals as (

    select
        currency,
        span_start_date,
        {% for column in [
            'revenue', 'units', 'previous_revenue', 'previous_units', 'revenue_at_previous_price',
        ] -%}
        sum(case when product_status = 'continuing' then {{ column }} else 0 end)
            as continuing_{{ column }},
        {% endfor -%}
        sum(case when product_status = 'new' then revenue else 0 end) as new_effect,
        sum(case when product_status = 'lost' then -previous_revenue else 0 end) as lost_effect,
        sum(case when product_status = 'other' then revenue - previous_revenue else 0 end)
            as other_effect
    from judged
    group by currency, span_start_date

),

measured as (

    select
        currency,
        span_start_date,
        new_effect,
        lost_effect,
        other_effect,
        continuing_revenue - continuing_previous_revenue as continuing_effect,
        {{ total('continuing_revenue - continuing_revenue_at_previous_price') }} as price_effect,
        {{ total('coalesce(' ~ divide_product(
            'continuing_previous_revenue', 'continuing_units - continuing_previous_units',
            'continuing_previous_units', 4
        ) ~ ', 0)') }} as volume_effect
    from totals

)
{%- endmacro %}

{#- The effects of `measured`, by the alias given, as reports have them. -#}
{% macro bridge_columns(measured) -%}
        {{ total('coalesce(' ~ measured ~ '.volume_effect, 0)') }} as volume_effect,
        {{ total(
            'coalesce(' ~ measured ~ '.continuing_effect - ' ~ measured ~ '.volume_effect'
            ~ ' - ' ~ measured ~ '.price_effect, 0)'
        ) }} as mix_effect,
        {{ total('coalesce(' ~ measured ~ '.price_effect, 0)') }} as price_effect,
        {{ total('coalesce(' ~ measured ~ '.new_effect, 0)') }} as new_product_effect,
        {{ total('coalesce(' ~ measured ~ '.lost_effect, 0)') }} as lost_product_effect,
        {{ total('coalesce(' ~ measured ~ '.other_effect, 0)') }} as other_effect
{%- endmacro %}
