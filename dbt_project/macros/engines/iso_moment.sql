{#- A timestamp as ISO text with microseconds: a plain cast to text differs between engines. -#}
{% macro iso_moment(timestamp) -%}
    {{ return(adapter.dispatch('iso_moment', 'salesops')(timestamp)) }}
{%- endmacro %}

{% macro default__iso_moment(timestamp) -%}
    strftime({{ timestamp }}, '%Y-%m-%d %H:%M:%S.%f')
{%- endmacro %}

{% macro postgres__iso_moment(timestamp) -%}
    to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS.US')
{%- endmacro %}
