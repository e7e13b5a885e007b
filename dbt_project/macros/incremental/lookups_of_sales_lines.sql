{#- What sales lines look up in order headers, master data and seeds. Each question is declared here
    and nowhere else: models join its answers (`look_up`), int_lookups keeps a fingerprint of each,
    and int_sales_lines_due finds the lines that asked for one that has changed.

    of, where: the model or seed that knows, and which of its rows do;
    key:       what they are asked by;
    answers:   what a line gets of them; where there are none, it gets whether there is a row;
    asked:     the question, in columns of `lines`. It can be asked of a line on its way and of one in
               int_sales_lines alike, as no model on the way gives a column another value;
    and:       which of several answers to a question a line takes. -#}
{% macro lookups_of_sales_lines() -%}
    {{ return({
        'order_header': {
            'of': 'int_orders', 'key': 'order_id', 'asked': 'lines.order_id',
            'answers': [
                'sold_at', 'currency', 'customer_id', 'seller_id', 'seller_name',
                'shipping_company_id', 'shipping_company_name', 'store_id', 'has_customer_column',
                'has_seller_column', 'has_shipping_company_column',
            ],
        },
        'product_alias': {
            'of': 'int_name_aliases', 'where': "kind = 'product'", 'key': 'alias',
            'answers': ['canonical_name'], 'asked': 'lines.delivered_product_name',
        },
        'seller_alias': {
            'of': 'int_name_aliases', 'where': "kind = 'seller'", 'key': 'alias',
            'answers': ['canonical_name'], 'asked': 'lines.spelled_seller_name',
        },
        'shipping_company_alias': {
            'of': 'int_name_aliases', 'where': "kind = 'shipping_company'", 'key': 'alias',
            'answers': ['canonical_name'], 'asked': 'lines.spelled_shipping_company_name',
        },
        'store_alias': {
            'of': 'int_name_aliases', 'where': "kind = 'store'", 'key': 'alias',
            'answers': ['canonical_name'], 'asked': 'lines.delivered_store_name',
        },
        'product': {
            'of': 'int_products', 'key': 'product_natural_key', 'asked': 'lines.product_id',
            'answers': [
                'list_price', 'standard_cost', 'list_price_currency', 'standard_cost_currency',
            ],
        },
        'product_by_name': {
            'of': 'int_products', 'where': 'is_only_of_its_name', 'key': 'product_name',
            'answers': [
                'product_natural_key', 'list_price', 'standard_cost', 'list_price_currency',
                'standard_cost_currency',
            ],
            'asked': 'case when lines.product_id is null then lines.product_name end',
        },
        'customer_by_name': {
            'of': 'int_customer_versions', 'where': 'is_only_of_its_name', 'key': 'customer_name',
            'answers': ['customer_id'],
            'asked': 'case when lines.customer_id is null then lines.customer_name end',
        },
        'seller_by_name': {
            'of': 'int_sellers', 'where': 'is_only_of_its_name', 'key': 'seller_name',
            'answers': ['seller_natural_key'],
            'asked': 'case when lines.seller_id is null then lines.seller_name end',
        },
        'shipping_company_by_name': {
            'of': 'int_shipping_companies', 'where': 'is_only_of_its_name', 'key': 'shipping_company_name',
            'answers': ['shipping_company_natural_key'],
            'asked': 'case when lines.shipping_company_id is null '
                ~ 'then lines.shipping_company_name end',
        },
        'store_by_name': {
            'of': 'int_stores', 'where': 'is_only_of_its_name', 'key': 'store_name',
            'answers': ['store_natural_key'],
            'asked': 'case when lines.store_id is null then lines.store_name end',
        },
        'place': {
            'of': 'int_stores', 'key': 'store_natural_key', 'asked': 'lines.known_store_key',
            'answers': ['region', 'country'],
        },
        'customer_version': {
            'of': 'int_customer_versions', 'key': 'customer_id',
            'asked': 'lines.customer_natural_key',
            'answers': ['effective_start_date', 'effective_end_date', 'region', 'country'],
            'and': 'cast(lines.sold_at as date) >= customer_version.effective_start_date '
                ~ 'and cast(lines.sold_at as date) < customer_version.effective_end_date',
        },
        'customer_list': {
            'of': 'int_customer_versions', 'key': "'any'", 'asked': "'any'", 'answers': [],
        },
        'product_list': {
            'of': 'int_products', 'key': "'any'", 'asked': "'any'", 'answers': [],
        },
        'acceptance': {
            'of': 'int_accepted_rows', 'key': row_address(), 'asked': row_address('lines'),
            'answers': ['accepted_rules'],
        },
        'stopping_rules': {
            'of': 'dq_rules', 'where': "entity = 'sales_lines' and severity = 'reject'",
            'key': "'all'", 'asked': "'all'",
            'answers': ['array_agg(rule order by rule) as rules'],
        },
    }) }}
{%- endmacro %}

{#- A query for the answers to one of these questions: lookup_key, and what a line gets. -#}
{% macro answers_to(name) -%}
    {%- set lookup = lookups_of_sales_lines()[name] -%}
    select {{ 'distinct ' if not lookup.answers }}{{ lookup.key }} as lookup_key
    {%- for answer in lookup.answers -%}
        , {{ answer }}
    {%- endfor %}
    from {{ ref(lookup.of) }}
    {%- if lookup.where %} where {{ lookup.where }}{% endif %}
{%- endmacro %}

{#- Joins the answer to one of these questions to `lines`, under the question's name. -#}
{% macro look_up(name) -%}
    {%- set lookup = lookups_of_sales_lines()[name] -%}
    left join ({{ answers_to(name) }}) as {{ name }}
        on {{ lookup.asked }} = {{ name }}.lookup_key
        {%- if lookup.and %} and {{ lookup.and }}{% endif %}
{%- endmacro %}
