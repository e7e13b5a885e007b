{#- Whether another row of its file (and sheet) says something else of the same thing. `key` are the
    expressions that tell what is the same, `facts` those that may not differ; null says nothing. -#}
{% macro is_contradicted(key, facts) -%}
    {%- set same = "over (partition by file_version_id, file_part_number, " ~ key | join(', ') ~ ")" -%}
    (
        {%- for fact in facts %}
        {{ 'or ' if not loop.first }}coalesce(min({{ fact }}) {{ same }} <> max({{ fact }}) {{ same }}, false)
        {%- endfor %}
    )
{%- endmacro %}
