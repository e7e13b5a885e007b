{#- Hook of a model that asks for the rows of a view more than once: computes them before, for the
    transaction. PostgreSQL takes what comes out of the view's many joins for a handful of rows. Of
    20,000 lines it would compare each with each of 5,000 customers, which took 40 seconds, and it
    would plan what is done with them as badly. -#}
{% macro compute_before(relation) -%}
    {{ return(adapter.dispatch('compute_before', 'salesops')(relation)) }}
{%- endmacro %}

{% macro default__compute_before(relation) -%}
{%- endmacro %}

{% macro postgres__compute_before(relation) -%}
    set local enable_nestloop = off;
    create temporary table {{ computed_before(relation) }} on commit drop as select * from {{ relation }};
    analyze {{ computed_before(relation) }};
    set local enable_nestloop = on
{%- endmacro %}

{#- What to read instead of the view. -#}
{% macro computed_before(relation) -%}
    {{ return(adapter.dispatch('computed_before', 'salesops')(relation)) }}
{%- endmacro %}

{% macro default__computed_before(relation) -%}
    {{ return(relation) }}
{%- endmacro %}

{% macro postgres__computed_before(relation) -%}
    {{ return(adapter.quote(relation.identifier ~ '__computed')) }}
{%- endmacro %}
