{#- Grain: one row per currency and customer who bought or returned something, under the name and in
    the segment that they have now. -#}
{%- set members -%}
    (
        select
            versions.customer_key,
            today.customer_durable_key,
            today.customer_id,
            today.customer_name,
            today.customer_segment
        from {{ ref('dim_customer') }} as versions
        inner join {{ ref('dim_customer') }} as today
            on versions.customer_durable_key = today.customer_durable_key
        where today.is_current
    )
{%- endset -%}
{{ member_figures(
    'customer_key', members,
    ['customer_durable_key', 'customer_id', 'customer_name', 'customer_segment']
) }}
