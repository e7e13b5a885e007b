-- Customers who look different in the open version of the snapshot and in the current one of
-- dim_customer, or who have only one of the two. Both are made of int_customer_versions in one
-- build; where a selection builds one without the other, they need not agree.
{%- set attributes = [
    'customer_name', 'email', 'loyalty_tier', 'customer_segment', 'city', 'region', 'country',
    'is_deleted'
] %}

with

recorded as (

    select
        *,
        -- Whoever has no name is called by their number in dim_customer.
        coalesce(customer_name, customer_id) as shown_customer_name
    from {{ ref('customers_snapshot') }}
    where dbt_valid_to is null

),

rebuilt as (

    select * from {{ ref('dim_customer') }}
    where is_in_master_data and is_current

)

select
    coalesce(recorded.customer_id, rebuilt.customer_id) as customer_id,
    recorded.customer_id is not null as is_recorded,
    rebuilt.customer_id is not null as is_rebuilt
from recorded
full outer join rebuilt on recorded.customer_id = rebuilt.customer_id
where
    {{ is_built_together([
        'model.salesops.dim_customer', 'snapshot.salesops.customers_snapshot'
    ]) }}
    and (
        recorded.customer_id is null
        or rebuilt.customer_id is null
        or recorded.shown_customer_name is distinct from rebuilt.customer_name
        {%- for attribute in attributes[1:] %}
        or recorded.{{ attribute }} is distinct from rebuilt.{{ attribute }}
        {%- endfor %}
    )
