{#- Grain: one row per kind of member and spelling that somebody has declared to be another
    name. -#}

with

approved as (

    select
        kind,
        alias,
        name as canonical_name
    from {{ ref('name_aliases') }}
    where approved_by is not null

)

select * from approved
