{#- Grain: one row per product line of one sale, from active file versions, each line once.

    Additive over every dimension: units, gross_amount, discount_amount, revenue, reported_total,
    cost, profit, within one currency. Not additive: unit_price. What belongs to an order and not
    to its lines (freight) is in fact_order.

    Incremental by line, in the file versions whose accepted lines are not those that are here:
    first the lines that are gone or different are taken out, then those that lack are written. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=indexed_by(['file_version_id']),
    pre_hook=[
        "{{ one_build_at_a_time() }}", "{{ without_nested_loops() }}", "{{ take_out_changed_lines() }}",
    ],
    post_hook="{{ remember_rules() }}",
) }}
{%- set changed = changed_since_built(
    ref('int_sales_line_checksums'), summed_checksums()
) if is_incremental() else none -%}

-- depends_on: {{ ref('int_sales_line_checksums') }}
-- Dimensions first: on PostgreSQL the keys of this table refer to them.
-- depends_on: {{ ref('dim_customer') }}
-- depends_on: {{ ref('dim_date') }}
-- depends_on: {{ ref('dim_product') }}
-- depends_on: {{ ref('dim_region') }}
-- depends_on: {{ ref('dim_seller') }}
-- depends_on: {{ ref('dim_shipping_company') }}
-- depends_on: {{ ref('dim_store') }}
with

lines as (

    select * from {{ ref('int_sales_lines') }}
    where
        line_status = 'accepted'
        {% if changed is not none -%}
        and file_version_id in ({{ (changed or [-1]) | join(', ') }})
        {%- endif %}

),

final as (

    select
        sales_line_key,
        {{ date_key('sale_date') }} as sale_date_key,
        coalesce({{ surrogate_key('product_natural_key') }}, -1) as product_key,
        customer_key,
        coalesce({{ surrogate_key('customer_natural_key') }}, -1) as customer_durable_key,
        coalesce({{ surrogate_key('seller_natural_key') }}, -1) as seller_key,
        coalesce({{ surrogate_key('shipping_company_natural_key') }}, -1) as shipping_company_key,
        coalesce({{ surrogate_key('store_natural_key') }}, -1) as store_key,
        {{ region_key('place_region', 'place_country') }} as region_key,
        order_id,
        line_number,
        sold_at,
        is_return,
        currency,
        cast(units as decimal(18, 4)) as units,
        cast(unit_price as decimal(18, 6)) as unit_price,
        gross_amount,
        discount_amount,
        revenue,
        reported_total,
        revenue_basis,
        cost,
        profit,
        is_cost_estimated,
        source_file,
        source_sheet,
        source_row_number,
        file_version_id,
        loaded_at,
        line_fingerprint
    from lines
    {% if is_incremental() -%}
    where
        not exists (
            select 1 from {{ this }} as written
            where
                written.sales_line_key = lines.sales_line_key
                and written.file_version_id in ({{ (changed or [-1]) | join(', ') }})
        )
    {%- endif %}

)

select * from final
