{#- How the reports define their figures, with the settings in force: a list of [term, meaning], in the
    order in which people read them. -#}
{% macro report_definitions() -%}
    {%- set weekdays = [
        'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'
    ] -%}
    {%- set week_start_day = var('week_start_day', 1) -%}
    {%- set last_trading_weekday = var('last_trading_weekday') or (week_start_day + 5) % 7 + 1 -%}
    {{ return([
        [
            'Revenue',
            'Net of discount, returns subtracted. It is the total of the line where there is one, else '
            ~ 'price times units less discount, else the list price times units less discount. Amounts '
            ~ 'of different currencies are never added; amounts without a currency are in '
            ~ var('default_currency') ~ ' (XXX: none).',
        ],
        [
            'Line, order, return',
            'A line is one product of one sale. An order is counted once, by its number; lines '
            ~ 'without an order number are in no order. Returns are lines too, and subtract.',
        ],
        [
            'Week',
            'Seven days from ' ~ weekdays[week_start_day - 1] ~ ' on, named like the ISO week that most '
            ~ 'of them are in. It is complete when the newest sale of the warehouse reaches its '
            ~ weekdays[last_trading_weekday - 1] ~ '. An unfinished week has no percentages.',
        ],
        [
            'Last week, 4-week mean, last year',
            'Revenue is compared with that of the week before, with the mean of the four weeks before, '
            ~ 'and with the week of the same number a year before. Another span of days is compared with as '
            ~ 'many days before it, and with the same days 364 days before. There is no percentage on '
            ~ 'nothing or less.',
        ],
        [
            'Average order',
            'Revenue of the lines with an order number, divided by the number of orders.',
        ],
        [
            'Customers, new customers',
            'Different customers with a line; new are those whose first purchase of all is in the '
            ~ 'period. Lines without a customer are left out. A purchase is an order that is no return.',
        ],
        [
            'Discount',
            'What was taken off the price before discount, of all lines.',
        ],
        [
            'Profit, margin',
            'Revenue less cost, and its share of the revenue, of the lines whose cost is known alone.',
        ],
        [
            'Unknown',
            'Lines that name no seller, product, store, region or shipping company are under Unknown, so '
            ~ 'that every report adds up to the same revenue.',
        ],
        [
            'Top products',
            'The ' ~ var('top_products_count') ~ ' products with most revenue in the period.',
        ],
        [
            'Regions, cities, stores',
            'A sale is in the city of its store, else in that of the customer on that day. Customers '
            ~ 'are known to a place from when they lived or bought there.',
        ],
        [
            'Targets',
            'Monthly, spread evenly over the days of the month. They are in '
            ~ (var('target_currency') or 'the currency of most sales lines') ~ '.',
        ],
        [
            'What moved revenue',
            'Of the products sold in both weeks: price is what they brought in, less what as many units '
            ~ 'would have at the prices of the week before; volume is how many units more or fewer, at '
            ~ 'their average price of the week before; mix is the rest. New and lost products were sold '
            ~ 'in one of the weeks only. The week before and the effects are the revenue, to the cent.',
        ],
        [
            'Months, quarters, years',
            'By the calendar, and by the fiscal calendar if that is another. The fiscal year begins '
            ~ 'with month ' ~ var('fiscal_year_start_month') ~ '.',
        ],
        [
            'Seasons',
            'The mean revenue of a month or weekday of that name, 100 being the mean of all of them. '
            ~ 'Reliable from ' ~ var('seasonality_minimum_years') ~ ' complete months of one name or '
            ~ var('seasonality_minimum_weeks') ~ ' days of one weekday on.',
        ],
        [
            'Out of line',
            'A complete week of a seller, product or store that is more than ' ~ var('anomaly_score')
            ~ ' deviations, and ' ~ (100 * var('anomaly_minimum_change')) | round(2) ~ ' %, from the median '
            ~ 'of its own ' ~ var('anomaly_history_weeks') ~ ' weeks before (at least '
            ~ var('anomaly_minimum_weeks') ~ ', with ' ~ var('anomaly_minimum_lines')
            ~ ' lines in a usual week).',
        ],
        [
            'Performance of a product',
            'Top: the best ' ~ (100 * var('product_top_share')) | round(2) ~ ' % of the products by revenue; '
            ~ 'low: the last ' ~ (100 * var('product_low_share')) | round(2) ~ ' %; middle: the rest.',
        ],
        [
            'Price tier',
            'Premium: an average price of ' ~ var('premium_price_factor') ~ ' times the median of the '
            ~ 'category or more; budget: ' ~ var('budget_price_factor') ~ ' times or less; standard: the rest.',
        ],
        [
            'Pareto, classes A, B, C',
            'Products by revenue: class A until ' ~ (100 * var('pareto_class_a_share')) | round(2)
            ~ ' % of revenue is reached, B until ' ~ (100 * var('pareto_class_b_share')) | round(2)
            ~ ' %, then C. The top share are the first ' ~ (100 * var('pareto_top_share')) | round(2)
            ~ ' % of the products.',
        ],
        [
            'Status of a customer',
            'New for ' ~ var('customer_new_days') ~ ' days after the first purchase; active for '
            ~ var('customer_active_days') ~ ' days after the last one; at risk until '
            ~ var('customer_at_risk_days') ~ ' days after it; then lost. Counted up to the last day with '
            ~ 'sales in the warehouse.',
        ],
        [
            'RFM',
            'Customers are scored 1 to 5 by how recently, how often and for how much they bought, in '
            ~ 'five parts as equal as ties allow. The seed rfm_segments names the segments.',
        ],
        [
            'Cohorts',
            'Customers by the month of their first purchase. Retention is the share of them who bought '
            ~ 'again so many months later; churn is the rest.',
        ],
        [
            'Data quality',
            'Fail: more than ' ~ (100 * var('quality_fail_share')) | round(2) ~ ' % of the delivered '
            ~ 'lines, or of their amount, is kept out of the figures. Warn: something is kept out or '
            ~ 'flagged. Ok: neither.',
        ],
    ]) }}
{%- endmacro %}
