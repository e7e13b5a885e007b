{#- Grain: one row per delivered sales line that this build computes, with its key and what is wrong
    with it: `broken_rules` names the rules, of those that look at one line alone.

    A line is rejected if what the fact needs cannot be read, whatever severity its rules have (they
    cannot be accepted either, see can_be_accepted), or if it breaks a rule of severity
    `reject` (dq_rules) that nobody has accepted for this row (dq_overrides).

    A line is the same line in another file if the columns that its layout calls its identity are
    equal. Where the layout names none, a line with an order and a line number is the same if day,
    product, place and customer are, too, and neither or both are returns: two stores may number
    their receipts alike, and whoever brings something back shows the old one (int_shared_line_numbers
    finds these). Without numbers, or with an empty part of a declared identity, it is its file,
    sheet and row, so that no line is merged by what it lacks. Of two layouts, which may number
    their orders alike, no line is the same. -#}
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
    'included_tax': 'cast(cast(included_tax as decimal(18, 4)) as text)',
    'unit_cost': 'cast(cast(unit_cost as decimal(18, 6)) as text)',
    'line_cost': 'cast(cast(line_cost as decimal(18, 4)) as text)',
    'line_profit': 'cast(cast(line_profit as decimal(18, 4)) as text)',
} %}

with

lines as (

    select * from {{ ref('int_sales_lines_priced') }}

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
    from lines

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
        ) as identity_text,
        -- An empty list has the length 0 on one engine, and none on the other.
        case
            when coalesce(array_length(identity_columns, 1), 0) = 0
                then layout || chr(31) || order_id || chr(31) || cast(line_number as text)
        end as order_line_text
    from returned

),

keyed as (

    select
        *,
        {{ hash_key(
            "case when identity_text is not null then layout || identity_text "
            ~ "when order_line_text is not null then concat_ws(chr(31), order_line_text, "
            ~ "coalesce(" ~ iso_date('sold_at') ~ ", ''), coalesce(product_natural_key, ''), "
            ~ "coalesce(store_natural_key, ''), coalesce(region, ''), coalesce(country, ''), "
            ~ "coalesce(customer_natural_key, ''), case when is_return then 'return' else '' end) "
            ~ "else source_file || chr(31) || coalesce(source_sheet, '') || chr(31) "
            ~ "|| cast(file_part_number as text) || chr(31) "
            ~ "|| cast(source_row_number as text) end"
        ) }} as sales_line_key,
        {{ hash_key('order_line_text') }} as order_line_key,
        cast(sold_at as date) as sale_date,
        cast(sold_at as date) between cast('{{ var("calendar_start_date") }}' as date)
        and cast('{{ var("calendar_end_date") }}' as date) as is_in_calendar,
        (discount_amount_text is null or delivered_discount_amount is not null)
        and (discount_rate_text is null or coalesce(discount_rate between 0 and 1, false))
            as has_readable_discount
    from identified

),

-- Rules by name, as dq_rules lists them, each once. Those that compare lines with other lines are
-- in int_line_issues.
faulty as (

    select
        *,
        nullif(
            concat_ws(
                ', ',
                case when is_ragged then 'extra_cells' end,
                case
                    when sold_at is not null then null
                    when sold_at_text is null then 'missing_date'
                    when {{ is_ambiguous_date('sold_at_text') }} then 'ambiguous_date'
                    else 'unreadable_date'
                end,
                case when not is_in_calendar then 'date_outside_calendar' end,
                case
                    -- A day's grace: clocks differ, and loads are in UTC.
                    when is_in_calendar and sale_date > cast(loaded_at as date) + 1
                        then 'date_in_future'
                end,
                case
                    when
                        is_in_calendar
                        and (sale_date < period_start_date or sale_date > period_end_date)
                        then 'date_outside_period'
                end,
                case
                    when units is null and units_text is null then 'missing_units'
                    when units is null then 'unreadable_units'
                    when units <= 0 and not is_return then 'units_not_positive'
                end,
                case when units is not null and units_text is null then 'units_from_total' end,
                case when product_natural_key is null then 'missing_product' end,
                case
                    when
                        revenue_basis is null
                        and {{ matches(
                            'coalesce(line_total_text, unit_price_text)',
                            "'^-?[0-9]{13,}([.,][0-9]*)?$'"
                        ) }}
                        then 'amount_too_large'
                    when revenue_basis is null and line_total_text is not null
                        then 'unreadable_total'
                    when revenue_basis is null and unit_price_text is not null
                        then 'unreadable_price'
                    when revenue_basis is null then 'missing_amount'
                    when units is not null and (revenue is null or gross_amount is null)
                        then 'amount_too_large'
                end,
                case
                    when
                        length(currency) <> 3
                        or '{{ currency_codes() | join(" ") }} XXX' not like '%' || currency || '%'
                        then 'unknown_currency'
                end,
                case
                    when discount_amount_text is null or delivered_discount_amount is not null
                        then null
                    when revenue_basis = 'reported' then 'unused_discount_unreadable'
                    else 'unreadable_discount_amount'
                end,
                case
                    when
                        discount_rate_text is null
                        or coalesce(discount_rate between 0 and 1, false)
                        then null
                    when revenue_basis <> 'reported' or revenue_basis is null
                        then 'unreadable_discount_rate'
                    -- Said once, also where both are unreadable.
                    when discount_amount_text is null or delivered_discount_amount is not null
                        then 'unused_discount_unreadable'
                end,
                case
                    when
                        revenue_basis = 'reported'
                        and unit_price is null
                        and unit_price_text is not null
                        then 'unused_price_unreadable'
                end,
                case
                    when line_number is null and line_number_text is not null
                        then 'unreadable_line_number'
                end,
                case when unreadable_cost_text is not null then 'unreadable_cost' end,
                case
                    when
                        has_readable_discount
                        and abs(reported_total - computed_total) > {{ var('price_tolerance') }}
                        -- The price may include the tax that the total did.
                        and abs(coalesce(line_total, reported_total) - computed_total)
                        > {{ var('price_tolerance') }}
                        then 'price_mismatch'
                    -- More than an amount can be: a code among the units, or as the price.
                    when
                        has_readable_discount
                        and reported_total is not null
                        and computed_total is null
                        and delivered_unit_price is not null
                        and exact_gross is not null
                        then 'price_mismatch'
                end,
                case
                    when
                        not is_return
                        and (
                            unit_price < 0
                            or reported_total < 0
                            or delivered_discount_amount < 0
                            or unit_cost < 0
                            or line_cost < 0
                        )
                        then 'negative_amount'
                end,
                case
                    when customer_natural_key is null and is_customer_expected
                        then 'missing_customer'
                    when customer_natural_key is not null and is_customer_unlisted
                        then 'customer_not_in_master'
                end,
                case
                    when seller_natural_key is null and is_seller_expected then 'missing_seller'
                end,
                case
                    when shipping_company_natural_key is null and is_shipping_company_expected
                        then 'missing_shipping_company'
                end,
                case
                    when product_natural_key is not null and is_product_unlisted
                        then 'product_not_in_master'
                end,
                case when revenue_basis = 'list_price' then 'list_price_used' end,
                case
                    when
                        (revenue_basis is null and is_list_price_in_other_currency)
                        or (cost is null and is_standard_cost_in_other_currency)
                        then 'price_list_in_other_currency'
                end,
                case
                    when {{ has_damaged_text([
                        'order_id', 'product_id', 'product_name', 'customer_id', 'customer_name',
                        'seller_id', 'seller_name', 'store_id', 'store_name'
                    ]) }}
                        then 'damaged_text'
                end
            ),
            ''
        ) as broken_rules,
        coalesce(is_in_calendar, false)
        and units is not null
        and revenue is not null
        and gross_amount is not null as is_readable
    from keyed

),

judged as (

    select
        lines.*,
        case
            when lines.broken_rules is not null
                then
                    not lines.is_readable
                    or {{ has_unaccepted_rule(
                        'lines.broken_rules', 'stopping_rules.rules', 'lines.accepted_rules'
                    ) }}
            else false
        end as is_rejected
    from faulty as lines
    -- What keeps a line out, unless somebody has accepted the line as it is.
    {{ look_up('stopping_rules') }}

),

final as (

    select
        *,
        {{ row_fingerprint('judged', rules_of_sales_lines()) }} as line_fingerprint,
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
        ]) }} as content_fingerprint
    from judged

)

select * from final
