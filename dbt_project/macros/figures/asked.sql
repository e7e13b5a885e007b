{#- Whether nothing is asked but days and what is named here. -#}
{% macro asks_only(names=[]) -%}
    {%- set others = [] -%}
    {%- for name in figure_parameters() if name.startswith('for_') and name not in names -%}
        {%- do others.append(name) -%}
    {%- endfor -%}
    coalesce({{ others | join(', ') }}) is null
{%- endmacro %}

{#- The lines that a function is asked about, from the first to the last of some days, as `line`; what
    they are asked about else is a condition that falls away where it is null. -#}
{% macro asked_lines(first='start_date', last='end_date', columns='line.*', joins='') -%}
    select {{ columns }}
    from {{ ref('fact_sales_line') }} as line
    {{ joins }}
    where
        line.sale_date_key between {{ date_key('cast(' ~ first ~ ' as date)') }}
        and {{ date_key('cast(' ~ last ~ ' as date)') }}
        and {{ is_of_asked_order() }}
        and {{ is_of_asked_member('dim_product', {
            'for_product': ['product_name', 'product_id'], 'for_category': ['category'],
        }) }}
        and {{ is_of_asked_member('dim_region', {
            'for_region': ['region'], 'for_country': ['country'],
        }) }}
        and (
            for_city is null
            or exists (
                select 1 from {{ ref('dim_store') }} as dim_store
                cross join {{ ref('dim_customer') }} as dim_customer
                where
                    dim_store.store_key = line.store_key
                    and dim_customer.customer_key = line.customer_key
                    and {{ city_of_sale() }} = for_city
            )
        )
{%- endmacro %}

{#- The order headers that a function is asked about; none where it is asked about what they lack: a
    product, a place. -#}
{% macro asked_headers() -%}
    select
        line.*,
        cast(start_date as date) as span_start_date
    from {{ ref('fact_order') }} as line
    where
        line.order_date_key between {{ date_key('cast(start_date as date)') }}
        and {{ date_key('cast(end_date as date)') }}
        and {{ is_of_asked_order() }}
        and {{ asks_only([
            'for_currency', 'for_seller', 'for_shipping_company', 'for_store', 'for_customer',
            'for_customer_segment',
        ]) }}
{%- endmacro %}

{#- Whether `line`, a sales line or an order header, is what a function is asked about, as far as headers
    can tell. -#}
{% macro is_of_asked_order() -%}
    (for_currency is null or line.currency = for_currency)
    and {{ is_of_asked_member('dim_seller', {'for_seller': ['seller_name', 'seller_id']}) }}
    and {{ is_of_asked_member('dim_store', {'for_store': ['store_name', 'store_id']}) }}
    and {{ is_of_asked_member('dim_shipping_company', {
        'for_shipping_company': ['shipping_company_name', 'shipping_company_id'],
    }) }}
    and {{ is_of_asked_member('dim_customer', {
        'for_customer': ['customer_name', 'customer_id'],
        'for_customer_segment': ['customer_segment'],
    }) }}
{%- endmacro %}

{#- Whether the member of a dimension is one that is asked about: by parameter, the columns one of which
    must have its value. -#}
{% macro is_of_asked_member(dimension, asked) -%}
    {%- set key = dimension | replace('dim_', '') ~ '_key' -%}
    {%- set members -%}
        select wanted.{{ key }} from {{ ref(dimension) }} as wanted
        where
            {%- for name, columns in asked.items() %}
            ({{ name }} is null or {{ name }} in (wanted.{{ columns | join(', wanted.') }}))
            {{- ' and' if not loop.last }}
            {%- endfor %}
    {%- endset -%}
    (coalesce({{ asked | join(', ') }}) is null or {{ is_in_rows('line.' ~ key, members) }})
{%- endmacro %}

{#- The lines of the weekly reports: all, with the week that each is in. -#}
{% macro lines_of_weeks() -%}
    select
        fact_sales_line.*,
        dim_date.full_date as sale_date,
        dim_date.week_start_date as span_start_date
    from {{ ref('fact_sales_line') }} as fact_sales_line
    inner join {{ ref('dim_date') }} as dim_date
        on fact_sales_line.sale_date_key = dim_date.date_key
{%- endmacro %}

{#- The weeks of the weekly reports, each with the span that it is compared with. -#}
{% macro spans_of_weeks() -%}
    select distinct
        week_start_date as span_start_date,
        week_start_date + 6 as span_end_date,
        week_start_date - 7 as previous_start_date
    from {{ ref('rpt_weekly_summary') }}
{%- endmacro %}

{#- The days that a function is asked about, and as many before them. -#}
{% macro asked_span() -%}
    select
        cast(start_date as date) as span_start_date,
        cast(end_date as date) as span_end_date,
        {{ days_before_asked() }} as previous_start_date
{%- endmacro %}

{#- The first of as many days as are asked about, right before them. -#}
{% macro days_before_asked() -%}
    cast(start_date as date)
    - cast(cast(end_date as date) - cast(start_date as date) + 1 as integer)
{%- endmacro %}

{#- The span of a line: that which is asked about, or the one before it. -#}
{% macro asked_or_before() -%}
    case
        when line.sale_date_key >= {{ date_key('cast(start_date as date)') }} then cast(start_date as date)
        else {{ days_before_asked() }}
    end as span_start_date
{%- endmacro %}

{#- A query of the day of the last sale of all. -#}
{% macro last_sale() -%}
    select dim_date.full_date as last_sale_date
    from {{ ref('dim_date') }} as dim_date
    where
        dim_date.date_key
        = (select max(sold.sale_date_key) from {{ ref('fact_sales_line') }} as sold)
{%- endmacro %}

{#- Joins their days to the lines that a function is asked about. -#}
{% macro days_of_lines() -%}
    inner join {{ ref('dim_date') }} as dim_date on line.sale_date_key = dim_date.date_key
{%- endmacro %}

{#- A sale's city: that of its store, else that of the customer as they were on its day. So the cities
    of a region add up to it. -#}
{% macro city_of_sale() -%}
    coalesce(dim_store.city, dim_customer.city, 'Unknown')
{%- endmacro %}

{#- By how many percent an amount has grown; null where it has grown from nothing or less, or where
    the condition does not hold: an unfinished span has no percentage. -#}
{% macro change_pct(amount, amount_before, condition) -%}
    case
        when {{ condition }} and {{ amount_before }} > 0
            then {{ divide(
                '100 * (' ~ amount ~ ' - ' ~ amount_before ~ ')', amount_before, 4
            ) }}
    end
{%- endmacro %}
