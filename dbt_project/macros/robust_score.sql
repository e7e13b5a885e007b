{#- How far values usually are from their median, as an estimate of the standard deviation: the
    median distance from it by 0.6745 (Iglewicz and Hoaglin, "How to Detect and Handle Outliers",
    1993). Where more than half of the values are the median, it is the mean distance by 1.253314,
    as in SPSS; null where all are. Amounts of 6 decimals at most; the total, of 4. -#}
{% macro robust_deviation(median_distance, total_distance, value_count) -%}
    cast(
        case
            when {{ median_distance }} > 0
                then {{ divide('100 * ' ~ median_distance, '67.45', 6) }}
            -- Never nothing, however many values share one distance.
            when {{ total_distance }} > 0
                then greatest(
                    1.253314 * {{ divide(total_distance, value_count, 6) }}, 0.000001
                )
        end as decimal(28, 6)
    )
{%- endmacro %}

{#- How many such deviations a value is from the median: below it, a negative number. Null where
    there is no deviation. -#}
{% macro robust_score(value, median_value, deviation) -%}
    {{ divide(
        '100 * (' ~ value ~ ' - ' ~ median_value ~ ')', '(100 * ' ~ deviation ~ ')', 4
    ) }}
{%- endmacro %}
