{#- Whether this run builds all of some nodes, or none of them: `true` or `false`. A test that
    compares them would else find what a selection (`--select dim_customer`) left out. -#}
{% macro is_built_together(unique_ids) -%}
    {%- set built = unique_ids | select('in', selected_resources | default([])) | list -%}
    {{ 'true' if built | length in (0, unique_ids | length) else 'false' }}
{%- endmacro %}
