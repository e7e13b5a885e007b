-- Accepted rows and their amount, per file version, in the reconciliation and in the fact.
with

reconciled as (

    select
        file_version_id,
        sum(rows_accepted) as rows_accepted,
        sum(amount_accepted) as amount_accepted
    from {{ ref('dq_reconciliation') }}
    where entity = 'sales_lines'
    group by file_version_id

),

lines as (

    select
        file_version_id,
        count(*) as line_count,
        sum(revenue) as revenue
    from {{ ref('fact_sales_line') }}
    group by file_version_id

),

differences as (

    select
        coalesce(reconciled.file_version_id, lines.file_version_id) as file_version_id,
        coalesce(reconciled.rows_accepted, 0) as rows_accepted,
        coalesce(lines.line_count, 0) as line_count,
        coalesce(reconciled.amount_accepted, 0) as amount_accepted,
        coalesce(lines.revenue, 0) as revenue
    from reconciled
    full outer join lines on reconciled.file_version_id = lines.file_version_id

)

select * from differences
where rows_accepted <> line_count or amount_accepted <> revenue
