-- The days of the calendar are as many as there are from its first to its last.
with

days as (

    select
        min(full_date) as first_date,
        max(full_date) as last_date,
        count(distinct full_date) as day_count
    from {{ ref('dim_date') }}

)

select * from days
where
    first_date <> cast('{{ var("calendar_start_date") }}' as date)
    or last_date <> cast('{{ var("calendar_end_date") }}' as date)
    or day_count <> last_date - first_date + 1
