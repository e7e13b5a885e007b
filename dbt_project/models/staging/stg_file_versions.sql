{#- Grain: one row per file version that was ever loaded, with whether its rows count: active ones
    do; so do, for the history of customers only, superseded extracts of customers whose successor
    tells of a later day: a customer list is overwritten week by week under one name. (Sent again on
    the same day, an extract was corrected, and what it said before never was.)

    A table, so that one build sees one state of the ledger from beginning to end, whatever is
    loaded meanwhile. -#}

with

versions as (

    select * from {{ source('raw', 'file_versions') }}
    where status in ('active', 'superseded', 'withdrawn', 'pruned')

),

active as (

    select
        file_id,
        file_version_id as active_version_id
    from versions
    where status = 'active'

),

of_customers as (

    select distinct file_version_id from {{ source('raw', 'file_parts') }}
    where entity = 'customers'

),

followed as (

    select
        versions.file_version_id,
        lead(versions.as_of_date) over (
            partition by versions.file_id order by versions.file_version_id
        ) as next_as_of_date
    from versions
    inner join active
        on
            versions.file_id = active.file_id
            and versions.file_version_id <= active.active_version_id
    where versions.status in ('active', 'superseded')

),

final as (

    select
        versions.file_version_id,
        versions.file_id,
        versions.path,
        versions.layout,
        versions.status = 'active' as is_active,
        coalesce(
            versions.status = 'superseded'
            and of_customers.file_version_id is not null
            and versions.as_of_date < followed.next_as_of_date,
            false
        ) as is_history,
        versions.as_of_date,
        versions.period_start_date,
        versions.period_end_date,
        versions.finished_at as loaded_at
    from versions
    left join followed on versions.file_version_id = followed.file_version_id
    left join of_customers on versions.file_version_id = of_customers.file_version_id

)

select * from final
