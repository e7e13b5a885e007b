{#- Grain: one row per file version that counts: the active version of every file, and those that
    are history: superseded extracts of customers whose successor tells of a later day. (Sent again
    on the same day, an extract was corrected, and what it said before never was.)

    A table, so that one build sees one state of the ledger from beginning to end, whatever is
    loaded meanwhile. -#}

with

versions as (

    select * from {{ source('raw', 'file_versions') }}
    where status in ('active', 'superseded')

),

active as (

    select
        file_id,
        file_version_id
    from versions
    where status = 'active'

),

of_customers as (

    select distinct file_version_id from {{ source('raw', 'file_parts') }}
    where entity = 'customers'

),

followed as (

    select
        versions.*,
        lead(versions.as_of_date) over (
            partition by versions.file_id order by versions.file_version_id
        ) as next_as_of_date
    from versions
    inner join active
        on
            versions.file_id = active.file_id
            and versions.file_version_id <= active.file_version_id

),

final as (

    select
        followed.file_version_id,
        followed.file_id,
        followed.path,
        followed.layout,
        followed.status = 'active' as is_active,
        followed.as_of_date,
        followed.finished_at as loaded_at
    from followed
    left join of_customers on followed.file_version_id = of_customers.file_version_id
    where
        followed.status = 'active'
        or (
            of_customers.file_version_id is not null
            and followed.as_of_date < followed.next_as_of_date
        )

)

select * from final
