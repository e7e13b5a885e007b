{#- Whether a day is between the first and the last on which some file versions have sales. -#}
{% macro is_within_days_of(day, file_version_ids) -%}
    {%- set first, last = run_query(
        "select min(sale_date), max(sale_date) from " ~ ref('int_sales_lines')
        ~ " where line_status = 'accepted' and file_version_id in (" ~ file_version_ids ~ ")"
    ).rows[0].values() -%}
    {{ day }} between
    {{- " cast('" ~ first ~ "' as date) and cast('" ~ last ~ "' as date)" if first else ' null and null' }}
{%- endmacro %}
