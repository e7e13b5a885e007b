{#- Grain: one row per delivered sales line that this build computes, with its amounts.

    Revenue is net of discount, and rounded once, half away from zero, to 4 decimals. It is, in
    this order: the line's own total, less a tax that it includes (`reported`), its price times its units less its discount
    (`computed`), or the product's list price times its units less its discount (`list_price`).
    A reported total is never changed; where it disagrees with price and units, it still counts.
    Units that are missing follow from total and price, where no discount is in between and they
    divide without a rest. -#}

with

lines as (

    select * from {{ ref('int_sales_lines_completed') }}

),

divided as (

    select
        *,
        case
            when
                units_text is null
                and discount_amount_text is null
                and discount_rate_text is null
                and included_tax_text is null
                -- So that nothing is too large to be multiplied again.
                and abs(line_total) < abs({{ exact_amount('delivered_unit_price', 1000000) }})
                -- Prices have 6 decimals, and what divides 4.
                then cast({{ divide(
                    'cast(line_total as decimal(28, 4)) * 100',
                    'cast(delivered_unit_price as decimal(28, 6)) * 100', 0
                ) }} as decimal(18, 4))
        end as quotient
    from lines

),

counted as (

    select
        *,
        cast(
            coalesce(
                delivered_units,
                case
                    when {{ exact_amount('delivered_unit_price', 'quotient') }} = line_total
                        then nullif(quotient, 0)
                end
            ) as decimal(18, 4)
        ) as units
    from divided

),

based as (

    select
        *,
        case
            when line_total is not null and (included_tax is not null or included_tax_text is null)
                then 'reported'
            when line_total_text is not null then null  -- a total is there and cannot be read
            when delivered_unit_price is not null then 'computed'
            when unit_price_text is not null then null
            when list_price is not null then 'list_price'
        end as revenue_basis,
        coalesce(delivered_unit_price, list_price) as effective_price
    from counted

),

-- Exact, within the 38 digits that both engines keep: no rounding before the last step.
exact as (

    select
        *,
        case when revenue_basis = 'list_price' then list_price else delivered_unit_price end
            as unit_price,
        {{ exact_amount('effective_price', 'units') }} as exact_gross,
        case when discount_rate between 0 and 1 then discount_rate else 0 end as known_rate,
        cast(
            case
                when revenue_basis = 'reported' then
                    {{ money('cast(line_total as decimal(28, 4)) - coalesce(included_tax, 0)') }}
            end as decimal(18, 4)
        ) as reported_total
    from based

),

netted as (

    select
        *,
        case
            when delivered_discount_amount is not null
                then {{ money('exact_gross - delivered_discount_amount') }}
            else {{ money(exact_product('exact_gross', '(1 - known_rate)')) }}
        end as net_price
    from exact

),

priced as (

    select
        *,
        case when delivered_unit_price is not null then net_price end as computed_total,
        cast(
            case
                when revenue_basis = 'reported' then reported_total
                when revenue_basis is not null then net_price
            end as decimal(18, 4)
        ) as revenue
    from netted

),

discounted as (

    select
        *,
        cast(
            case
                when revenue_basis = 'reported' and delivered_discount_amount is not null
                    then {{ money('delivered_discount_amount') }}
                when revenue_basis = 'reported'
                    then coalesce({{ money(exact_product('exact_gross', 'known_rate')) }}, 0)
                else {{ money('exact_gross') }} - revenue
            end as decimal(18, 4)
        ) as discount_amount
    from priced

),

costed as (

    select
        *,
        cast(revenue + discount_amount as decimal(18, 4)) as gross_amount,
        cast(
            case
                when line_cost is not null then {{ money('line_cost') }}
                when unit_cost is not null then {{ money(exact_amount('unit_cost', 'units')) }}
                when line_profit is not null then revenue - {{ money('line_profit') }}
                when standard_cost is not null
                    then {{ money(exact_amount('standard_cost', 'units')) }}
            end as decimal(18, 4)
        ) as cost,
        coalesce(line_cost, unit_cost, line_profit) is null and standard_cost is not null
            as is_cost_estimated,
        coalesce(
            case when unit_cost is null then unit_cost_text end,
            case when line_cost is null then line_cost_text end,
            case when line_profit is null then line_profit_text end
        ) as unreadable_cost_text
    from discounted

),

final as (

    select
        *,
        cast(revenue - cost as decimal(18, 4)) as profit
    from costed

)

select * from final
