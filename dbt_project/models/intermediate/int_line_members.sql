{#- Grain: one row per part of a file version, kind of member and way in which accepted sales lines
    of that part name it: what the dimensions know of products, customers, sellers, carriers, stores
    and places that no master data describe. Small beside the lines, so that dimensions can be
    rebuilt at little cost.

    Incremental by file version. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ one_build_at_a_time() }}",
        "{{ take_out_changed_versions(['file_version_id']) }}",
    ],
    post_hook="{{ remember_rules() }}",
) }}
{%- set changed = changed_since_built(
    ref('int_sales_line_checksums'), stored_checksums()
) if is_incremental() else none -%}
{%- set kinds = {
    'product': {
        'natural_key': 'product_natural_key', 'member_id': 'product_id',
        'member_name': 'product_name', 'category': 'category',
    },
    'customer': {
        'natural_key': 'customer_natural_key', 'member_id': 'customer_id',
        'member_name': 'customer_name',
    },
    'seller': {
        'natural_key': 'seller_natural_key', 'member_id': 'seller_id',
        'member_name': 'seller_name',
    },
    'shipping company': {
        'natural_key': 'shipping_company_natural_key', 'member_id': 'shipping_company_id',
        'member_name': 'shipping_company_name',
    },
    'store': {
        'natural_key': 'store_natural_key', 'member_id': 'store_id',
        'member_name': 'store_name', 'city': 'city', 'region': 'region', 'country': 'country',
    },
    'place': {
        'natural_key': "coalesce(place_region, place_country)", 'region': 'place_region',
        'country': 'place_country',
    },
} -%}
{%- set attributes = ['member_id', 'member_name', 'category', 'city', 'region', 'country'] -%}

with

lines as (

    select * from {{ ref('int_sales_lines') }}
    where
        line_status = 'accepted'
        {% if changed is not none -%}
        and file_version_id in ({{ (changed or [-1]) | join(', ') }})
        {%- endif %}

),

checksums as (

    select * from {{ ref('int_sales_line_checksums') }}

),

members as (

    {% for kind, columns in kinds.items() %}
    select
        '{{ kind }}' as member_kind,
        {{ columns.natural_key }} as natural_key,
        {% for attribute in attributes -%}
        {{ columns.get(attribute, 'cast(null as text)') }} as {{ attribute }},
        {% endfor -%}
        min(case when not is_return then sale_date end) as first_sale_date,
        max(sold_at) as last_sold_at,
        {{ latest_value('source_row_number', ['sold_at', 'source_row_number']) }}
            as last_row_number,
        file_part_number,
        file_version_id
    from lines
    where {{ columns.natural_key }} is not null
    group by
        {{ columns.values() | join(', ') }},
        file_part_number,
        file_version_id
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        members.*,
        checksums.checksum
    from members
    inner join checksums on members.file_version_id = checksums.file_version_id

)

select * from final
