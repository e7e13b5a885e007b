{#- Whether a text is of a pattern as people write them: * stands for anything, ? for one letter; case
    does not count. -#}
{% macro is_like_pattern(text, pattern) -%}
    {%- set escaped = namespace(pattern=pattern) -%}
    {%- for letter, replacement in [
        ('!', '!!'), ('%', '!%'), ('_', '!_'), ('*', '%'), ('?', '_'),
    ] -%}
        {%- set escaped.pattern =
            "replace(" ~ escaped.pattern ~ ", '" ~ letter ~ "', '" ~ replacement ~ "')" -%}
    {%- endfor -%}
    lower({{ text }}) like lower({{ escaped.pattern }}) escape '!'
{%- endmacro %}

{#- Whether a file is of a pattern: of its name, or with a slash, of its path below the inbox. -#}
{% macro is_file_of_pattern(source_file, pattern) -%}
    {{ is_like_pattern(
        "case when " ~ pattern ~ " like '%/%' then " ~ source_file
        ~ " else regexp_replace(" ~ source_file ~ ", '^.*/', '') end",
        pattern
    ) }}
{%- endmacro %}
