{#- A delivered text without the blanks around it; null if it is one of the texts that, by the
    layout, mean no value. -#}
{% macro clean_text(column, missing_texts) -%}
    {%- set blanks = "' ' || chr(9) || chr(10) || chr(13) || chr(160)" -%}
    {%- set trimmed = "ltrim(rtrim(" ~ column ~ ", " ~ blanks ~ "), " ~ blanks ~ ")" -%}
    case
        when {{ trimmed }} <> '' and not {{ in_list(trimmed, missing_texts) }} then {{ trimmed }}
    end
{%- endmacro %}
