-- Lines and returns of the weekly summary, against those of the fact.
with

weekly as (

    select
        currency,
        sum(line_count) as line_count,
        sum(return_line_count) as return_line_count
    from {{ ref('rpt_weekly_summary') }}
    group by currency

),

lines as (

    select
        currency,
        count(*) as line_count,
        sum(case when is_return then 1 else 0 end) as return_line_count
    from {{ ref('fact_sales_line') }}
    group by currency

),

differences as (

    select
        coalesce(weekly.currency, lines.currency) as currency,
        weekly.line_count as weekly_line_count,
        lines.line_count,
        weekly.return_line_count as weekly_return_line_count,
        lines.return_line_count
    from weekly
    full outer join lines on weekly.currency = lines.currency

)

select * from differences
where
    weekly_line_count is distinct from line_count
    or weekly_return_line_count is distinct from return_line_count
