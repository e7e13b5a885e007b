{#- Grain: one row per delivered row (by file, sheet and row number) that somebody has accepted as
    it is, with the rules that may be broken there. An acceptance that has run out is not among them. -#}

with

valid as (

    select * from {{ ref('dq_overrides') }}
    where valid_until is null or valid_until >= current_date

),

final as (

    select
        source_file,
        coalesce(source_sheet, '') as source_sheet,
        source_row_number,
        array_agg(rule order by rule) as accepted_rules,
        string_agg(rule, ', ' order by rule) as accepted_rules_text
    from valid
    group by source_file, coalesce(source_sheet, ''), source_row_number

)

select * from final
