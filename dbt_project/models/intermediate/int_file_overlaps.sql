{#- Grain: one row per day of sales and pair of active file versions, the newer of which has, on
    that day, mostly lines that the older one has too (vars overlap_minimum_share and
    overlap_minimum_lines). -#}

with

days as (

    select * from {{ ref('int_file_days') }}

),

final as (

    select
        common.file_version_id,
        common.other_file_version_id,
        common.sale_date,
        common.line_count,
        {{ divide('common.line_count', 'days.line_count', 6) }} as line_share,
        common.revenue
    from days as common
    inner join days
        on
            common.file_version_id = days.file_version_id
            and common.sale_date = days.sale_date
            and days.other_file_version_id is null
    where
        common.other_file_version_id is not null
        and common.line_count >= {{ var('overlap_minimum_lines') }}
        and common.line_count >= {{ var('overlap_minimum_share') }} * days.line_count

)

select * from final
