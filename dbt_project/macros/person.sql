{#- A person as mail names them: Ann <ann@example.com>; without an address, Ann. -#}
{% macro person(name, address) -%}
    {{ name }} || case when {{ address }} is null then '' else ' <' || {{ address }} || '>' end
{%- endmacro %}
