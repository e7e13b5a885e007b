{#- Grain: one row per customer of the master data and span of days over which nothing known about
    them changed (type 2). Rebuilt from raw in full, so that it does not matter in which order the
    extracts came.

    A row counts from its `updated_at`; where that is not delivered, or lies outside of history
    (vars first_day_of_history, last_day_of_history), from the day the file was last changed. Of
    several rows of one customer and day, the newest delivered counts. A customer that a complete
    extract does not name any more counts as deleted from that extract's day, until a later one
    names them again. -#}

with

delivered as (

    select
        customer_id,
        customer_name,
        email,
        loyalty_tier,
        customer_segment,
        city,
        region,
        country,
        false as is_deleted,
        is_complete_extract,
        file_version_id,
        file_part_number,
        source_row_number,
        as_of_date as extract_date,
        cast(
            case
                when
                    updated_at >= cast('{{ var("first_day_of_history") }}' as date)
                    and updated_at < cast('{{ var("last_day_of_history") }}' as date)
                    then updated_at
                else as_of_date
            end as date
        ) as effective_date
    from {{ ref('stg_customers') }}
    where customer_id is not null

),

complete_extracts as (

    select
        file_version_id,
        max(extract_date) as extract_date
    from delivered
    where is_complete_extract
    group by file_version_id

),

first_seen as (

    select
        customer_id,
        min(effective_date) as first_date
    from delivered
    group by customer_id

),

deleted as (

    select
        first_seen.customer_id,
        complete_extracts.file_version_id,
        complete_extracts.extract_date as effective_date
    from first_seen
    inner join complete_extracts on first_seen.first_date < complete_extracts.extract_date
    left join delivered
        on
            first_seen.customer_id = delivered.customer_id
            and complete_extracts.file_version_id = delivered.file_version_id
    where delivered.customer_id is null

),

-- A complete extract that names a deleted customer again brings them back from its own day, also
-- where their data are those of before.
returned as (

    select distinct
        delivered.customer_id,
        delivered.customer_name,
        delivered.email,
        delivered.loyalty_tier,
        delivered.customer_segment,
        delivered.city,
        delivered.region,
        delivered.country,
        delivered.extract_date as effective_date,
        delivered.file_version_id,
        delivered.file_part_number,
        delivered.source_row_number
    from delivered
    inner join deleted
        on
            delivered.customer_id = deleted.customer_id
            and delivered.effective_date <= deleted.effective_date
            and delivered.extract_date > deleted.effective_date
    where delivered.is_complete_extract

),

events as (

    select
        customer_id,
        customer_name,
        email,
        loyalty_tier,
        customer_segment,
        city,
        region,
        country,
        is_deleted,
        effective_date,
        file_version_id,
        file_part_number,
        source_row_number
    from delivered
    union all
    select
        customer_id,
        null as customer_name,
        null as email,
        null as loyalty_tier,
        null as customer_segment,
        null as city,
        null as region,
        null as country,
        true as is_deleted,
        effective_date,
        file_version_id,
        0 as file_part_number,
        0 as source_row_number
    from deleted
    union all
    select
        customer_id,
        customer_name,
        email,
        loyalty_tier,
        customer_segment,
        city,
        region,
        country,
        false as is_deleted,
        effective_date,
        file_version_id,
        file_part_number,
        source_row_number
    from returned

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, effective_date
            order by file_version_id desc, file_part_number desc, source_row_number desc
        ) as newness
    from events

),

daily as (

    select
        *,
        sum(case when is_deleted then 0 else 1 end) over (
            partition by customer_id order by effective_date
        ) as times_delivered
    from ranked
    where newness = 1

),

-- A deleted customer is remembered as they were last known.
remembered as (

    select
        customer_id,
        effective_date,
        is_deleted,
        first_value(customer_name) over (
            partition by customer_id, times_delivered order by effective_date
        ) as customer_name,
        first_value(email) over (
            partition by customer_id, times_delivered order by effective_date
        ) as email,
        first_value(loyalty_tier) over (
            partition by customer_id, times_delivered order by effective_date
        ) as loyalty_tier,
        first_value(customer_segment) over (
            partition by customer_id, times_delivered order by effective_date
        ) as customer_segment,
        first_value(city) over (
            partition by customer_id, times_delivered order by effective_date
        ) as city,
        first_value(region) over (
            partition by customer_id, times_delivered order by effective_date
        ) as region,
        first_value(country) over (
            partition by customer_id, times_delivered order by effective_date
        ) as country
    from daily

),

hashed as (

    select
        *,
        md5(
            coalesce(customer_name, chr(30)) || chr(31)
            || coalesce(email, chr(30)) || chr(31)
            || coalesce(loyalty_tier, chr(30)) || chr(31)
            || coalesce(customer_segment, chr(30)) || chr(31)
            || coalesce(city, chr(30)) || chr(31)
            || coalesce(region, chr(30)) || chr(31)
            || coalesce(country, chr(30)) || chr(31)
            || case when is_deleted then 'deleted' else '' end
        ) as attributes_hash
    from remembered

),

compared as (

    select
        *,
        lag(attributes_hash) over (
            partition by customer_id order by effective_date
        ) as previous_hash
    from hashed

),

changes as (

    select * from compared
    where previous_hash is null or attributes_hash <> previous_hash

),

numbered as (

    select
        *,
        row_number() over (partition by customer_id order by effective_date) as version_number,
        lead(effective_date) over (
            partition by customer_id order by effective_date
        ) as next_effective_date
    from changes

),

versions as (

    select
        customer_id,
        customer_name,
        email,
        loyalty_tier,
        customer_segment,
        city,
        region,
        country,
        is_deleted,
        cast(version_number as integer) as version_number,
        next_effective_date is null as is_current,
        case
            -- A sale may be older than the first that is known of its customer.
            when version_number = 1 then cast('{{ var("first_day_of_history") }}' as date)
            else effective_date
        end as effective_start_date,
        coalesce(
            next_effective_date, cast('{{ var("last_day_of_history") }}' as date)
        ) as effective_end_date
    from numbered

)

select * from versions
