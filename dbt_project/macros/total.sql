{#- A sum of amounts, in the type that reports promise. -#}
{% macro total(amount) -%}
    cast({{ amount }} as decimal(28, 4))
{%- endmacro %}
