"""What BI tools ask PostgreSQL for the keys of tables, by their sources and by what servers log.

information_schema shows less to a reader than pg_catalog does, so it matters which of the two a
tool asks. Each query is of all marts at once; the tools ask the same table by table. Below them
stands what is to be found.
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

PRIMARY = {
    **{
        f"dim_{name}": f"{name}_key" for name in ("customer", "date", "product", "region", "seller")
    },
    "dim_shipping_company": "shipping_company_key",
    "dim_store": "store_key",
    "fact_order": "order_key",
    "fact_sales_line": "sales_line_key",
    "fact_sales_target": "sales_target_key",
}
"""The primary key of each mart."""

_REFERENCES = {
    "fact_order": ["customer", "order_date", "seller", "shipping_company", "store"],
    "fact_sales_line": [
        *("customer", "product", "region", "sale_date", "seller", "shipping_company", "store"),
    ],
    "fact_sales_target": ["month_date", "seller", "store"],
}

FOREIGN = {
    (fact, f"{name}_key", f"dim_{dimension}", f"{dimension}_key")
    for fact, names in _REFERENCES.items()
    for name in names
    for dimension in ["date" if name.endswith("date") else name]
}
"""The foreign keys of the marts: table and column, and those that they refer to."""
