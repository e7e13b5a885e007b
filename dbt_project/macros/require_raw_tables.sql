{#- Stops a build before the first load with a sentence, not with a missing relation. -#}
{% macro require_raw_tables() -%}
    {%- if execute and flags.WHICH in ('run', 'build', 'test', 'snapshot') -%}
        {%- set ledger = adapter.get_relation(target.database, 'raw', 'file_versions') -%}
        {%- if ledger is none -%}
            {{ exceptions.raise_compiler_error(
                "Nothing has been loaded into this warehouse yet: run `make load` first "
                ~ "(or `python -m loader load`)."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
