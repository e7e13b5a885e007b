{#- A number of 60 bits that differs as soon as one value of a row does, or `seed`. It is compared
    with others of the same engine only: each hashes rows its own way. -#}
{% macro row_fingerprint(row, seed=0) -%}
    {{ return(adapter.dispatch('row_fingerprint', 'salesops')(row, seed)) }}
{%- endmacro %}

{% macro default__row_fingerprint(row, seed) -%}
    cast(hash({{ row }}, {{ seed }}) & 1152921504606846975 as bigint)
{%- endmacro %}

{% macro postgres__row_fingerprint(row, seed) -%}
    hash_record_extended({{ row }}, {{ seed }}) & 1152921504606846975
{%- endmacro %}
