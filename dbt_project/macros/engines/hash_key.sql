{#- A number for a text, such as the key of a line: a 60-bit integer, the first 15 hexadecimal digits of
    its md5. The same on every engine and in every rebuild. Null for null. What tools join on has a shorter
    one (surrogate_key). -#}
{% macro hash_key(text) -%}
    {{ return(adapter.dispatch('hash_key', 'salesops')(text)) }}
{%- endmacro %}

{% macro default__hash_key(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 15) as bigint)
{%- endmacro %}

{% macro postgres__hash_key(text) -%}
    cast(cast('x' || substr(md5({{ text }}), 1, 15) as bit(60)) as bigint)
{%- endmacro %}
