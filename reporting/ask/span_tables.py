"""Reports of any days and filters as tables, one a currency."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from reporting.ask.figures import Row, read_figures
from reporting.ask.periods import Period
from reporting.ask.reports import Report
from reporting.tables import Column, Table


def span_tables(
    connection: Connection,
    report: Report,
    period: Period,
    filters: Mapping[str, Any],
    most: int | None = None,
) -> dict[str, Table]:
    """Read a report of some days, by currency.

    Args:
        connection: to the warehouse.
        report: one about the period.
        period: the days.
        filters: values of `reporting.ask.figures.FILTERS`, and of the function's own parameters.
        most: how many rows of a currency at least, if there are so many; None for all.
    """
    if report.place_level and (filters or not period.week):
        # Of a week, all levels have been computed.
        filters = {**filters, "level": report.place_level}
    rows = read_figures(connection, report, period, filters, most)
    if report.place_level:
        rows = [row for row in rows if row["place_level"] == report.place_level]
    return tables_of(report, rows)


def tables_of(report: Report, rows: Sequence[Row]) -> dict[str, Table]:
    """Return rows of a report as tables, by currency; without columns that are empty."""
    by_currency: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_currency[row["currency"]].append(row)
    return {
        currency: shown_table(report, used_columns(report.columns, found), found, report.note)
        for currency, found in by_currency.items()
    }


def used_columns(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[Column, ...]:
    """Return the columns that say something, and the first, which names the row."""
    return tuple(
        column
        for place, column in enumerate(columns)
        if place == 0 or any(row[column.name] is not None for row in rows)
    )


def shown_table(report: Report, columns: Sequence[Column], rows: Sequence[Row], note: str) -> Table:
    """Return rows of a report as a table."""
    names = [column.name for column in columns]
    return Table(
        report.name,
        report.title,
        tuple(columns),
        tuple(tuple(row[name] for name in names) for row in rows),
        note=note,
        in_brief=report.in_brief,
        brief_columns=tuple(name for name in report.brief_columns if name in names),
    )
