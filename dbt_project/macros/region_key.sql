{#- The key of a region, from the pair that tells it apart; Unknown for none. -#}
{% macro region_key(region, country) -%}
    case
        when coalesce({{ region }}, {{ country }}) is null then -1
        else {{ surrogate_key("coalesce(" ~ region ~ ", '') || '|' || coalesce(" ~ country ~ ", '')") }}
    end
{%- endmacro %}
