{#- The codes of ISO 4217 that are in use. -#}
{% macro currency_codes() -%}
    {{ return((
        'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN '
        ~ 'BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP '
        ~ 'GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES '
        ~ 'KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU '
        ~ 'MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON '
        ~ 'RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND '
        ~ 'TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR '
        ~ 'ZMW ZWG ANG CUC HRK SLL ZWL'
    ).split(' ')) }}
{%- endmacro %}

{#- A regular expression of the signs that stand for a currency in an amount. -#}
{% macro currency_signs() -%}
    {{ return("[$€£¥₹₩₽₺₪₫฿￥₦₴₱]|[A-Z]{1,3}[$]|Rs[.]?|kr[.]?|zł|Kč|Ft|Fr[.]|лв") }}
{%- endmacro %}

{#- The code of a currency from its code, its sign or a usual name of it; null for what is none. Signs
    that several currencies share ($, ¥, kr, Rs) mean the default currency if it is one of them, else
    the best known one. -#}
{% macro currency_code(text) -%}
    {%- set default = var('default_currency') -%}
    {%- set shared = {
        '$ DOLLAR DOLLARS': ['USD', 'CAD', 'AUD', 'NZD', 'HKD', 'SGD', 'MXN', 'CLP', 'COP', 'ARS'],
        '¥ ￥': ['JPY', 'CNY'],
        'KR KR.': ['SEK', 'NOK', 'DKK', 'ISK'],
        'RS RS.': ['INR', 'PKR', 'LKR', 'NPR', 'MUR'],
        '£': ['GBP', 'EGP'],
    } -%}
    {%- set names = namespace(list='|') -%}
    {%- for signs, codes in shared.items() -%}
        {%- set code = default if default in codes else codes[0] -%}
        {%- set names.list = names.list ~ signs.replace(' ', '=' ~ code ~ '|') ~ '=' ~ code ~ '|' -%}
    {%- endfor -%}
    {%- for code, known in {
        'EUR': '€ EURO EUROS', 'USD': 'US$', 'GBP': 'STERLING', 'JPY': 'YEN', 'CNY': 'RMB YUAN CN¥',
        'BRL': 'R$', 'CAD': 'C$ CA$', 'AUD': 'A$ AU$', 'NZD': 'NZ$', 'HKD': 'HK$', 'SGD': 'S$',
        'MXN': 'MX$', 'TWD': 'NT$', 'INR': '₹', 'CHF': 'SFR FR FR.', 'PLN': 'ZŁ Zł ZL', 'CZK': 'KČ Kč',
        'HUF': 'FT', 'RUB': '₽', 'TRY': '₺ TL', 'KRW': '₩', 'ILS': '₪', 'VND': '₫', 'THB': '฿',
        'NGN': '₦', 'UAH': '₴', 'PHP': '₱', 'BGN': 'ЛВ лв'
    }.items() -%}
        {%- set names.list = names.list ~ known.replace(' ', '=' ~ code ~ '|') ~ '=' ~ code ~ '|' -%}
    {%- endfor -%}
    {%- for code in currency_codes() -%}
        {%- set names.list = names.list ~ code ~ '=' ~ code ~ '|' -%}
    {%- endfor -%}
    nullif(split_part(split_part('{{ names.list }}', '|' || upper({{ text }}) || '=', 2), '|', 1), '')
{%- endmacro %}

{#- The currency of a line: that of its column or, without one, of the sign in its amount. Where the two
    are at odds, or the column names none that is known, it is no code at all, which a rule finds. -#}
{% macro line_currency(currency, amounts) -%}
    {%- set amount = "coalesce(" ~ amounts | join(', ') ~ ")" -%}
    {%- set number = "[-0-9., ()''’+−\u00a0\u202f\u2009]" -%}
    {#- What is left of an amount without its number; most amounts are numbers alone. -#}
    {%- set sign -%}
    case
        when translate({{ amount }}, '0123456789.,-', '') <> ''
            then regexp_replace({{ amount }}, '{{ number }}', '', 'g')
    end
    {%- endset -%}
    {%- set code -%}
    case
        when {{ currency }} is null then sign_code
        when sign_code <> coalesce(code, '') and upper(sign) not in ('$', '¥', '￥', 'KR', 'RS', '£')
            then {{ currency }} || ' / ' || sign_code
        else coalesce(code, upper({{ currency }}))
    end
    {%- endset -%}
    {{ with_value('sign', sign, with_value(
        'sign_code', currency_code('sign'), with_value('code', currency_code(currency), code)
    )) }}
{%- endmacro %}
