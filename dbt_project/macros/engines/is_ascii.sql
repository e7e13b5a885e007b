{#- Whether a text has none but the plain letters and signs of ASCII. -#}
{% macro is_ascii(text) -%}
    {{ return(adapter.dispatch('is_ascii', 'salesops')(text)) }}
{%- endmacro %}

{% macro default__is_ascii(text) -%}
    strlen({{ text }}) = length({{ text }})
{%- endmacro %}

{% macro postgres__is_ascii(text) -%}
    octet_length({{ text }}) = length({{ text }})
{%- endmacro %}
