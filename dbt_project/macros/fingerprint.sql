{#- A fingerprint of several texts, each of which may be null: a 60-bit integer that differs as soon
    as one of them does. -#}
{% macro fingerprint(texts) -%}
    {%- set parts = [] -%}
    {%- for text in texts -%}
        {%- do parts.append("coalesce(" ~ text ~ ", chr(30))") -%}
    {%- endfor -%}
    {{ hash_key(parts | join(" || chr(31) || ")) }}
{%- endmacro %}
