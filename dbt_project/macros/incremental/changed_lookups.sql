{#- The questions whose answers are others than those that were applied: a query, and the list of
    their kinds. -#}
{% macro changed_lookups(lookups, applied) -%}
    select
        coalesce(lookups.lookup_kind, applied.lookup_kind) as lookup_kind,
        coalesce(lookups.lookup_key, applied.lookup_key) as lookup_key
    from {{ lookups }} as lookups
    full outer join {{ applied }} as applied
        on lookups.lookup_kind = applied.lookup_kind and lookups.lookup_key = applied.lookup_key
    where lookups.answer is distinct from applied.answer
{%- endmacro %}

{% macro changed_lookup_kinds(lookups, applied) -%}
    {%- set found = run_query(
        "select distinct lookup_kind from (" ~ changed_lookups(lookups, applied) ~ ") as changed"
    ) -%}
    {{ return(found.columns[0].values() | list) }}
{%- endmacro %}
