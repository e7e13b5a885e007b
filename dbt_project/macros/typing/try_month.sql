{#- The first day of a month from text: 2026-01, 01/2026, 202601, Jan 2026, Jan-26, or any date of it;
    null where it is none. -#}
{% macro try_month(text, date_order) -%}
    {%- set word = "'^[^0-9 .,/-]+[.]?[ /-]([0-9]{4}|[0-9]{2})$'" -%}
    case
        when {{ matches(text, "'^[0-9]{4}[./-][0-9]{1,2}$'") }}
            then {{ try_cast("(substr(" ~ text ~ ", 1, 4) || '-' || lpad(substr(" ~ text ~ ", 6), 2, '0') || '-01')", 'date') }}
        when {{ matches(text, "'^[0-9]{1,2}[./-][0-9]{4}$'") }}
            then {{ try_cast(
                "(right(" ~ text ~ ", 4) || '-' || lpad(left(" ~ text ~ ", length(" ~ text ~ ") - 5), 2, '0') || '-01')",
                'date'
            ) }}
        when {{ matches(text, "'^(19|20)[0-9]{4}$'") }}
            then {{ try_cast("(substr(" ~ text ~ ", 1, 4) || '-' || substr(" ~ text ~ ", 5) || '-01')", 'date') }}
        else cast(date_trunc('month', {{ with_value(
            'of_a_day',
            "case when " ~ matches(text, word) ~ " then '1 ' else '' end || " ~ text,
            try_timestamp('of_a_day', date_order)
        ) }}) as date)
    end
{%- endmacro %}
