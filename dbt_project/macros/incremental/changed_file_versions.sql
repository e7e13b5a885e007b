{#- Two lists of file versions: those that count now and are not in a relation built before, and
    those that are in it and do not count any more. -#}
{% macro changed_file_versions(built, versions) -%}
    {%- set found = run_query(
        "select versions.file_version_id, versions.is_active from " ~ versions ~ " as versions"
        ~ " left join (" ~ file_versions_in(built, versions) ~ ") as built"
        ~ " on versions.file_version_id = built.file_version_id"
        ~ " where versions.is_active <> (built.file_version_id is not null)"
    ) -%}
    {%- set new, gone = [], [] -%}
    {%- for row in found.rows -%}
        {%- do (new if row[1] else gone).append(row[0] | int) -%}
    {%- endfor -%}
    {{ return((new, gone)) }}
{%- endmacro %}
