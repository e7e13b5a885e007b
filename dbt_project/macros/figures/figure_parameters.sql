{#- What every function of reports can be asked (materialization `report_function`), by name and
    type; null: everything. The names are no column's: DuckDB would take the column for the parameter. -#}
{% macro figure_parameters() -%}
    {{ return({
        'start_date': 'date',
        'end_date': 'date',
        'for_currency': 'text',
        'for_seller': 'text',
        'for_product': 'text',
        'for_category': 'text',
        'for_shipping_company': 'text',
        'for_store': 'text',
        'for_city': 'text',
        'for_region': 'text',
        'for_country': 'text',
        'for_customer': 'text',
        'for_customer_segment': 'text',
    }) }}
{%- endmacro %}
