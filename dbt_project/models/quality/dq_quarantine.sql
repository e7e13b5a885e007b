{#- Grain: one row per delivered sales line that is kept out of the fact because it cannot be read.
    Additive: amount_at_stake, as far as it is known. -#}

with

rejected as (

    select * from {{ ref('int_sales_lines') }}
    where line_status = 'rejected'

),

final as (

    select
        sales_line_key,
        rejection_reasons,
        order_id,
        product_id,
        product_name,
        sold_at_text,
        units_text,
        unit_price_text,
        discount_amount_text,
        discount_rate_text,
        line_total_text,
        currency,
        coalesce(reported_total, revenue) as amount_at_stake,
        source_file,
        source_sheet,
        source_row_number,
        file_version_id,
        loaded_at
    from rejected

)

select * from final
