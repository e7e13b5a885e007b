{#- Fails for each range (lower bound included, upper bound not) that is empty, runs backwards,
    lacks a bound, or does not fit the next one of its partition. `gaps`: `allowed`,
    `not_allowed` (each range begins where the last ended) or `required`. -#}
{% test mutually_exclusive_ranges(
    model,
    lower_bound_column,
    upper_bound_column,
    partition_by=none,
    gaps='allowed',
    zero_length_range_allowed=false
) %}

{%- set between = {'allowed': '<=', 'not_allowed': '=', 'required': '<'}[gaps] -%}
{%- set within = '<=' if zero_length_range_allowed else '<' -%}

with

ranges as (

    select
        {{ partition_by ~ ' as partition_by,' if partition_by }}
        {{ lower_bound_column }} as lower_bound,
        {{ upper_bound_column }} as upper_bound,
        lead({{ lower_bound_column }}) over (
            {{ 'partition by ' ~ partition_by if partition_by }}
            order by {{ lower_bound_column }}, {{ upper_bound_column }}
        ) as next_lower_bound,
        row_number() over (
            {{ 'partition by ' ~ partition_by if partition_by }}
            order by {{ lower_bound_column }} desc, {{ upper_bound_column }} desc
        ) = 1 as is_last
    from {{ model }}

)

select *
from ranges
where
    (lower_bound {{ within }} upper_bound) is not true
    or (not is_last and (upper_bound {{ between }} next_lower_bound) is not true)

{% endtest %}
