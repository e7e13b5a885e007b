{#- What later models complete or replace is called delivered_ here: on a line's way to
    int_sales_lines, no column changes its meaning (see lookups_of_sales_lines). -#}
with

delivered as (

    {{ delivered_rows('sales_lines', [
        'order_id', 'product_id', 'product_name', 'category', 'customer_id', 'customer_name',
        'seller_id', 'seller_name', 'store_id', 'store_name', 'city', 'region', 'country',
        'shipping_company_id', 'shipping_company_name', 'currency'
    ], [
        'sold_at', 'line_number', 'unit_price', 'price_units', 'units', 'discount_amount',
        'discount_rate', 'unit_discount', 'line_total', 'included_tax', 'included_tax_rate',
        'included_freight', 'unit_cost', 'line_cost', 'line_profit'
    ]) }}

),

typed as (

    select
        order_id,
        product_id,
        product_name as delivered_product_name,
        category,
        customer_id as delivered_customer_id,
        customer_name,
        seller_id as delivered_seller_id,
        seller_name as delivered_seller_name,
        store_id as delivered_store_id,
        store_name as delivered_store_name,
        city,
        region as delivered_region,
        country as delivered_country,
        shipping_company_id as delivered_shipping_company_id,
        shipping_company_name as delivered_shipping_company_name,
        {{ line_currency('currency', ['line_total', 'unit_price']) }} as delivered_currency,
        {{ try_timestamp('sold_at', 'date_order', 'time_zone') }} as delivered_sold_at,
        {{ try_integer('line_number') }} as line_number,
        {{ try_amount('units', 4) }} as delivered_units,
        {{ try_amount('unit_price', 6) }} as stated_unit_price,
        case
            when price_units is null then 1
            else nullif({{ try_amount('price_units', 4) }}, 0)
        end as price_units,
        {{ try_amount('discount_amount', 4) }} as stated_discount_amount,
        {{ try_amount('unit_discount', 6) }} as unit_discount,
        {{ try_rate('discount_rate', 'decimal_mark', power_of_ten('discount_rate')) }}
            as discount_rate,
        {{ try_amount('line_total', 4) }} as line_total,
        {{ try_amount('included_tax', 4) }} as stated_included_tax,
        {{ try_rate('included_tax_rate', 'decimal_mark', power_of_ten('included_tax_rate')) }}
            as stated_tax_rate,
        {{ try_amount('included_freight', 4) }} as included_freight,
        {{ try_amount('unit_cost', 6) }} as unit_cost,
        {{ try_amount('line_cost', 4) }} as line_cost,
        {{ try_amount('line_profit', 4) }} as line_profit,
        sold_at as sold_at_text,
        line_number as line_number_text,
        units as units_text,
        unit_price as unit_price_text,
        coalesce(discount_amount, unit_discount) as discount_amount_text,
        discount_rate as discount_rate_text,
        line_total as line_total_text,
        included_tax as stated_included_tax_text,
        included_tax_rate as included_tax_rate_text,
        included_freight as included_freight_text,
        coalesce(included_tax, included_tax_rate, included_freight) as included_tax_text,
        unit_cost as unit_cost_text,
        line_cost as line_cost_text,
        line_profit as line_profit_text,
        identity_columns,
        layout,
        return_orders_pattern,
        is_ragged,
        {% for member in ['customer', 'seller', 'shipping_company'] -%}
        {{ in_list("'" ~ member ~ "_id'", 'columns_delivered') }}
        or {{ in_list("'" ~ member ~ "_name'", 'columns_delivered') }} as has_{{ member }}_column,
        {% endfor -%}
        period_start_date,
        period_end_date,
        {{ provenance_columns() }}
    from delivered

),

rated as (

    select
        *,
        -- No tax is less than 1 % or more than half: what is more is percent.
        cast(
            case
                when included_tax_rate_text is null then 1
                when stated_tax_rate between 0 and 0.5 then 1 + stated_tax_rate
                when stated_tax_rate between 1 and 50 then 1 + stated_tax_rate * 0.01
            end as decimal(8, 6)
        ) as tax_factor
    from typed

),

reduced as (

    select
        *,
        coalesce(
            stated_discount_amount, {{ money(exact_amount('unit_discount', 'delivered_units')) }}
        ) as unreduced_discount
    from rated

),

-- Without what they include: the tax by its rate, and the shipping.
related as (

    select
        *,
        cast(
            case
                when price_units = 1 and tax_factor = 1 then stated_unit_price
                else {{ divide(
                    'cast(stated_unit_price as decimal(28, 6)) * 100',
                    'cast(price_units as decimal(18, 4)) * tax_factor * 100', 6
                ) }}
            end as decimal(18, 6)
        ) as delivered_unit_price,
        cast(
            case
                when tax_factor = 1 then unreduced_discount
                else {{ divide('unreduced_discount', 'tax_factor', 4) }}
            end as decimal(18, 4)
        ) as delivered_discount_amount,
        cast(
            case
                when included_tax_text is null then null
                when stated_included_tax is null and stated_included_tax_text is not null then null
                when included_freight is null and included_freight_text is not null then null
                else
                    coalesce(stated_included_tax, 0) + coalesce(included_freight, 0)
                    + case
                        when tax_factor = 1 then 0
                        else
                            line_total - coalesce(included_freight, 0)
                            - {{ divide(
                                'line_total - coalesce(included_freight, 0)', 'tax_factor', 4
                            ) }}
                    end
            end as decimal(18, 4)
        ) as included_tax
    from reduced

)

select * from related
