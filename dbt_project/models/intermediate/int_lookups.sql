{#- Grain: one row per question that sales lines ask of order headers, master data and seeds
    (lookups_of_sales_lines), with a fingerprint of the answer. Compared with the answers that
    int_sales_lines was built with (int_lookups_applied, see the macro remember_lookups), it tells
    which lines a change concerns. One more row tells the rules by which lines are computed. -#}

with

lookups as (

    {% for name in lookups_of_sales_lines() %}
    select
        '{{ name }}' as lookup_kind,
        lookup_key,
        count(*) as answer_count,
        cast(sum({{ row_fingerprint('answers') }}) as decimal(38, 0)) as answer
    from ({{ answers_to(name) }}) as answers
    where lookup_key is not null
    group by lookup_key
    union all
    {% endfor %}
    select
        'rules' as lookup_kind,
        'rules' as lookup_key,
        1 as answer_count,
        cast({{ rules_of_sales_lines() }} as decimal(38, 0)) as answer

)

select * from lookups
