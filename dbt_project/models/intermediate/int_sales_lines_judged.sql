{#- Grain: one row per delivered sales line that this build computes, with its key and whether it
    can be read; `rejection_reasons` says why not.

    A line is the same line in another file if the columns that its layout calls its identity are
    equal; where the layout names none, or one of them is empty, it is its file, sheet and row. -#}
{%- set identity_parts = {
    'sold_at': iso_moment('sold_at'),
    'order_id': 'order_id',
    'line_number': 'cast(line_number as text)',
    'product_id': 'product_id',
    'product_name': 'product_name',
    'category': 'category',
    'customer_id': 'customer_id',
    'customer_name': 'customer_name',
    'seller_id': 'seller_id',
    'seller_name': 'seller_name',
    'store_id': 'store_id',
    'store_name': 'store_name',
    'shipping_company_id': 'shipping_company_id',
    'shipping_company_name': 'shipping_company_name',
    'city': 'city',
    'region': 'region',
    'country': 'country',
    'currency': 'currency',
    'units': 'cast(cast(units as decimal(18, 4)) as text)',
    'unit_price': 'cast(cast(unit_price as decimal(18, 6)) as text)',
    'discount_amount': 'discount_amount_text',
    'discount_rate': 'cast(cast(discount_rate as decimal(18, 6)) as text)',
    'line_total': 'cast(cast(reported_total as decimal(18, 4)) as text)',
    'unit_cost': 'cast(cast(unit_cost as decimal(18, 6)) as text)',
    'line_cost': 'cast(cast(line_cost as decimal(18, 4)) as text)',
    'line_profit': 'cast(cast(line_profit as decimal(18, 4)) as text)',
} %}

with

lines as (

    select * from {{ ref('int_sales_lines_priced') }}

),

identified as (

    select
        *,
        -- One empty part makes the whole empty; so does a layout without an identity.
        nullif(
            ''
            {%- for column, text in identity_parts.items() %}
            || case
                when {{ in_list("'" ~ column ~ "'", 'identity_columns') }}
                    then chr(31) || {{ text }}
                else ''
            end
            {%- endfor %},
            ''
        ) as identity_text
    from lines

),

judged as (

    select
        *,
        {{ hash_key(
            "case when identity_text is not null then layout || identity_text "
            ~ "else source_file || chr(31) || coalesce(source_sheet, '') || chr(31) "
            ~ "|| cast(file_part_number as text) || chr(31) "
            ~ "|| cast(source_row_number as text) end"
        ) }} as sales_line_key,
        nullif(
            concat_ws(
                ', ',
                case when is_ragged then 'more cells than the header' end,
                case
                    when sold_at is not null then null
                    when sold_at_text is not null then 'sold_at is no date or an ambiguous one'
                    when order_id is not null and not has_order_header
                        then 'sold_at is missing and no order header has it'
                    else 'sold_at is missing'
                end,
                case
                    when
                        cast(sold_at as date) < cast('{{ var("calendar_start_date") }}' as date)
                        or cast(sold_at as date) > cast('{{ var("calendar_end_date") }}' as date)
                        then 'sold_at is outside the calendar'
                end,
                case
                    when units is not null then null
                    when units_text is not null then 'units is no number'
                    else 'units is missing'
                end,
                case when product_natural_key is null then 'product is missing' end,
                case
                    when revenue_basis is null and line_total_text is not null
                        then 'line_total is no number'
                    when revenue_basis is null and unit_price_text is not null
                        then 'unit_price is no number'
                    when revenue_basis is null then 'no line_total, unit_price or list price'
                    when units is not null and (revenue is null or gross_amount is null)
                        then 'the amount is too large'
                end,
                case
                    when revenue_basis = 'reported' then null
                    when discount_amount_text is not null and not has_discount_amount
                        then 'discount_amount is no number'
                    when
                        discount_rate_text is not null
                        and not coalesce(discount_rate between 0 and 1, false)
                        then 'discount_rate is no share from 0 to 1'
                end
            ),
            ''
        ) as rejection_reasons
    from identified

),

returned as (

    select
        *,
        coalesce(
            case
                when return_orders_pattern is null then units < 0
                else {{ matches('order_id', 'return_orders_pattern') }}
            end,
            false
        ) as is_return
    from judged

),

final as (

    select
        sales_line_key,
        rejection_reasons,
        {{ fingerprint([
            'cast(sales_line_key as text)',
            'order_id',
            'product_natural_key',
            'product_id',
            'product_name',
            'category',
            'cast(customer_key as text)',
            'customer_natural_key',
            'customer_id',
            'customer_name',
            'seller_natural_key',
            'seller_id',
            'seller_name',
            'shipping_company_natural_key',
            'shipping_company_id',
            'shipping_company_name',
            'store_natural_key',
            'store_id',
            'store_name',
            'city',
            'region',
            'country',
            'place_region',
            'place_country',
            'currency',
            'revenue_basis',
            'cast(line_number as text)',
            'cast(cast(units as decimal(18, 4)) as text)',
            'cast(cast(unit_price as decimal(18, 6)) as text)',
            'cast(gross_amount as text)',
            'cast(discount_amount as text)',
            'cast(revenue as text)',
            'cast(reported_total as text)',
            'cast(cost as text)',
            'cast(profit as text)',
            "case when is_return then 'return' end",
            "case when is_cost_estimated then 'estimated' end",
            iso_moment('sold_at'),
            'source_file',
            'source_sheet',
            'cast(source_row_number as text)',
            'cast(file_part_number as text)',
            'cast(file_version_id as text)',
            "'" ~ rules_of_sales_lines() ~ "'",
        ]) }} as line_fingerprint,
        -- What was sold, whatever file says so.
        {{ fingerprint([
            iso_moment('sold_at'),
            'order_id',
            'cast(line_number as text)',
            'product_natural_key',
            'customer_natural_key',
            'seller_natural_key',
            'store_natural_key',
            'currency',
            'cast(cast(units as decimal(18, 4)) as text)',
            'cast(revenue as text)',
        ]) }} as content_fingerprint,
        order_id,
        product_natural_key,
        product_id,
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
        currency,
        revenue_basis,
        line_number,
        units,
        unit_price,
        gross_amount,
        discount_amount,
        revenue,
        reported_total,
        cost,
        profit,
        is_return,
        is_cost_estimated,
        cast(sold_at as date) as sale_date,
        sold_at,
        sold_at_text,
        line_number_text,
        units_text,
        unit_price_text,
        discount_amount_text,
        discount_rate_text,
        line_total_text,
        source_file,
        source_sheet,
        source_row_number,
        file_part_number,
        file_version_id,
        loaded_at
    from returned

)

select * from final
