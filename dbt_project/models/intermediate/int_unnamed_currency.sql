{#- Grain: one row: the currency of price lists that name none. It is the default currency or, where
    that is not known, the one that all sales are in; with several, none is certain. Sales are only
    looked through where a price list needs it. -#}
{{ config(materialized='view') }}

{% if var('default_currency') == 'XXX' -%}
with

sold as (

    select coalesce(lines.delivered_currency, order_headers.currency, 'XXX') as currency
    from {{ ref('stg_sales_lines') }} as lines
    left join {{ ref('int_orders') }} as order_headers on lines.order_id = order_headers.order_id
    where exists (
        select 1
        from {{ ref('stg_products') }} as listed
        where
            listed.currency is null
            and coalesce(listed.list_price, listed.standard_cost) is not null
    )

),

final as (

    select case when count(distinct currency) = 1 then max(currency) else 'XXX' end as currency
    from sold

)

select * from final
{%- else -%}
select cast('{{ var("default_currency") }}' as text) as currency
{%- endif %}
