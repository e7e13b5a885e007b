{#- An exact amount times a share of at most 1 with 6 decimals, without leaving 38 digits:
    decimal(28, 10) times decimal(8, 6) is decimal(36, 16). Null where the amount does not fit. -#}
{% macro exact_product(amount, share) -%}
    case
        when abs({{ amount }}) < 999999999999999999
            then cast({{ amount }} as decimal(28, 10)) * cast({{ share }} as decimal(8, 6))
    end
{%- endmacro %}
