{#- Grain: one row per rule and delivered row that breaks it; of totals rows, per column of it.
    Counts are additive. amount_at_stake is the amount of the row, and so is not additive over the
    rules that one row breaks. -#}
{{ config(post_hook='{{ analyze_table() }}') }}
{%- set row_of_lines = {
    'sold_at': 'sold_at_text',
    'units': 'units_text',
    'unit_price': 'unit_price_text',
    'line_total': 'line_total_text',
    'line_number': 'line_number_text',
    'discount_amount': 'discount_amount_text',
    'discount_rate': 'discount_rate_text',
    'product_id': 'product_id',
    'product_name': 'product_name',
    'customer_id': 'customer_id',
    'customer_name': 'customer_name',
} -%}

with

rules as (

    select * from {{ ref('dq_rules') }}

),

versions as (

    select * from {{ ref('stg_file_versions') }}

),

parts as (

    select * from {{ source('raw', 'file_parts') }}

),

acceptances as (

    select * from {{ ref('int_accepted_rows') }}

),

of_lines as (

    select
        issues.rule,
        'sales_lines' as entity,
        cast(null as text) as known_column_name,
        cast(null as text) as known_offending_text,
        case issues.rule
            when 'price_mismatch'
                then
                    'they give '
                    || coalesce(cast(lines.computed_total as text), 'more than an amount can be')
            when 'date_in_future' then 'loaded on ' || {{ iso_date('lines.loaded_at') }}
            else issues.expected_text
        end as expected_text,
        case lines.line_status when 'rejected' then 'quarantined' else lines.line_status end
            as row_status,
        coalesce(lines.reported_total, lines.revenue, lines.computed_total) as amount_at_stake,
        lines.currency,
        lines.sale_date,
        {% for text in row_of_lines.values() | unique -%}
        lines.{{ text }},
        {% endfor -%}
        lines.unreadable_cost_text,
        lines.source_file,
        lines.source_sheet,
        issues.source_row_number,
        issues.file_part_number,
        issues.file_version_id
    from {{ ref('int_line_issues') }} as issues
    inner join {{ ref('int_sales_lines') }} as lines
        on
            issues.file_version_id = lines.file_version_id
            and issues.file_part_number = lines.file_part_number
            and issues.source_row_number = lines.source_row_number

),

of_other_rows as (

    select
        rule,
        entity,
        cast(null as text) as column_name,
        offending_text,
        cast(null as text) as expected_text,
        cast(null as text) as row_status,
        cast(null as decimal(18, 4)) as amount_at_stake,
        source_file,
        source_sheet,
        source_row_number,
        file_part_number,
        file_version_id
    from {{ ref('int_reference_issues') }}
    union all
    select
        'control_total_disagrees' as rule,
        'sales_lines' as entity,
        column_name,
        total_text as offending_text,
        'the rows give ' || cast(sum_of_rows as text) as expected_text,
        'skipped' as row_status,
        case
            when column_name = 'line_total'
                then {{ money('abs(stated_total - sum_of_rows)') }}
        end as amount_at_stake,
        source_file,
        source_sheet,
        source_row_number,
        file_part_number,
        file_version_id
    from {{ ref('int_control_totals') }}
    where abs(stated_total - sum_of_rows) > {{ var('price_tolerance') }}

),

issues as (

    select * from of_lines
    union all
    select
        rule,
        entity,
        column_name as known_column_name,
        offending_text as known_offending_text,
        expected_text,
        row_status,
        amount_at_stake,
        cast(null as text) as currency,
        cast(null as date) as sale_date,
        {% for text in row_of_lines.values() | unique -%}
        cast(null as text) as {{ text }},
        {% endfor -%}
        cast(null as text) as unreadable_cost_text,
        source_file,
        source_sheet,
        source_row_number,
        file_part_number,
        file_version_id
    from of_other_rows

),

-- Of the columns that a rule may be about, the first that the file has.
located as (

    select
        issues.*,
        rules.severity,
        rules.description,
        rules.what_to_do,
        coalesce(
            issues.known_column_name,
            {% for number in [1, 2, 3, 4, 5] -%}
            case
                when {{ in_list(
                    "split_part(rules.column_name, '|', " ~ number ~ ")",
                    'parts.columns_delivered'
                ) }}
                    then split_part(rules.column_name, '|', {{ number }})
            end,
            {% endfor -%}
            nullif(split_part(rules.column_name, '|', 1), '')
        ) as column_name,
        coalesce(versions.period_start_date, versions.as_of_date) as file_date,
        {{ iso_date('versions.period_start_date') }} || ' to '
        || {{ iso_date('versions.period_end_date') }} as period_text
    from issues
    inner join rules on issues.rule = rules.rule
    inner join versions on issues.file_version_id = versions.file_version_id
    inner join parts
        on
            issues.file_version_id = parts.file_version_id
            and issues.file_part_number = parts.file_part_number

),

-- What a rule finds all over a file is one matter, not one of each row.
delivered as (

    select
        file_version_id,
        entity,
        sum(rows_loaded) as row_count
    from parts
    group by file_version_id, entity

),

widespread as (

    select
        located.file_version_id,
        located.rule
    from located
    inner join delivered
        on
            located.file_version_id = delivered.file_version_id
            and located.entity = delivered.entity
    where located.severity = 'warn'
    group by located.file_version_id, located.rule, delivered.row_count
    having
        count(*) >= {{ var('widespread_minimum_rows') }}
        and count(*) > {{ var('widespread_minimum_share') }} * delivered.row_count

),

final as (

    select
        located.rule,
        located.severity,
        located.entity,
        located.column_name,
        coalesce(
            located.known_offending_text,
            case
                when located.rule = 'unreadable_cost' then located.unreadable_cost_text
                when located.column_name = 'currency' then located.currency
                {% for column, text in row_of_lines.items() -%}
                when located.column_name = '{{ column }}' then located.{{ text }}
                {% endfor %}
            end
        ) as offending_text,
        case located.rule
            when 'date_outside_period' then located.period_text
            else located.expected_text
        end as expected_text,
        located.description,
        located.what_to_do,
        coalesce(
            located.row_status,
            case located.severity when 'reject' then 'quarantined' else 'accepted' end
        ) as row_status,
        cast(located.amount_at_stake as decimal(18, 4)) as amount_at_stake,
        located.currency,
        coalesce({{ in_list('located.rule', 'acceptances.accepted_rules') }}, false) as is_accepted,
        widespread.rule is not null as is_widespread,
        {{ week_start('coalesce(located.sale_date, located.file_date)') }} as week_start_date,
        located.source_file,
        located.source_sheet,
        located.source_row_number,
        located.file_part_number,
        located.file_version_id
    from located
    left join acceptances
        on
            located.source_file = acceptances.source_file
            and coalesce(located.source_sheet, '') = acceptances.source_sheet
            and located.source_row_number = acceptances.source_row_number
    left join widespread
        on
            located.file_version_id = widespread.file_version_id
            and located.rule = widespread.rule

)

select * from final
