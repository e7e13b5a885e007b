-- Targets per month, as the report and the fact have them.
with

reported as (

    select
        month_start_date,
        count(*) as target_count,
        sum(target_amount) as target_amount
    from {{ ref('rpt_target_attainment') }}
    group by month_start_date

),

targets as (

    select
        dim_date.month_start_date,
        count(*) as target_count,
        sum(fact_sales_target.target_amount) as target_amount
    from {{ ref('fact_sales_target') }} as fact_sales_target
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_target.month_date_key = dim_date.date_key
    group by dim_date.month_start_date

),

differences as (

    select
        coalesce(reported.month_start_date, targets.month_start_date) as month_start_date,
        reported.target_count as reported_target_count,
        targets.target_count,
        reported.target_amount as reported_target_amount,
        targets.target_amount
    from reported
    full outer join targets on reported.month_start_date = targets.month_start_date

)

select * from differences
where
    reported_target_count is distinct from target_count
    or reported_target_amount is distinct from target_amount
