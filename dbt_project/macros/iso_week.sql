{#- A date's ISO week, written 2026-W03; its year is the one that the week's Thursday is in. -#}
{% macro iso_week(date) -%}
    cast(extract(isoyear from {{ date }}) as text)
    || '-W' || lpad(cast(extract(week from {{ date }}) as text), 2, '0')
{%- endmacro %}
