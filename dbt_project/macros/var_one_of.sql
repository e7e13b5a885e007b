{#- The value of a var that must be one of a few; anything else ends the build with what is allowed.
    Compared as text, as `--vars` may bring a number in quotes. -#}
{% macro var_one_of(name, allowed) -%}
    {%- set value = var(name) -%}
    {%- for candidate in allowed if candidate | string == value | string -%}
        {{ return(candidate) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(
        "The var " ~ name ~ " is " ~ value | tojson ~ "; it must be one of "
        ~ allowed | map('tojson') | join(', ') ~ "."
    ) }}
{%- endmacro %}
