{#- A number from the text of a column of delivered_rows, as it is to be read by its layout. -#}
{% macro try_amount(column, scale) -%}
    {{ try_decimal(column, 'decimal_mark', scale, power_of_ten(column)) }}
{%- endmacro %}
