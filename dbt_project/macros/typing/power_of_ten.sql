{#- The power of ten that the numbers of a column are multiplied by, as text; null where they stand for
    ones. Of delivered_rows, whose layouts or rows say so. -#}
{% macro power_of_ten(column) -%}
    nullif(split_part(split_part('|' || powers_of_ten, '|{{ column }}=', 2), '|', 1), '')
{%- endmacro %}
