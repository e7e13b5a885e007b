{#- The key of a member, an order or a target, from its natural key: an integer of 53 bits, as Excel, JavaScript
    and the tools made with it know no larger ones exactly. It is the end of the first 14 hexadecimal digits of
    the md5; the same on every engine and in every rebuild. Null for null.

    If two members get one key, which a unique test notices, the var key_salt gives all others. -#}
{% macro surrogate_key(natural_key) -%}
    {%- set salt = var('key_salt') -%}
    {%- set salted = "'" ~ dbt.escape_single_quotes(salt) ~ "' || " ~ natural_key if salt else natural_key -%}
    ({{ hash_key(salted) }} >> 4) & 9007199254740991
{%- endmacro %}
