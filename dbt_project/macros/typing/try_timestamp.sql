{#- A moment from text; null where it is none, or could be two.

    Dates: 2026-01-12, 2026/1/12, 12.01.2026, 12/1/26, 01/12/26 (by `date_order`, an expression: the
    orders of `raw.file_parts`, or null), 20260112, 12012026, 2026年1月12日, a month's name in nine
    languages or its Roman number (12 Jan 2026, 12-Jan-26, Jan 12, 2026, 12. Januar 2026, 12.IV.2026), a
    weekday before any of them (Mon, Mo.), the day of an ISO week (2026-W03-1), and Excel's number of a
    day (46034, 46034.5). Times behind them: 9:05, 09:05:00, 09:05:00.123, 9:05 PM. A two-digit year up to 68 is
    of this century. Without an order, a date is read only if it fits no more than one.

    The time is taken as written: a time zone behind it is dropped; with `time_zone`, an expression:
    the name of a zone or null, a time that names its own zone is brought there. -#}
{% macro try_timestamp(text, date_order, time_zone=none) -%}
    {%- set as_written -%}
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
        when {{ matches(text, "'^(19|20)[0-9]{2}[01][0-9]{3}$'") }}
            then {{ try_cast(
                "(substr(" ~ text ~ ", 1, 4) || '-' || substr(" ~ text ~ ", 5, 2) || '-' || substr(" ~ text ~ ", 7))",
                'timestamp'
            ) }}
        when {{ matches(text, "'^[3-6][0-9]{4}([.][0-9]{1,15})?$'") }}
            then {{ timestamp_of_serial(text) }}
        when {{ matches(text, "'^[0-9]{4}-?W[0-5][0-9]-?[1-7]$'") }}
            then {{ with_value('week_date', "translate(" ~ text ~ ", '-', '')", timestamp_of_week('week_date')) }}
        else {{ with_value('in_numbers', date_in_numbers(text), timestamp_of_numbers('in_numbers', date_order)) }}
    end
    {%- endset -%}
    {%- if time_zone is none -%}
        {{ as_written }}
    {%- else -%}
        {{ with_value('written', as_written, "
        case
            when " ~ time_zone ~ " is null then written
            else coalesce(timezone(" ~ time_zone ~ ", timezone('UTC', written - " ~ utc_offset(text) ~ ")), written)
        end") }}
    {%- endif -%}
{%- endmacro %}

{#- A date of three numbers with marks between them, and perhaps a time behind it; null for other text. -#}
{% macro timestamp_of_numbers(text, date_order) -%}
    {%- set parts = "split_part(translate(" ~ text ~ ", 'T,./', '  --'), ' ', 1)" -%}
    {%- set time_text = "ltrim(substr(" ~ text ~ ", length(parts) + 1), 'T ,')" -%}
    {%- set read = try_cast(
        "(" ~ iso_date_of_digits('parts', 'known_order') ~ " || ' ' || " ~ iso_time(time_text) ~ ")",
        'timestamp'
    ) -%}
    case
        when {{ matches(text, "'^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}([T ,]|$)'") }}
            then {{ with_value('parts', parts, with_value(
                'known_order', date_order_by_mark(text, date_order), read
            )) }}
    end
{%- endmacro %}

{#- The day of an ISO week: 2026W031; null if its year has no such week. -#}
{% macro timestamp_of_week(text) -%}
    {%- set year = "substr(" ~ text ~ ", 1, 4)" -%}
    {%- set monday -%}
    date_trunc('week', {{ try_cast("(" ~ year ~ " || '-01-04')", 'timestamp') }})
    + (cast(substr({{ text }}, 6, 2) as integer) - 1) * interval '7 days'
    {%- endset -%}
    case
        when
            {{ year }} > '0000'
            and substr({{ text }}, 6, 2) > '00'
            and {{ monday }} <= {{ try_cast("(" ~ year ~ " || '-12-28')", 'timestamp') }}
            then {{ monday }} + (cast(substr({{ text }}, 8, 1) as integer) - 1) * interval '1 day'
    end
{%- endmacro %}

{#- Excel's number of a day since 1899-12-30, and the part of the day behind its point. -#}
{% macro timestamp_of_serial(text) -%}
    (
        cast('1899-12-30' as timestamp)
        + cast(split_part({{ text }}, '.', 1) as integer) * interval '1 day'
        + cast(
            round(cast('0.' || split_part({{ text }}, '.', 2) || '0' as double precision) * 86400)
            as integer
        ) * interval '1 second'
    )
{%- endmacro %}

{#- A date with words in it, in nine languages, as year, month and day in numbers; other text as it
    is. A weekday may stand before it. -#}
{% macro date_in_numbers(text) -%}
    {%- set word = "[^]0-9 .,/:()|+-]+" -%}
    {%- set latin = "regexp_replace(" ~ latin_digits(text)
        ~ ", '^([0-9]{4}) ?[年년] ?([0-9]{1,2}) ?[月월] ?([0-9]{1,2}) ?[日일]', '\\1-\\2-\\3')" -%}
    {%- set parted = "regexp_replace(latin, '^(" ~ word ~ ")[.]?,? (" ~ word ~ "[ .,-]|[0-9])', '\\1|\\2')" -%}
    {%- set without_weekday -%}
        case
            when parted like '%|%' and {{ month_number("split_part(parted, '|', 1)") }} is null
                then split_part(parted, '|', 2)
            {# 12012026: a month of 20 is none, so that the year stands behind. #}
            when {{ matches('latin', "'^[0-9]{4}(19|20)[0-9]{2}$'") }}
                then substr(latin, 1, 2) || '-' || substr(latin, 3, 2) || '-' || substr(latin, 5)
            else latin
        end
    {%- endset -%}
    {%- set day_first = "regexp_replace(dated, '^([0-9]{1,2})(st|nd|rd|th|er|º|ª)?[.]?[ /-]?(de |of )?("
        ~ word ~ ")[.]?,?[ /-]?(de |del )?([0-9]{4}|[0-9]{2})([ T,].*)?$', '\\4|\\6|\\1|\\7')" -%}
    {%- set month_first = "regexp_replace(" ~ day_first ~ ", '^(" ~ word
        ~ ")[.]?[ /-]([0-9]{1,2})(st|nd|rd|th)?,?[ /-]([0-9]{4}|[0-9]{2})([ ,].*)?$', '\\1|\\4|\\2|\\5')" -%}
    {%- set in_numbers -%}
        case
            when ordered like '%|%|%|%'
                then
                    {{ full_year("split_part(ordered, '|', 2)") }}
                    || '-' || {{ month_number("split_part(ordered, '|', 1)") }}
                    || '-' || split_part(ordered, '|', 3) || split_part(ordered, '|', 4)
            else dated
        end
    {%- endset -%}
    case
        when {{ matches(text, "'^[0-9]+[./-][0-9]+[./-]'") }} then {{ text }}
        else {{ with_value('latin', latin, with_value('parted', parted,
            with_value('dated', without_weekday, with_value('ordered', month_first, in_numbers))
        )) }}
    end
{%- endmacro %}

{#- The number of a month, two digits, from its name, a usual short form of it or its Roman number. -#}
{% macro month_number(text) -%}
    {%- set names = [
        'jan januar january janvier janv enero ene janeiro gennaio gen januari styczeń stycznia sty jänner i',
        'feb februar february février févr fév febrero fevereiro fev febbraio februari luty lutego lut ii',
        'mar march märz mrz mär mars marzo março maart mrt marzec marca iii',
        'apr april avril avr abril abr aprile kwiecień kwietnia kwi iv',
        'may mai mayo maio maggio mag mei maj maja v',
        'jun june juni juin junio junho giugno giu czerwiec czerwca cze vi',
        'jul july juli juillet juil julio julho luglio lug lipiec lipca lip vii',
        'aug august août aoû agosto ago augustus augusti sierpień sierpnia sie viii',
        'sep sept september septembre septiembre setembro set settembre wrzesień września wrz ix',
        'oct october oktober okt octobre octubre outubro out ottobre ott październik października paź x',
        'nov november novembre noviembre novembro listopad listopada lis xi',
        'dec december dezember dez décembre déc diciembre dic dezembro dicembre grudzień grudnia gru xii',
    ] -%}
    {%- set list = namespace(text='|') -%}
    {%- for month in names -%}
        {%- set number = '=%02d|' % loop.index -%}
        {%- set list.text = list.text ~ month.replace(' ', number) ~ number -%}
    {%- endfor -%}
    {#- PostgreSQL may know the small letters of ASCII only. -#}
    {%- set name = "lower(translate(" ~ text ~ ", 'ÄÉÛÇŃŚŹ', 'äéûçńśź'))" -%}
    {#- Behind the place of the name, two digits; without a name, none. -#}
    nullif(split_part(split_part('{{ list.text }}', '|' || {{ name }} || '=', 2), '|', 1), '')
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
        when length({{ date_order }}) = 3 then {{ date_order }}
        when {{ date_order }} is null then null
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
    {#- Most times are of digits and colons only. -#}
    {%- set without_zone = "case when translate(" ~ text ~ ", '0123456789', '') in ('', ':', '::') then " ~ text
        ~ " else regexp_replace(regexp_replace(upper(" ~ text ~ "), ' ?[(].*[)]$', ''), ' ?("
        ~ zone_names().keys() | join('|') ~ ")?([+-][0-9]{2}(:?[0-9]{2})?)?$', '') end" -%}
    {%- set hour = "lpad(split_part(clock, ':', 1), 2, '0')" -%}
    {%- set rest = "substr(clock, strpos(clock, ':'))" -%}
    {%- set minutes = "regexp_replace(" ~ rest ~ ", ' ?[AP]M$', '')" -%}
    {%- set seconds = "case when length(" ~ minutes ~ ") = 3 then ':00' else '' end" -%}
    {%- set in_24_hours -%}
    case
        when clock = '' then '00:00:00'
        when {{ matches('clock', "'^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?$'") }}
            then {{ hour }} || {{ rest }} || case when length({{ rest }}) = 3 then ':00' else '' end
        when {{ matches('clock', "'^(0?[1-9]|1[0-2]):[0-5][0-9](:[0-5][0-9])? ?[AP]M$'") }}
            then
                case
                    when clock like '%AM' and {{ hour }} = '12' then '00'
                    when clock like '%AM' or {{ hour }} = '12' then {{ hour }}
                    else cast(cast({{ hour }} as integer) + 12 as text)
                end || {{ minutes }} || {{ seconds }}
    end
    {%- endset -%}
    {{ with_value('clock', without_zone, in_24_hours) }}
{%- endmacro %}

{#- What the time zone behind a time adds to UTC, as an interval; null where there is none. -#}
{% macro utc_offset(text) -%}
    {%- set zone = "ltrim(regexp_replace(regexp_replace(upper(" ~ text
        ~ "), ' ?[(].*[)]$', ''), '^[^:]*:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?( ?[AP]M)?', ''))" -%}
    {%- set digits = "rpad(regexp_replace(zone, '[^0-9]', '', 'g'), 4, '0')" -%}
    {%- set hours = namespace(list='|') -%}
    {%- for name, hour in zone_names().items() -%}
        {%- set hours.list = hours.list ~ name ~ '=' ~ hour ~ '|' -%}
    {%- endfor -%}
    {%- set offset -%}
    case
        when {{ matches('zone', "'^[A-Z]*[+-][0-9]{2}(:?[0-9]{2})?$'") }}
            then
                (
                    cast(substr({{ digits }}, 1, 2) as integer) * 60
                    + cast(substr({{ digits }}, 3, 2) as integer)
                ) * case when zone like '%-%' then -1 else 1 end * interval '1 minute'
        else
            cast(
                nullif(split_part(split_part('{{ hours.list }}', '|' || zone || '=', 2), '|', 1), '') as integer
            ) * interval '1 hour'
    end
    {%- endset -%}
    case
        when {{ matches(text, "':[0-9][0-9].*([A-Za-z)]|[+-][0-9]{2}(:?[0-9]{2})?)$'") }}
            then {{ with_value('zone', zone, offset) }}
    end
{%- endmacro %}

{#- Names of time zones that mean one offset, in hours. -#}
{% macro zone_names() -%}
    {{ return({
        'Z': 0, 'UTC': 0, 'GMT': 0, 'EST': -5, 'EDT': -4, 'CST': -6, 'CDT': -5, 'MST': -7, 'MDT': -6,
        'PST': -8, 'PDT': -7, 'CET': 1, 'CEST': 2, 'EET': 2, 'EEST': 3, 'JST': 9,
    }) }}
{%- endmacro %}
