{#- A whole number from text; null where it is none. -#}
{% macro try_integer(text) -%}
    case
        when translate({{ text }}, '0123456789', '') in ('', '-')
            then {{ try_cast(text, 'bigint') }}
    end
{%- endmacro %}
