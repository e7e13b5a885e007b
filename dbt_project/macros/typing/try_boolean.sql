{#- Yes or no from text; null where it is neither. -#}
{% macro try_boolean(text) -%}
    case
        when lower({{ text }}) in ('true', 'yes', 'y', '1', 'active') then true
        when lower({{ text }}) in ('false', 'no', 'n', '0', 'inactive') then false
    end
{%- endmacro %}
