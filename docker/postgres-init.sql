-- Run by the postgres image, as superuser in the database salesops, when its volume is empty.
\getenv metabase_password METABASE_DB_PASSWORD
\getenv reader_password SALESOPS_READER_PASSWORD

-- What Metabase keeps for itself: its users, questions and dashboards.
create role metabase login password :'metabase_password';
create database metabase owner metabase;

-- How BI tools read the warehouse. It may enter; what it may read, the build grants.
create role salesops_reader login password :'reader_password';
alter role salesops_reader set default_transaction_read_only = on;

-- Neither enters the other's database.
revoke all on database metabase, salesops from public;
grant connect on database salesops to salesops_reader;
