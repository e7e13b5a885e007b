{#- The name of the week that begins on a date, written 2026-W03: the ISO week of its 4th day, and
    so of most of its days, whatever weekday it begins on; no other week has the same. -#}
{% macro iso_week(week_start_date) -%}
    cast(extract(isoyear from {{ week_start_date }} + 3) as text)
    || '-W' || lpad(cast(extract(week from {{ week_start_date }} + 3) as text), 2, '0')
{%- endmacro %}
