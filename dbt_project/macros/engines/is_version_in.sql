{#- Whether a row is of a file version that a small relation names. PostgreSQL, which would read all
    rows and then compare, asks its index for these versions if they come as an array. -#}
{% macro is_version_in(file_version_id, relation) -%}
    {{ return(adapter.dispatch('is_version_in', 'salesops')(file_version_id, relation)) }}
{%- endmacro %}

{% macro default__is_version_in(file_version_id, relation) -%}
    {{ file_version_id }} in (select file_version_id from {{ relation }})
{%- endmacro %}

{% macro postgres__is_version_in(file_version_id, relation) -%}
    {{ file_version_id }} = any(array(select distinct file_version_id from {{ relation }}))
{%- endmacro %}
