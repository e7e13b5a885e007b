{#- Whether a text that is no date as it stands would be one by either of two orders. -#}
{% macro is_ambiguous_date(text) -%}
    (
        {{ try_timestamp(text, "'dmy'") }} is not null
        and coalesce({{ try_timestamp(text, "'mdy'") }}, {{ try_timestamp(text, "'ymd'") }}) is not null
    )
{%- endmacro %}
