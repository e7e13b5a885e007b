{#- A canonical text; null if it is empty or one of the texts that mean no value. -#}
{% macro clean_text(text, missing_texts, no_value_texts=none) -%}
    case
        when
            {{ text }} <> ''
            and not {{ in_list(text, missing_texts) }}
            {%- if no_value_texts %}
            and not coalesce({{ in_list(text, no_value_texts) }}, false)
            {%- endif %}
            then {{ text }}
    end
{%- endmacro %}
