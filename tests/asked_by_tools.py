"""What BI tools ask PostgreSQL for the keys of tables, by their sources and by what servers log.

information_schema shows less to a reader than pg_catalog does, so it matters which of the two a
tool asks. Each query is of all marts at once; the tools ask the same table by table.
"""

PRIMARY_KEYS = {
    "Power BI; Metabase's description of columns": """
        select keys.table_name, columns.column_name
        from information_schema.table_constraints as keys
        inner join information_schema.key_column_usage as columns
            using (constraint_schema, constraint_name, table_schema, table_name)
        where table_schema = 'marts' and constraint_type in ('PRIMARY KEY', 'UNIQUE')
    """,
    "JDBC's getPrimaryKeys, ODBC's SQLPrimaryKeys, SQLAlchemy (Superset)": """
        select pg_class.relname, attname
        from pg_index
        inner join pg_class on indrelid = pg_class.oid
        inner join pg_attribute on attrelid = indrelid and attnum = any(indkey)
        where relnamespace = to_regnamespace('marts') and indisprimary
    """,
}

FOREIGN_KEYS = {
    "Power BI": """
        select own.table_name, own.column_name, other.table_name, other.column_name
        from information_schema.referential_constraints as keys
        inner join information_schema.key_column_usage as own
            using (constraint_schema, constraint_name)
        inner join information_schema.key_column_usage as other
            on
                keys.unique_constraint_schema = other.constraint_schema
                and keys.unique_constraint_name = other.constraint_name
                and own.position_in_unique_constraint = other.ordinal_position
        where own.table_schema = 'marts'
    """,
    "Metabase, JDBC's getImportedKeys, ODBC's SQLForeignKeys, SQLAlchemy (Superset)": """
        select own.relname, own_column.attname, other.relname, other_column.attname
        from pg_constraint
        inner join pg_class as own on conrelid = own.oid
        inner join pg_class as other on confrelid = other.oid
        inner join pg_attribute as own_column
            on own_column.attrelid = conrelid and own_column.attnum = any(conkey)
        inner join pg_attribute as other_column
            on other_column.attrelid = confrelid and other_column.attnum = any(confkey)
        where connamespace = to_regnamespace('marts') and contype = 'f'
    """,
}
