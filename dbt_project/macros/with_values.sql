{#- A text in which names in braces give way to their values. -#}
{% macro with_values(text, values) -%}
    {{ 'replace(' * values | length }}{{ text }}
    {%- for name, value in values.items() -%}
        , '{{ '{' ~ name ~ '}' }}', '{{ value | replace("'", "''") }}')
    {%- endfor -%}
{%- endmacro %}
