{#- The file versions whose accepted lines are others than those that a relation was built from.
    `built_checksums` is a query for the relation's own: file_version_id, checksum. -#}
{% macro changed_since_built(checksums, built_checksums) -%}
    {%- set found = run_query(
        "select coalesce(lines.file_version_id, built.file_version_id)"
        ~ " from " ~ checksums ~ " as lines"
        ~ " full outer join (" ~ built_checksums ~ ") as built"
        ~ " on lines.file_version_id = built.file_version_id"
        ~ " where lines.checksum is distinct from built.checksum"
    ) -%}
    {{ return(found.columns[0].values() | map('int') | list) }}
{%- endmacro %}
