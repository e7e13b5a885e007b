{#- Grain: one row per delivered sales line that this build has to compute or to take out, by its
    address: those of file versions that are new, or do not count any more, since int_sales_lines
    was built, and those for which an order header, master data or a rule has changed since. In a
    first build, and with --full-refresh: every line.

    The lines of other files that win or lose a duplicate because of these are not among them: they
    are as they were, and only change their place (see int_sales_lines).

    It reads what the previous build left of int_sales_lines, which itself comes after it. -#}
{{ config(post_hook='{{ analyze_table() }}') }}
{%- set built = previously_built('int_sales_lines') -%}
{%- set applied = previously_built('int_lookups_applied') -%}
{%- set is_partial = built and applied -%}

-- depends_on: {{ ref('int_lookups') }}
-- depends_on: {{ ref('stg_file_versions') }}
{% if is_partial %}
{%- set new_versions, gone_versions = changed_file_versions(built, ref('stg_file_versions')) -%}
{%- set changed_kinds = changed_lookup_kinds(ref('int_lookups'), applied) -%}
{#- How a line asks each question. Too many lines cost time; too few would be wrong. -#}
{%- set asked_by = {
    'order': 'lines.order_id = changed.lookup_key',
    'product': 'lines.product_id = changed.lookup_key',
    'product name': 'lines.product_id is null and lines.product_name = changed.lookup_key',
    'customer': 'lines.customer_natural_key = changed.lookup_key',
    'customer name': 'lines.customer_id is null and lines.customer_name = changed.lookup_key',
    'seller name': 'lines.seller_id is null and lines.seller_name = changed.lookup_key',
    'shipping company name':
        'lines.shipping_company_id is null '
        ~ 'and lines.shipping_company_name = changed.lookup_key',
    'store': 'lines.store_natural_key = changed.lookup_key',
    'store name': 'lines.store_id is null and lines.store_name = changed.lookup_key',
    'product alias': 'lines.product_name = changed.lookup_key',
    'product aliases': 'lines.product_name = changed.lookup_key',
    'seller alias': 'lines.seller_name = changed.lookup_key',
    'seller aliases': 'lines.seller_name = changed.lookup_key',
    'shipping_company alias': 'lines.shipping_company_name = changed.lookup_key',
    'shipping_company aliases': 'lines.shipping_company_name = changed.lookup_key',
    'store alias': 'lines.store_name = changed.lookup_key',
    'store aliases': 'lines.store_name = changed.lookup_key',
    'acceptance': row_address('lines') ~ ' = changed.lookup_key',
    'customer list': 'true',
    'product list': 'true',
    'severities': 'true',
    'rules': 'true',
} -%}
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
    inner join changed on changed.lookup_kind = '{{ kind }}' and {{ asked_by[kind] }}
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
