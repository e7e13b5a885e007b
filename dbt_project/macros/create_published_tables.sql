{#- The figures that were given away, and the files that they came from. No model: a model is rebuilt,
    and this is what a rebuild is compared with. So the tables are created when a run starts, empty
    until somebody publishes a week (reporting/doors/editions.py), and only added to. No target puts a
    prefix before them, nor before raw: they are what is real. An edition keeps which file versions
    counted, as the ledger knows no more that one was withdrawn for a while. owed_packs has who is to get
    which pack of a week, noted before it is published, and when they were given it (reporting/doors/due.py). -#}
{% macro create_published_tables() -%}
    {%- if execute and flags.WHICH in ('run', 'build', 'test', 'snapshot') -%}
        create schema if not exists published;
        create table if not exists published.weekly_editions (
            edition_id bigint primary key,
            edition_number integer not null,
            week_start_date date not null,
            iso_week text not null,
            currency text not null,
            published_at timestamp not null,
            published_by text not null,
            gross_amount decimal(28, 4) not null,
            discount_amount decimal(28, 4) not null,
            revenue decimal(28, 4) not null,
            units decimal(28, 4) not null,
            line_count bigint not null,
            order_count bigint not null,
            customer_count bigint not null,
            cost decimal(28, 4),
            profit decimal(28, 4),
            counted_file_versions text not null,
            unique (week_start_date, currency, edition_number)
        );
        create table if not exists published.weekly_edition_files (
            edition_id bigint not null,
            currency text not null,
            file_id bigint not null,
            source_file text not null,
            file_version_id bigint not null,
            line_count bigint not null,
            units decimal(28, 4) not null,
            revenue decimal(28, 4) not null,
            profit decimal(28, 4),
            primary key (edition_id, file_id)
        );
        create table if not exists published.owed_packs (
            week_start_date date not null,
            pack_name text not null,
            place text not null,
            owed_at timestamp not null,
            given_at timestamp,
            primary key (week_start_date, pack_name, place)
        );
    {%- endif -%}
{%- endmacro %}
