{#- A text with its letters in one form: an accent is part of its letter, not a sign behind it. -#}
{% macro nfc(text) -%}
    {{ return(adapter.dispatch('nfc', 'salesops')(text)) }}
{%- endmacro %}

{% macro default__nfc(text) -%}
    nfc_normalize({{ text }})
{%- endmacro %}

{% macro postgres__nfc(text) -%}
    normalize({{ text }}, nfc)
{%- endmacro %}
