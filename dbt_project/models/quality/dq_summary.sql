{#- Grain: one row per active file version and rule that something in it breaks. Additive: counts;
    not amount_at_stake, as one row may break several rules. -#}

with

issues as (

    select * from {{ ref('dq_issue') }}

),

final as (

    select
        source_file,
        entity,
        rule,
        severity,
        description,
        what_to_do,
        file_version_id,
        is_widespread,
        cast(sum(case when is_accepted then 0 else 1 end) as bigint) as issue_count,
        cast(sum(case when is_accepted then 1 else 0 end) as bigint) as accepted_count,
        -- Amounts of several currencies are no amount.
        case
            when count(distinct currency) <= 1
                then
                    {{ total('sum(case when not is_accepted then amount_at_stake end)') }}
        end as amount_at_stake,
        case when count(distinct currency) = 1 then max(currency) end as currency
    from issues
    group by
        source_file, entity, rule, severity, description, what_to_do, file_version_id,
        is_widespread

)

select * from final
