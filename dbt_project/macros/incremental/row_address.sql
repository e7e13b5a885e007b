{#- Where a delivered row is, as people name it: file, sheet and row number, in one text. -#}
{% macro row_address(relation=none) -%}
    {%- set of = relation ~ '.' if relation else '' -%}
    {{ of }}source_file || chr(31) || coalesce({{ of }}source_sheet, '') || chr(31)
    || cast({{ of }}source_row_number as text)
{%- endmacro %}
