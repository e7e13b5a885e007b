{#- Grain: one row per published week, currency and file that has, or had when the week was last
    published, sales in it. Additive over files: the figures of files; not those of the edition.

    Which version of a file counted then is taken from the edition, not from the ledger: the ledger
    knows no more that a version was withdrawn for a while. -#}

with

editions as (

    select
        *,
        row_number() over (
            partition by week_start_date, currency order by edition_number desc
        ) as number_from_last,
        row_number() over (partition by week_start_date order by edition_id desc)
            as number_from_last_of_week
    from {{ ref('stg_weekly_editions') }}

),

published_weeks as (

    select * from editions
    where number_from_last_of_week = 1

),

versions as (

    select
        file_version_id,
        file_id,
        path,
        is_active
    from {{ ref('stg_file_versions') }}

),

sales as (

    select
        dim_date.week_start_date,
        lines.currency,
        lines.file_version_id,
        count(*) as line_count,
        sum(lines.units) as units,
        sum(lines.revenue) as revenue,
        sum(lines.profit) as profit
    from {{ ref('fact_sales_line') }} as lines
    inner join {{ ref('dim_date') }} as dim_date on lines.sale_date_key = dim_date.date_key
    inner join published_weeks on dim_date.week_start_date = published_weeks.week_start_date
    group by dim_date.week_start_date, lines.currency, lines.file_version_id

),

sold_currencies as (

    select distinct
        week_start_date,
        currency
    from sales

),

-- The last edition of each currency; and of a currency that the week was published without,
-- as there were no sales in it, the week's last edition with nothing in it.
last_editions as (

    select
        edition_id,
        edition_number,
        week_start_date,
        iso_week,
        currency,
        published_at,
        published_by,
        revenue
    from editions
    where number_from_last = 1
    union all
    select
        published_weeks.edition_id,
        cast(null as integer) as edition_number,
        published_weeks.week_start_date,
        published_weeks.iso_week,
        sold_currencies.currency,
        published_weeks.published_at,
        published_weeks.published_by,
        {{ total('0') }} as revenue
    from published_weeks
    inner join sold_currencies
        on published_weeks.week_start_date = sold_currencies.week_start_date
    left join editions
        on
            sold_currencies.week_start_date = editions.week_start_date
            and sold_currencies.currency = editions.currency
    where editions.edition_id is null

),

counted_ids as (

    select
        edition_id,
        cast({{ json_elements('counted_file_versions') }} as bigint) as file_version_id
    from editions
    where number_from_last = 1 or number_from_last_of_week = 1

),

counted as (

    select
        counted_ids.edition_id,
        versions.file_id,
        counted_ids.file_version_id
    from counted_ids
    inner join versions on counted_ids.file_version_id = versions.file_version_id

),

then_and_now as (

    select
        last_editions.week_start_date,
        last_editions.currency,
        files.file_id,
        files.line_count as published_line_count,
        files.units as published_units,
        files.revenue as published_revenue,
        files.profit as published_profit,
        null as line_count,
        null as units,
        null as revenue,
        null as profit
    from last_editions
    inner join {{ ref('stg_weekly_edition_files') }} as files
        on
            last_editions.edition_id = files.edition_id
            and last_editions.currency = files.currency
    union all
    select
        sales.week_start_date,
        sales.currency,
        versions.file_id,
        null as published_line_count,
        null as published_units,
        null as published_revenue,
        null as published_profit,
        sales.line_count,
        sales.units,
        sales.revenue,
        sales.profit
    from sales
    inner join versions on sales.file_version_id = versions.file_version_id

),

files as (

    select
        week_start_date,
        currency,
        file_id,
        sum(coalesce(published_line_count, 0)) as published_line_count,
        sum(coalesce(published_units, 0)) as published_units,
        sum(coalesce(published_revenue, 0)) as published_revenue,
        sum(published_profit) as published_profit,
        sum(coalesce(line_count, 0)) as line_count,
        sum(coalesce(units, 0)) as units,
        sum(coalesce(revenue, 0)) as revenue,
        sum(profit) as profit
    from then_and_now
    group by week_start_date, currency, file_id

),

attributed as (

    select
        files.*,
        last_editions.iso_week,
        last_editions.edition_id,
        last_editions.edition_number,
        last_editions.published_at,
        last_editions.published_by,
        last_editions.revenue as edition_revenue,
        counted.file_version_id as published_file_version_id,
        active.file_version_id as current_file_version_id,
        coalesce(active.path, published.path) as source_file
    from files
    inner join last_editions
        on
            files.week_start_date = last_editions.week_start_date
            and files.currency = last_editions.currency
    left join counted
        on
            last_editions.edition_id = counted.edition_id
            and files.file_id = counted.file_id
    left join versions as published on counted.file_version_id = published.file_version_id
    left join versions as active on files.file_id = active.file_id and active.is_active

),

final as (

    select
        week_start_date,
        iso_week,
        currency,
        edition_id,
        edition_number,
        published_at,
        published_by,
        {{ total('edition_revenue') }} as published_revenue,
        source_file,
        file_id,
        published_file_version_id,
        current_file_version_id,
        case
            when
                published_line_count = line_count
                and published_units = units
                and published_revenue = revenue
                and coalesce(published_profit, 0) = coalesce(profit, 0)
                and (published_profit is null) = (profit is null)
                then 'unchanged'
            when published_file_version_id is null then 'added'
            when current_file_version_id is null then 'withdrawn'
            when published_file_version_id <> current_file_version_id then 'corrected'
            else 'recalculated'
        end as file_change,
        cast(published_line_count as bigint) as published_file_line_count,
        cast(line_count as bigint) as current_file_line_count,
        {{ total('published_units') }} as published_file_units,
        {{ total('units') }} as current_file_units,
        {{ total('published_revenue') }} as published_file_revenue,
        {{ total('revenue') }} as current_file_revenue,
        {{ total('published_profit') }} as published_file_profit,
        {{ total('profit') }} as current_file_profit
    from attributed

)

select * from final
