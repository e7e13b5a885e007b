-- Acceptances that accept nothing: the row does not break the rule (any more), the rule cannot be
-- accepted, or the time is over.
with

overrides as (

    select * from {{ ref('dq_overrides') }}

),

issues as (

    select distinct
        rule,
        source_file,
        source_sheet,
        source_row_number
    from {{ ref('dq_issue') }}

),

stale as (

    select
        overrides.source_file,
        overrides.source_sheet,
        overrides.source_row_number,
        overrides.rule,
        overrides.accepted_by,
        case
            when overrides.valid_until < current_date then 'its time is over'
            when not rules.can_be_accepted then 'a row that cannot be read cannot be accepted'
            else 'the row does not break this rule'
        end as reason_why_not
    from overrides
    left join {{ ref('dq_rules') }} as rules on overrides.rule = rules.rule
    left join issues
        on
            overrides.rule = issues.rule
            and overrides.source_file = issues.source_file
            and coalesce(overrides.source_sheet, '') = coalesce(issues.source_sheet, '')
            and overrides.source_row_number = issues.source_row_number
    where
        issues.rule is null
        or overrides.valid_until < current_date
        or not rules.can_be_accepted

)

select * from stale
