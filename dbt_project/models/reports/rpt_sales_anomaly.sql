{#- Grain: one row per complete week, currency, member (seller, product or store) and measure whose
    value is out of line with the member's own weeks before it (var anomaly_history_weeks): by more
    than so many deviations (var anomaly_score), and by so large a share of what was to be expected
    at least (var anomaly_minimum_change). Nothing may be added up.

    A member's weeks without sales are there, with zeros, from its first week on. Silent where there
    are too few weeks (var anomaly_minimum_weeks), where a usual week has too few lines (var
    anomaly_minimum_lines), and where nothing, or less, is to be expected.

    Each week carries the weeks before it as lists, which takes one sort of the weeks and no join.
    PostgreSQL would work out a median as often as it is named, were its CTE not materialized. -#}
{%- set kinds = ['seller', 'product', 'store'] -%}
{%- set measures = ['revenue', 'units', 'average_price', 'line_count'] -%}
{%- set minimum_weeks = var('anomaly_minimum_weeks') -%}
{%- set minimum_lines = var('anomaly_minimum_lines') -%}
{%- set minimum_change = 'cast(' ~ var('anomaly_minimum_change') ~ ' as decimal(8, 4))' -%}
{%- set allowed_score = 'cast(' ~ var('anomaly_score') ~ ' as decimal(8, 4))' -%}

with

weeks as (

    select distinct
        week_start_date,
        iso_week
    from {{ ref('rpt_weekly_summary') }}
    where is_week_complete

),

sales as (

    select
        fact_sales_line.currency,
        {% for kind in kinds -%}
        fact_sales_line.{{ kind }}_key,
        {% endfor -%}
        fact_sales_line.revenue,
        fact_sales_line.units,
        weeks.week_start_date,
        weeks.iso_week
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key
    inner join weeks on dim_date.week_start_date = weeks.week_start_date

),

totals as (

    {% for kind in kinds %}
    select
        '{{ kind }}' as member_kind,
        {{ kind }}_key as member_key,
        currency,
        week_start_date,
        iso_week,
        {{ total('sum(revenue)') }} as revenue,
        {{ total('sum(units)') }} as units,
        {{ total('count(*)') }} as line_count,
        0 as is_in_history
    from sales
    where {{ kind }}_key <> -1
    group by currency, week_start_date, iso_week, {{ kind }}_key
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Those with too few weeks of enough lines can never be judged; in many businesses most products.
members as (

    select
        member_kind,
        member_key,
        currency,
        min(week_start_date) as first_week_start_date
    from totals
    group by member_kind, member_key, currency
    having
        2 * sum(case when line_count >= {{ minimum_lines }} then 1 else 0 end)
        >= {{ minimum_weeks }}

),

-- Every week of a member with zeros, and what was sold in some of them, to be added up. (A join of
-- the two is misjudged by PostgreSQL, and slow there.)
filled as (

    select
        members.member_kind,
        members.member_key,
        members.currency,
        weeks.week_start_date,
        weeks.iso_week,
        {{ total('0') }} as revenue,
        {{ total('0') }} as units,
        {{ total('0') }} as line_count,
        1 as is_in_history
    from members
    inner join weeks on members.first_week_start_date <= weeks.week_start_date
    union all
    select * from totals

),

weekly as (

    select
        member_kind,
        member_key,
        currency,
        week_start_date,
        iso_week,
        {{ total('sum(revenue)') }} as revenue,
        {{ total('sum(units)') }} as units,
        {{ total('sum(line_count)') }} as line_count,
        case when sum(units) > 0 then {{ divide('sum(revenue)', 'sum(units)', 4) }} end
            as average_price
    from filled
    group by member_kind, member_key, currency, week_start_date, iso_week
    having max(is_in_history) = 1

),

with_history as (

    select
        *,
        {% for measure in measures -%}
        array_agg({{ measure }}) over history as {{ measure }}_history,
        {% endfor -%}
        count(*) over history as history_weeks
    from weekly
    window
        history as (
            partition by member_kind, member_key, currency order by week_start_date
            rows between {{ var('anomaly_history_weeks') }} preceding and 1 preceding
        )

),

judged as (

    select * from with_history
    where
        history_weeks >= {{ minimum_weeks }}
        and {{ median_in('line_count_history') }} >= {{ minimum_lines }}

),

measured as (

    {% for measure in measures %}
    select
        member_kind,
        member_key,
        currency,
        week_start_date,
        iso_week,
        '{{ measure }}' as measure,
        {{ measure }} as weekly_value,
        {{ measure }}_history as history
    from judged
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

expected as materialized (

    select
        *,
        {{ median_in('history') }} as expected_value
    from measured
    where {{ count_in('history') }} >= {{ minimum_weeks }}

),

changed as materialized (

    select
        *,
        {{ distances_in('history', 'expected_value') }} as distances
    from expected
    where
        expected_value > 0
        and abs(weekly_value - expected_value) >= {{ minimum_change }} * expected_value

),

spreads as materialized (

    select
        *,
        {{ median_in('distances') }} as median_distance,
        {{ total(total_in('distances')) }} as total_distance,
        {{ count_in('distances') }} as distance_count
    from changed

),

with_deviation as (

    select
        *,
        {{ robust_deviation('median_distance', 'total_distance', 'distance_count') }}
            as deviation
    from spreads

),

bounded as (

    select
        *,
        {{ allowed_score }} * coalesce(deviation, 0) as allowed_distance,
        {{ minimum_change }} * expected_value as minimum_distance
    from with_deviation

),

names as (

    {% for kind in kinds %}
    select
        '{{ kind }}' as member_kind,
        {{ kind }}_key as member_key,
        {{ kind }}_name as member_name
    from {{ ref('dim_' ~ kind) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        bounded.week_start_date,
        bounded.iso_week,
        bounded.member_kind,
        bounded.member_key,
        names.member_name,
        bounded.currency,
        bounded.measure,
        {{ total('bounded.weekly_value') }} as value,
        {{ total('bounded.expected_value') }} as expected_value,
        {{ total(
            'bounded.expected_value - greatest(bounded.allowed_distance, bounded.minimum_distance)'
        ) }} as lower_bound,
        {{ total(
            'bounded.expected_value + greatest(bounded.allowed_distance, bounded.minimum_distance)'
        ) }} as upper_bound,
        {{ robust_score('bounded.weekly_value', 'bounded.expected_value', 'bounded.deviation') }}
            as score,
        case when bounded.weekly_value > bounded.expected_value then 'high' else 'low' end
            as direction
    from bounded
    inner join names
        on
            bounded.member_kind = names.member_kind
            and bounded.member_key = names.member_key
    where abs(bounded.weekly_value - bounded.expected_value) > bounded.allowed_distance

)

select * from final
