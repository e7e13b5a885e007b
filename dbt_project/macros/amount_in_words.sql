{#- An amount as text, for sentences: 1234.50. -#}
{% macro amount_in_words(amount, digits=2) -%}
    cast(cast({{ amount }} as decimal(28, {{ digits }})) as text)
{%- endmacro %}

{#- What stands behind such an amount: its currency, if it has one. -#}
{% macro currency_behind(currency) -%}
    case when {{ currency }} = 'XXX' then '' else ' ' || {{ currency }} end
{%- endmacro %}
