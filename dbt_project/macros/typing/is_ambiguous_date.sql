{#- Whether a text that is no date as it stands would be one by either order of day and month. -#}
{% macro is_ambiguous_date(text) -%}
    (
        {{ try_timestamp(text, "'dmy'") }} is not null
        and {{ try_timestamp(text, "'mdy'") }} is not null
    )
{%- endmacro %}
