-- Sales whose customer version did not hold on their day.
select
    fact_sales_line.sales_line_key,
    fact_sales_line.sold_at,
    dim_customer.customer_key,
    dim_customer.effective_start_date,
    dim_customer.effective_end_date
from {{ ref('fact_sales_line') }} as fact_sales_line
inner join {{ ref('dim_customer') }} as dim_customer
    on fact_sales_line.customer_key = dim_customer.customer_key
where
    dim_customer.customer_key <> -1
    and (
        cast(fact_sales_line.sold_at as date) < dim_customer.effective_start_date
        or cast(fact_sales_line.sold_at as date) >= dim_customer.effective_end_date
    )
