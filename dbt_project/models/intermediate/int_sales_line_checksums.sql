{#- Grain: one row per file version with accepted sales lines, with a checksum of them. What is
    built from accepted lines compares it with what it holds, and so knows what has changed. -#}

with

lines as (

    select * from {{ ref('int_sales_lines') }}
    where line_status = 'accepted'

),

final as (

    select
        file_version_id,
        count(*) as line_count,
        cast(sum(line_fingerprint) as decimal(38, 0)) as checksum
    from lines
    group by file_version_id

)

select * from final
