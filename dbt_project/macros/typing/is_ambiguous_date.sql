{#- Whether a text that is no date as it stands would be one by either of two orders. -#}
{% macro is_ambiguous_date(text) -%}
    {%- set either -%}
    {{ timestamp_of_numbers('in_numbers', "'dmy'") }} is not null
    and coalesce(
        {{ timestamp_of_numbers('in_numbers', "'mdy'") }}, {{ timestamp_of_numbers('in_numbers', "'ymd'") }}
    ) is not null
    {%- endset -%}
    {{ with_value('in_numbers', date_in_numbers(text), either) }}
{%- endmacro %}
