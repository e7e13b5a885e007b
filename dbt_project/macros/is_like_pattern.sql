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
