{#- Grain: one row per test that ever ran: how it went last, and how it went before. A view, so that
    it knows the run that has just ended. -#}
{{ config(materialized='view') }}

with

results as (

    select * from {{ ref('dq_test_result') }}

),

compared as (

    select
        *,
        row_number() over (
            partition by test_name order by run_started_at desc, invocation_id desc
        ) as age,
        lag(status) over (partition by test_name order by run_started_at, invocation_id)
            as previous_status,
        lag(failure_count) over (partition by test_name order by run_started_at, invocation_id)
            as previous_failure_count
    from results

),

histories as (

    select
        test_name,
        count(*) as run_count,
        sum(case when status in ('fail', 'error', 'warn') then 1 else 0 end) as problem_run_count,
        min(run_started_at) as first_run_at,
        max(case when status = 'pass' then run_started_at end) as last_passed_at
    from results
    group by test_name

),

final as (

    select
        compared.test_name,
        compared.model_name,
        compared.owner,
        compared.severity,
        compared.status,
        compared.previous_status,
        compared.failure_count,
        compared.previous_failure_count,
        cast(histories.run_count as bigint) as run_count,
        cast(histories.problem_run_count as bigint) as problem_run_count,
        compared.run_started_at as last_run_at,
        histories.last_passed_at,
        histories.first_run_at
    from compared
    inner join histories on compared.test_name = histories.test_name
    where compared.age = 1

)

select * from final
