{#- Grain: one row per customer of the master data and span of days over which nothing known about
    them changed (type 2). Rebuilt from raw in full, so that it does not matter in which order the
    extracts came.

    What is known of a customer is what their events tell, in the order of the days from which
    they count. There are three kinds:
    - A delivered row, from its `updated_at`; where that is not delivered, or lies outside of
      history (vars first_day_of_history, last_day_of_history), from the day the file was last
      changed. Of one day, the newest delivery comes last.
    - A deletion: no complete extract of a day names a customer who was known before. Rows that
      count from that day come after it.
    - A return: the first complete extract that names a deleted customer again, from its own day,
      with the data that it gives, be they those of before.
    An empty cell tells that there is no value now. A column that a file lacks, or a deletion, tells
    nothing of it: the value told before stays. -#}
{%- set attributes = [
    'customer_name', 'email', 'loyalty_tier', 'customer_segment', 'city', 'region', 'country'
] -%}

with

delivered as (

    select
        customer_id,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        columns_delivered,
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

first_known as (

    select
        customer_id,
        min(effective_date) as first_date
    from delivered
    group by customer_id

),

dates as (

    select
        effective_date as calendar_date,
        0 as is_extract_date
    from delivered
    union
    select
        extract_date as calendar_date,
        1 as is_extract_date
    from delivered
    where is_complete_extract

),

-- Days are numbered by complete extracts: each has the number of the last one up to and with it.
-- Complete extracts of one day are one extract, in several files or sheets.
numbered_dates as (

    select
        calendar_date,
        max(is_extract_date) as is_extract_date,
        cast(sum(max(is_extract_date)) over (order by calendar_date) as integer) as extract_number
    from dates
    group by calendar_date

),

extracts as (

    select
        extract_number,
        calendar_date as extract_date
    from numbered_dates
    where is_extract_date = 1

),

named as (

    select distinct
        delivered.customer_id,
        delivered.extract_date,
        extracts.extract_number
    from delivered
    inner join extracts on delivered.extract_date = extracts.extract_date
    where delivered.is_complete_extract

),

-- Somebody who is there from some day on is gone with the next extract, unless that names them.
there as (

    select
        delivered.customer_id,
        numbered_dates.extract_number
    from delivered
    inner join numbered_dates on delivered.effective_date = numbered_dates.calendar_date
    union
    select
        named.customer_id,
        named.extract_number
    from named
    inner join first_known on named.customer_id = first_known.customer_id
    where first_known.first_date <= named.extract_date

),

gone as (

    select
        customer_id,
        extract_number + 1 as extract_number
    from there
    except
    select
        customer_id,
        extract_number
    from named

),

named_again as (

    select
        named.customer_id,
        named.extract_date
    from named
    inner join first_known on named.customer_id = first_known.customer_id
    left join named as named_before
        on
            named.customer_id = named_before.customer_id
            and named.extract_number = named_before.extract_number + 1
    where
        named.extract_number > 1
        and named.extract_date > first_known.first_date
        and named_before.customer_id is null

),

-- Of several rows that an extract has for one customer, the one that tells how they are on its
-- day comes first; changes that are announced for later come last, and tell nothing yet.
named_again_rows as (

    select
        delivered.*,
        delivered.effective_date <= delivered.extract_date as is_in_effect,
        row_number() over (
            partition by delivered.customer_id, delivered.extract_date
            order by
                case when delivered.effective_date <= delivered.extract_date then 0 else 1 end,
                delivered.effective_date desc,
                delivered.file_version_id desc,
                delivered.file_part_number desc,
                delivered.source_row_number desc
        ) as place_in_extract
    from delivered
    inner join named_again
        on
            delivered.customer_id = named_again.customer_id
            and delivered.extract_date = named_again.extract_date
    where delivered.is_complete_extract

),

events as (

    select
        customer_id,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        columns_delivered,
        false as is_deleted,
        false as is_return,
        effective_date,
        file_version_id,
        file_part_number,
        source_row_number
    from delivered
    union all
    select
        gone.customer_id,
        {%- for attribute in attributes %}
        null as {{ attribute }},
        {%- endfor %}
        null as columns_delivered,
        true as is_deleted,
        false as is_return,
        extracts.extract_date as effective_date,
        0 as file_version_id,
        0 as file_part_number,
        0 as source_row_number
    from gone
    inner join extracts on gone.extract_number = extracts.extract_number
    union all
    select
        customer_id,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        case when is_in_effect then columns_delivered end as columns_delivered,
        false as is_deleted,
        true as is_return,
        extract_date as effective_date,
        0 as file_version_id,
        0 as file_part_number,
        0 as source_row_number
    from named_again_rows
    where place_in_extract = 1

),

numbered_events as (

    select
        *,
        row_number() over by_customer as event_number,
        lag(is_deleted) over by_customer as was_deleted,
        lead(effective_date) over by_customer as following_date
    from events
    window by_customer as (
        partition by customer_id
        order by effective_date, file_version_id, file_part_number, source_row_number
    )

),

-- The last event, up to each, that told of an attribute. Somebody who was back already, by a row
-- of their own, does not return.
told as (

    select
        *,
        {%- for attribute in attributes %}
        max(
            case
                when
                    {{ in_list("'" ~ attribute ~ "'", 'columns_delivered') }}
                    and (was_deleted or not is_return)
                    then event_number
            end
        ) over by_customer as {{ attribute }}_event_number,
        {%- endfor %}
        following_date is null or following_date > effective_date as is_last_of_day
    from numbered_events
    window by_customer as (partition by customer_id order by event_number)

),

remembered as (

    select
        customer_id,
        {%- for attribute in attributes %}
        lag({{ attribute }}, cast(event_number - {{ attribute }}_event_number as integer))
            over by_customer as {{ attribute }},
        {%- endfor %}
        is_deleted,
        effective_date,
        is_last_of_day
    from told
    window by_customer as (partition by customer_id order by event_number)

),

compared as (

    select
        *,
        {%- for column in attributes + ['is_deleted'] %}
        lag({{ column }}) over by_customer as previous_{{ column }},
        {%- endfor %}
        lag(effective_date) over by_customer as previous_date
    from remembered
    where is_last_of_day
    window by_customer as (partition by customer_id order by effective_date)

),

changes as (

    select *
    from compared
    where
        previous_date is null
        {%- for column in attributes + ['is_deleted'] %}
        or {{ column }} is distinct from previous_{{ column }}
        {%- endfor %}

),

numbered as (

    select
        *,
        row_number() over by_customer as version_number,
        lead(effective_date) over by_customer as next_effective_date
    from changes
    window by_customer as (partition by customer_id order by effective_date)

),

versions as (

    select
        customer_id,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
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

),

final as (

    select
        *,
        is_current
        and not is_deleted
        and count(*) over (partition by customer_name, is_current and not is_deleted) = 1
            as is_only_of_its_name
    from versions

)

select * from final
