{#- Grain: one row per definition, with the settings in force when the reports were built. Nothing
    may be added up. A table, as whoever reads the reports cannot see the vars. -#}
{%- set weekdays = [
    'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'
] -%}
{%- set week_ends = var('last_trading_weekday') or (var('week_start_day') + 5) % 7 + 1 -%}
{%- set settings = {
    'week_start_weekday': weekdays[var('week_start_day') - 1],
    'last_trading_weekday': weekdays[week_ends - 1],
    'target_currency': var('target_currency') or 'the currency of most sales lines',
} -%}
{%- for name in [
    'anomaly_history_weeks', 'anomaly_minimum_lines', 'anomaly_minimum_weeks', 'anomaly_score',
    'budget_price_factor', 'customer_active_days', 'customer_at_risk_days', 'customer_new_days',
    'default_currency', 'fiscal_year_start_month', 'premium_price_factor', 'seasonality_minimum_weeks',
    'seasonality_minimum_years', 'top_products_count', 'wait_for_deliveries_days',
] -%}
{%- do settings.update({name: var(name)}) -%}
{%- endfor -%}
{%- set shares = {} -%}
{%- for name in [
    'anomaly_minimum_change', 'pareto_class_a_share', 'pareto_class_b_share', 'pareto_top_share',
    'product_low_share', 'product_top_share', 'quality_fail_share',
] -%}
{%- do shares.update({name ~ '_pct': (100 * var(name)) | round(2)}) -%}
{%- endfor %}

with

definitions as (

    select * from {{ ref('report_definitions') }}

),

with_settings as (

    select
        definition_number,
        term,
        {{ with_values('meaning', settings) }} as meaning
    from definitions

),

final as (

    select
        definition_number,
        term,
        {{ with_values('meaning', shares) }} as meaning
    from with_settings

)

select * from final
