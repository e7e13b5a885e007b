{#- Grain: one row per delivered sales line that this build has to compute or to take out, by its
    address: those of file versions that are new, or do not count any more, since int_sales_lines
    was built, and those for which an order header, master data or a seed has changed since. In a
    first build, with --full-refresh, and after a change of the rules: every line.

    The lines of other files that win or lose a duplicate because of these are not among them: they
    are as they were, and only change their place (see int_sales_lines).

    It reads what the previous build left of int_sales_lines, which itself comes after it. -#}
{{ config(post_hook='{{ analyze_table() }}') }}
{%- set built = previously_built('int_sales_lines') -%}
{%- set applied = previously_built('int_lookups_applied') -%}
{%- set is_partial = built and applied -%}
{%- if execute and kept_table('int_sales_lines') and not is_partial and not flags.FULL_REFRESH -%}
    {%- do log(
        'Lines are computed anew, all of them: models, macros or vars that make them have changed.',
        info=true
    ) -%}
{%- endif -%}

-- depends_on: {{ ref('int_lookups') }}
-- depends_on: {{ ref('stg_file_versions') }}
{% if is_partial %}
{%- set new_versions, gone_versions = changed_file_versions(built, ref('stg_file_versions')) -%}
{%- set lookups = lookups_of_sales_lines() -%}
{%- set changed_kinds = changed_lookup_kinds(ref('int_lookups'), applied) -%}
with

changed as (

    {{ changed_lookups(ref('int_lookups'), applied) }}

),

new_lines as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        cast(null as bigint) as previous_sales_line_key
    from {{ ref('stg_sales_lines') }}
    where file_version_id in ({{ (new_versions or [-1]) | join(', ') }})

),

gone_lines as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        sales_line_key as previous_sales_line_key
    from {{ built }}
    where file_version_id in ({{ (gone_versions or [-1]) | join(', ') }})

),

concerned_lines as (

    {% for kind in changed_kinds %}
    select
        lines.file_version_id,
        lines.file_part_number,
        lines.source_row_number,
        lines.sales_line_key as previous_sales_line_key
    from {{ built }} as lines
    inner join changed
        on {{ lookups[kind].asked }} = changed.lookup_key and changed.lookup_kind = '{{ kind }}'
    union
    {% endfor %}
    select * from gone_lines

),

due as (

    select * from new_lines
    union all
    select * from concerned_lines

)

select * from due
{% else %}
with

due as (

    select
        file_version_id,
        file_part_number,
        source_row_number,
        cast(null as bigint) as previous_sales_line_key
    from {{ ref('stg_sales_lines') }}

)

select * from due
{% endif %}
