-- Rejected rows, per file version, in the reconciliation and in the quarantine.
with

reconciled as (

    select
        file_version_id,
        sum(rows_rejected) as rows_rejected
    from {{ ref('dq_reconciliation') }}
    where entity = 'sales_lines'
    group by file_version_id

),

quarantined as (

    select
        file_version_id,
        count(*) as row_count
    from {{ ref('dq_quarantine') }}
    group by file_version_id

),

differences as (

    select
        coalesce(reconciled.file_version_id, quarantined.file_version_id) as file_version_id,
        coalesce(reconciled.rows_rejected, 0) as rows_rejected,
        coalesce(quarantined.row_count, 0) as row_count
    from reconciled
    full outer join quarantined
        on reconciled.file_version_id = quarantined.file_version_id

)

select * from differences
where rows_rejected <> row_count
