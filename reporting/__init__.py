"""Reads marts and reports only, and shows them to people."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame


class Refusal(Exception):
    """A command cannot do what was asked; the message says why and what to do."""

    exit_code = 2
    """Wrong usage or settings; 1: there is nothing to show, or the mail was not taken."""


def read(table: str) -> "DataFrame":
    """Return a table of marts, reports or quality, as the last good build published it.

    The columns are Arrow's, so that amounts keep every digit, days are days, and a whole number
    stays one beside a missing one.

    Args:
        table: its name, such as `rpt_weekly_summary`.

    Raises:
        ValueError: there is no such table.
        Refusal: there is no warehouse yet.
    """
    import pandas as pd
    import pyarrow as pa
    import sqlalchemy as sa

    from reporting.ask.opening import open_warehouse
    from warehouse.settings import read_settings

    with open_warehouse(read_settings(), published=True) as connection:
        tables = connection.execute(
            sa.text(
                "select table_name, table_schema from information_schema.tables "
                "where table_schema in ('marts', 'reports', 'quality') order by table_name"
            )
        )
        schemas = {str(name): str(schema) for name, schema in tables}
        if table not in schemas:
            raise ValueError(f"There is no table {table!r}; there are {', '.join(schemas)}.")
        query = sa.select(sa.text("*")).select_from(sa.table(table, schema=schemas[table]))
        found = connection.execute(query)
        names, rows = list(found.keys()), found.all()
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    # Not by pandas.read_sql, which makes texts of amounts and days.
    arrays = [pa.array(column) for column in columns]
    return pa.table(arrays, names=names).to_pandas(types_mapper=pd.ArrowDtype)
