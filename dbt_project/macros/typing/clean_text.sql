{#- A delivered text in its canonical form; null if it is one of the texts that mean no value. -#}
{% macro clean_text(column, missing_texts, no_value_texts=none) -%}
    {%- set text = canonical_text(column) -%}
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
