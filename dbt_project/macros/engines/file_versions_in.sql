{#- A query for the file versions that a large relation has rows of. PostgreSQL, which would read all
    of it for that, asks its index for each version of `versions` instead. -#}
{% macro file_versions_in(relation, versions) -%}
    {{ return(adapter.dispatch('file_versions_in', 'salesops')(relation, versions)) }}
{%- endmacro %}

{% macro default__file_versions_in(relation, versions) -%}
    select distinct file_version_id from {{ relation }}
{%- endmacro %}

{% macro postgres__file_versions_in(relation, versions) -%}
    select versions.file_version_id from {{ versions }} as versions
    where exists (
        select 1 from {{ relation }} as built
        where built.file_version_id = versions.file_version_id
    )
{%- endmacro %}
