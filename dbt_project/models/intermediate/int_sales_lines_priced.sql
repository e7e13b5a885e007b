{#- Grain: one row per delivered sales line that this build computes, with its amounts.

    Revenue is net of discount, and rounded once, half away from zero, to 4 decimals. It is, in
    this order: the line's own total (`reported`), its price times its units less its discount
    (`computed`), or the product's list price times its units less its discount (`list_price`).
    A reported total is never changed; where it disagrees with price and units, it still counts. -#}

with

lines as (

    select * from {{ ref('int_sales_lines_completed') }}

),

based as (

    select
        *,
        case
            when line_total is not null then 'reported'
            when line_total_text is not null then null  -- a total is there and cannot be read
            when unit_price is not null then 'computed'
            when unit_price_text is not null then null
            when list_price is not null then 'list_price'
        end as revenue_basis,
        coalesce(unit_price, list_price) as effective_price
    from lines

),

-- Exact, within the 38 digits that both engines keep: no rounding before the last step.
exact as (

    select
        *,
        discount_amount as delivered_discount_amount,
        {{ exact_amount('effective_price', 'units') }} as exact_gross,
        case when discount_rate between 0 and 1 then discount_rate else 0 end as known_rate
    from based

),

computed as (

    select
        *,
        case
            when discount_amount is not null
                then {{ money('exact_gross - discount_amount') }}
            else {{ money(exact_product('exact_gross', '(1 - known_rate)')) }}
        end as computed_total
    from exact

),

priced as (

    select
        *,
        case
            when revenue_basis = 'reported' then {{ money('line_total') }}
            when revenue_basis is not null then computed_total
        end as revenue
    from computed

),

discounted as (

    select
        *,
        case
            when revenue_basis = 'reported' and discount_amount is not null
                then {{ money('discount_amount') }}
            when revenue_basis = 'reported'
                then coalesce({{ money(exact_product('exact_gross', 'known_rate')) }}, 0)
            else {{ money('exact_gross') }} - revenue
        end as discount
    from priced

),

costed as (

    select
        *,
        case
            when line_cost is not null then {{ money('line_cost') }}
            when unit_cost is not null then {{ money(exact_amount('unit_cost', 'units')) }}
            when line_profit is not null then revenue - {{ money('line_profit') }}
            when standard_cost is not null then {{ money(exact_amount('standard_cost', 'units')) }}
        end as cost,
        coalesce(line_cost, unit_cost, line_profit) is null and standard_cost is not null
            as is_cost_estimated
    from discounted

),

final as (

    select
        order_id,
        product_natural_key,
        product_name,
        category,
        customer_key,
        customer_natural_key,
        customer_id,
        customer_name,
        seller_natural_key,
        seller_id,
        seller_name,
        shipping_company_natural_key,
        shipping_company_id,
        shipping_company_name,
        store_natural_key,
        store_id,
        store_name,
        city,
        region,
        country,
        place_region,
        place_country,
        product_id,
        currency,
        line_number,
        units,
        case when revenue_basis = 'list_price' then list_price else unit_price end as unit_price,
        discount_rate,
        unit_cost,
        line_cost,
        line_profit,
        revenue_basis,
        cast(revenue + discount as decimal(18, 4)) as gross_amount,
        cast(discount as decimal(18, 4)) as discount_amount,
        cast(revenue as decimal(18, 4)) as revenue,
        {{ money('line_total') }} as reported_total,
        case when unit_price is not null then computed_total end as computed_total,
        cast(cost as decimal(18, 4)) as cost,
        cast(revenue - cost as decimal(18, 4)) as profit,
        delivered_discount_amount,
        delivered_discount_amount is not null as has_discount_amount,
        is_cost_estimated,
        has_order_header,
        is_ragged,
        is_customer_expected,
        is_seller_expected,
        is_shipping_company_expected,
        is_customer_unlisted,
        is_product_unlisted,
        accepted_rules,
        period_start_date,
        period_end_date,
        sold_at,
        sold_at_text,
        line_number_text,
        units_text,
        unit_price_text,
        discount_amount_text,
        discount_rate_text,
        line_total_text,
        coalesce(
            case when unit_cost is null then unit_cost_text end,
            case when line_cost is null then line_cost_text end,
            case when line_profit is null then line_profit_text end
        ) as unreadable_cost_text,
        identity_columns,
        layout,
        return_orders_pattern,
        source_file,
        source_sheet,
        source_row_number,
        file_part_number,
        file_version_id,
        loaded_at
    from costed

)

select * from final
