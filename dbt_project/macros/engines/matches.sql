{#- Whether a text matches a regular expression, somewhere in it. -#}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'salesops')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}

{% macro postgres__matches(text, pattern) -%}
    ({{ text }} ~ {{ pattern }})
{%- endmacro %}
