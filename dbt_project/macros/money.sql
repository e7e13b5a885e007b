{#- Round an exact amount to the warehouse's money type, half away from zero; null where it does
    not fit: a line of 10^13 or more is no amount, and must not stop a build. (A sum of two still
    fits decimal(18, 4).) -#}
{% macro money(amount) -%}
    cast(case when abs({{ amount }}) < 9999999999999 then {{ amount }} end as decimal(18, 4))
{%- endmacro %}
