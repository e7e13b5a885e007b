{#- Grain: one row per definition, with the settings in force when the reports were built. Nothing
    may be added up. A table, as whoever reads the reports cannot see the vars. -#}

with

definitions as (

    {% for term, meaning in report_definitions() %}
    select
        {{ loop.index }} as definition_number,
        '{{ term | replace("'", "''") }}' as term,
        '{{ meaning | replace("'", "''") }}' as meaning
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        cast(definition_number as integer) as definition_number,
        cast(term as text) as term,
        cast(meaning as text) as meaning
    from definitions

)

select * from final
