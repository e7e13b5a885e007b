{#- The median of a list's values, the lower one of two; nulls are left out. -#}
{% macro median_in(list) -%}
    {{ return(adapter.dispatch('median_in', 'salesops')(list)) }}
{%- endmacro %}

{% macro default__median_in(list) -%}
    list_aggregate({{ list }}, 'quantile_disc', 0.5)
{%- endmacro %}

{% macro postgres__median_in(list) -%}
    (select percentile_disc(0.5) within group (order by item) from unnest({{ list }}) as item)
{%- endmacro %}

{#- The sum of a list's values; nulls are left out. -#}
{% macro total_in(list) -%}
    {{ return(adapter.dispatch('total_in', 'salesops')(list)) }}
{%- endmacro %}

{% macro default__total_in(list) -%}
    list_aggregate({{ list }}, 'sum')
{%- endmacro %}

{% macro postgres__total_in(list) -%}
    (select sum(item) from unnest({{ list }}) as item)
{%- endmacro %}

{#- How many values, other than nulls, a list has. -#}
{% macro count_in(list) -%}
    {{ return(adapter.dispatch('count_in', 'salesops')(list)) }}
{%- endmacro %}

{% macro default__count_in(list) -%}
    list_aggregate({{ list }}, 'count')
{%- endmacro %}

{% macro postgres__count_in(list) -%}
    (select count(item) from unnest({{ list }}) as item)
{%- endmacro %}

{#- The list of the distances of a list's values from another value. -#}
{% macro distances_in(list, value) -%}
    {{ return(adapter.dispatch('distances_in', 'salesops')(list, value)) }}
{%- endmacro %}

{% macro default__distances_in(list, value) -%}
    [abs(item - {{ value }}) for item in {{ list }}]
{%- endmacro %}

{% macro postgres__distances_in(list, value) -%}
    (select array_agg(abs(item - {{ value }})) from unnest({{ list }}) as item)
{%- endmacro %}
