-- Totals as files state them, per part: read from staging, and counted in int_sales_lines. What is
-- too large for an amount is in quarantine, and its line is counted.
--
-- Materialized, as DuckDB would write out what the view computes wherever a sum names it, and plan
-- that for five seconds.
with

stated as materialized (

    select
        file_version_id,
        file_part_number,
        case
            when included_tax is not null or included_tax_text is null
                then cast(line_total as decimal(28, 4)) - coalesce(included_tax, 0)
        end as net_total
    from {{ ref('stg_sales_lines') }}

),

delivered as (

    select
        file_version_id,
        file_part_number,
        count(*) as line_count,
        sum(
            case when abs(net_total) < 10000000000000 then net_total end
        ) as reported_total
    from stated
    group by file_version_id, file_part_number

),

counted as (

    select
        file_version_id,
        file_part_number,
        count(*) as line_count,
        sum(reported_total) as reported_total
    from {{ ref('int_sales_lines') }}
    group by file_version_id, file_part_number

),

differences as (

    select
        coalesce(delivered.file_version_id, counted.file_version_id) as file_version_id,
        coalesce(delivered.file_part_number, counted.file_part_number) as file_part_number,
        delivered.line_count as delivered_line_count,
        counted.line_count,
        delivered.reported_total as delivered_total,
        counted.reported_total
    from delivered
    full outer join counted
        on
            delivered.file_version_id = counted.file_version_id
            and delivered.file_part_number = counted.file_part_number
    where
        delivered.line_count is distinct from counted.line_count
        or delivered.reported_total is distinct from counted.reported_total

)

select * from differences
