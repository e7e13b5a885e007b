{#- A moment from text; null where it is none, or could be two.

    Dates: 2026-01-12, 2026/1/12, 12.01.2026, 12/1/26, 01/12/26 (by `date_order`, an expression: the
    orders of `raw.file_parts`, or null), 20260112, 12 Jan 2026, 12-Jan-26, Jan 12, 2026. Times behind them: 9:05,
    09:05:00, 09:05:00.123, 9:05 PM. A two-digit year up to 68 is of this century. The time is
    taken as written: a time zone behind it is dropped, not converted. Without an order, a date
    is read only if it fits no more than one. -#}
{% macro try_timestamp(text, date_order) -%}
    case
        {# The short way of typed cells: 2026-01-12, 2026-01-12 09:05:00. #}
        when
            translate({{ text }}, '0123456789', '') in ('--', '-- ::')
            and substr({{ text }}, 5, 1) = '-'
            and substr({{ text }}, 8, 1) = '-'
            and length({{ text }}) in (10, 19)
            and substr({{ text }}, 1, 4) > '0000'
            and substr({{ text }}, 12, 2) < '24'
            and substr({{ text }}, 18, 2) < '60'
            and not {{ is_swapped_order(date_order, '-') }}
            then {{ try_cast(text, 'timestamp') }}
        when
            {{ matches(text, "'^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]'") }}
            and not {{ is_swapped_order(date_order, '-') }}
            then {{ try_cast(
                "(substr(" ~ text ~ ", 1, 10) || ' ' || " ~ iso_time("substr(" ~ text ~ ", 12)") ~ ")",
                'timestamp'
            ) }}
        when {{ matches(text, "'^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}( |$)'") }}
            then {{ try_cast(
                "(" ~ iso_date_of_digits(
                    "translate(split_part(" ~ text ~ ", ' ', 1), './', '--')",
                    date_order_by_mark(text, date_order)
                )
                ~ " || ' ' || " ~ iso_time("substr(" ~ text ~ ", strpos(" ~ text ~ " || ' ', ' ') + 1)") ~ ")",
                'timestamp'
            ) }}
        when {{ matches(text, "'^(19|20)[0-9]{6}$'") }}
            then {{ try_cast(
                "(substr(" ~ text ~ ", 1, 4) || '-' || substr(" ~ text ~ ", 5, 2) || '-' || substr(" ~ text ~ ", 7))",
                'timestamp'
            ) }}
        else {{ try_cast(iso_date_of_words(text) ~ " || ' 00:00:00'", 'timestamp') }}
    end
{%- endmacro %}

{#- Whether dates that begin with their year, with this mark behind it, have the day before the
    month: as Excel leaves those that it took for dates of another order. -#}
{% macro is_swapped_order(date_order, mark) -%}
    (coalesce({{ date_order }}, '') like '%ydm%' or coalesce({{ date_order }}, '') like '%y{{ mark }}d{{ mark }}m%')
{%- endmacro %}

{#- The one order, of those in `date_order`, that holds for the mark between the numbers of a date:
    `d.m.y m/d/y` gives dmy for 12.01.2026 and mdy for 01/12/2026. -#}
{% macro date_order_by_mark(text, date_order) -%}
    case
        when length({{ date_order }}) <= 3 then {{ date_order }}
        {%- for mark in ['-', '/', '.'] %}
        when ltrim({{ text }}, '0123456789') like '{{ mark }}%'
            then
                case
                    when
                        {{ is_swapped_order(date_order, mark) }}
                        and {{ text }} like '____{{ mark }}%' then 'ydm'
                    {%- for order in ['dmy', 'mdy', 'ymd'] %}
                    when {{ date_order }} like '%{{ order }}%' then '{{ order }}'
                    when {{ date_order }} like '%{{ mark.join(order) }}%' then '{{ order }}'
                    {%- endfor %}
                end
        {%- endfor %}
    end
{%- endmacro %}

{#- `parts` is a date as three runs of digits between hyphens. -#}
{% macro iso_date_of_digits(parts, date_order) -%}
    {%- set first = "split_part(" ~ parts ~ ", '-', 1)" -%}
    {%- set second = "split_part(" ~ parts ~ ", '-', 2)" -%}
    {%- set third = "split_part(" ~ parts ~ ", '-', 3)" -%}
    {%- set month_first = "lpad(" ~ first ~ ", 2, '0') || '-' || lpad(" ~ second ~ ", 2, '0')" -%}
    {%- set day_first = "lpad(" ~ second ~ ", 2, '0') || '-' || lpad(" ~ first ~ ", 2, '0')" -%}
    {%- set year_first = "lpad(" ~ second ~ ", 2, '0') || '-' || lpad(" ~ third ~ ", 2, '0')" -%}
    {%- set year_and_day_first = "lpad(" ~ third ~ ", 2, '0') || '-' || lpad(" ~ second ~ ", 2, '0')" -%}
    case
        when length({{ first }}) = 4 and {{ first }} > '0000' and length({{ third }}) <= 2
            then {{ first }} || '-' || case
                when {{ date_order }} = 'ydm' then {{ year_and_day_first }} else {{ year_first }}
            end
        when length({{ first }}) > 2 then null
        when {{ date_order }} = 'ymd' then {{ full_year(first) }} || '-' || {{ year_first }}
        when {{ date_order }} = 'dmy' then {{ full_year(third) }} || '-' || {{ day_first }}
        when {{ date_order }} = 'mdy' then {{ full_year(third) }} || '-' || {{ month_first }}
        {# Two digits at the end may be the year or, behind year and month, the day. #}
        when
            length({{ third }}) < 4
            and lpad({{ second }}, 2, '0') <= '12' and {{ third }} between '01' and '31'
            then null
        when lpad({{ first }}, 2, '0') > '12' or {{ first }} = {{ second }}
            then {{ full_year(third) }} || '-' || {{ day_first }}
        when lpad({{ second }}, 2, '0') > '12' then {{ full_year(third) }} || '-' || {{ month_first }}
    end
{%- endmacro %}

{#- A date with the month's English name: 12 Jan 2026, 12-January-26, Jan 12, 2026. -#}
{% macro iso_date_of_words(text) -%}
    {%- set day_first = "regexp_replace(" ~ text ~ ", '^([A-Za-z]+)[.]? ([0-9]{1,2}),? ', '\\2-\\1-')" -%}
    {%- set parts = "regexp_replace(" ~ day_first
        ~ ", '^([0-9]{1,2})[. -]+([A-Za-z]{3})[A-Za-z]*[., -]+([0-9]+)$', '\\1-\\2-\\3')" -%}
    {%- set month = "strpos('janfebmaraprmayjunjulaugsepoctnovdec', lower(split_part(" ~ parts ~ ", '-', 2)))" -%}
    case
        when
            {{ matches(parts, "'^[0-9]{1,2}-[A-Za-z]{3}-([0-9]{2}|[0-9]{4})$'") }}
            and {{ month }} % 3 = 1
            then
                {{ full_year("split_part(" ~ parts ~ ", '-', 3)") }} || '-'
                || lpad(cast(cast(({{ month }} + 2) / 3 as integer) as text), 2, '0') || '-'
                || lpad(split_part({{ parts }}, '-', 1), 2, '0')
    end
{%- endmacro %}

{#- Two digits of a year up to 68 are of this century, the others of the last, as in POSIX. -#}
{% macro full_year(digits) -%}
    case
        when length({{ digits }}) = 4 and {{ digits }} > '0000' then {{ digits }}
        when length({{ digits }}) = 2 and {{ digits }} < '69' then '20' || {{ digits }}
        when length({{ digits }}) = 2 then '19' || {{ digits }}
    end
{%- endmacro %}

{#- The text of a time as hh:mm:ss[.ffffff]; midnight for no text. -#}
{% macro iso_time(text) -%}
    {%- set clock = "regexp_replace(upper(" ~ text ~ "), ' ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$', '')" -%}
    {%- set hour = "lpad(split_part(" ~ clock ~ ", ':', 1), 2, '0')" -%}
    {%- set rest = "substr(" ~ clock ~ ", strpos(" ~ clock ~ ", ':'))" -%}
    {%- set minutes = "regexp_replace(" ~ rest ~ ", ' ?[AP]M$', '')" -%}
    {%- set seconds = "case when length(" ~ minutes ~ ") = 3 then ':00' else '' end" -%}
    case
        when {{ clock }} = '' then '00:00:00'
        when {{ matches(clock, "'^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?$'") }}
            then {{ hour }} || {{ minutes }} || {{ seconds }}
        when {{ matches(clock, "'^(0?[1-9]|1[0-2]):[0-5][0-9](:[0-5][0-9])? ?[AP]M$'") }}
            then
                case
                    when {{ clock }} like '%AM' and {{ hour }} = '12' then '00'
                    when {{ clock }} like '%AM' or {{ hour }} = '12' then {{ hour }}
                    else cast(cast({{ hour }} as integer) + 12 as text)
                end || {{ minutes }} || {{ seconds }}
    end
{%- endmacro %}
