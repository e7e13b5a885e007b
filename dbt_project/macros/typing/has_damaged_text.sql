{#- Whether an id or a name is what a program made of another text: a date where a code was
    (`2025-03-01 00:00:00`, `1-Mar`, `Mar-25`), a long number cut short (`8.9E+12`), or a letter that
    could not be read or was encoded twice (`GrÃ¼n`). -#}
{% macro has_damaged_text(columns) -%}
    {%- set month = '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mrz|Mai|Okt|Dez)' -%}
    {%- set shape = '[0-9]{4}-[0-9]{2}-[0-9]{2}( 00:00:00)?|[0-9]{1,2}[-.]' ~ month ~ '|' ~ month
        ~ '[- ][0-9]{2}|[0-9]([.,][0-9]+)?E[+][0-9]{2,3}' -%}
    {{ matches(
        "concat_ws('|', " ~ columns | join(', ') ~ ")",
        "'(^|[|])(" ~ shape ~ ")([|]|$)|\ufffd|\u00c3[\u00a1-\u00bf]|\u00e2\u20ac'"
    ) }}
{%- endmacro %}
