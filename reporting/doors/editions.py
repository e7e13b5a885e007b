"""Editions: the figures of a week as they were given away, kept to be compared with later ones.

They are written into the schema `published`, which a build creates and no build changes;
rpt_weekly_restatement compares them with what the week has now.
"""

import getpass
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row, RowMapping

from reporting import Refusal
from reporting.ask.built import is_built
from reporting.ask.opening import open_warehouse
from reporting.ask.periods import NoFigures, Week
from reporting.doors.common import out, said_politely
from reporting.draw.terminal.grid import grid
from reporting.tables import Column, Kind, Value
from reporting.words import NO_CURRENCY, locale_named, write_value
from warehouse.connection import DATABASE_ERRORS
from warehouse.settings import Settings, read_settings


class CannotPublish(Refusal):
    """A week that cannot be published; the message says why and what to do."""


@dataclass(frozen=True)
class Edition:
    """The figures of a week in one currency, as they were published.

    Attributes:
        iso_week: which week, as the reports write it.
        number: 1 for the first one of this week and currency.
        published_at: when, with its time zone (UTC).
        revenue: as it was published.
    """

    iso_week: str
    currency: str
    number: int
    published_at: datetime
    published_by: str
    revenue: Decimal


@dataclass(frozen=True)
class Publication:
    """What became of the figures in one currency when their week was published.

    Attributes:
        edition: the one that has them.
        is_new: whether it was made for it; an edition that has them already is left as it is.
        previous: the edition before, if this one is new and there was one.
    """

    edition: Edition
    is_new: bool
    previous: Edition | None = None


_FIGURES = (
    *("gross_amount", "discount_amount", "revenue", "units"),
    *("line_count", "order_count", "customer_count", "cost", "profit"),
)
"""Columns of rpt_weekly_summary that an edition keeps, under the same names."""

_FILE_FIGURES = ("line_count", "units", "revenue", "profit")


def publisher(settings: Settings) -> str:
    """Return who publishes: the setting, or the user of the computer.

    Raises:
        CannotPublish: neither is known.
    """
    if settings.published_by:
        return settings.published_by
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        raise CannotPublish(
            "Who publishes is not known here: set PUBLISHED_BY to your name."
        ) from None


def publish(connection: Connection, week: Week, by: str, at: datetime) -> list[Publication]:
    """Keep the figures of a week as they are now, one edition a currency, all or none.

    A currency whose figures are those of its last edition, file by file, gets no new one.

    Args:
        connection: to the warehouse, to be written; in no transaction.
        week: a complete one.
        by: who publishes it.
        at: when, with its time zone.

    Raises:
        CannotPublish: the week is not complete or has no sales, its report is not made of the
            sales that are in the warehouse, or somebody else is publishing.
        NoFigures: nothing was built yet.
    """
    with connection.begin():
        if not is_built(connection, *_READ) or not _has_tables(connection):
            raise NoFigures(
                "There is nothing to publish into yet: run `make build` (or `dbt build`) once."
            )
    with _alone(connection):
        summary = _summary(connection, week)
        files = _files(connection, week)
        _refuse_half_built(week, summary, files)
        counted = _counted_versions(connection)
        written = [
            _publish_currency(
                connection, week, row, files.get(row["currency"], []), counted, by, at
            )
            for row in summary
        ]
    return written


def read_editions(connection: Connection) -> list[Edition]:
    """Return all editions, the latest week first.

    Raises:
        NoFigures: no week was ever published.
    """
    rows = (
        connection.execute(
            sa.text(
                "select * from published.weekly_editions "
                "order by week_start_date desc, currency, edition_number desc"
            )
        ).all()
        if _has_tables(connection)
        else []
    )
    if not rows:
        raise NoFigures("No week was published yet: `python -m reporting weekly --publish`.")
    return [_edition(row) for row in rows]


EDITION_COLUMNS = (
    Column("iso_week", "Week", Kind.TEXT),
    Column("number", "Edition", Kind.ORDINAL),
    Column("published_at", "Published (UTC)", Kind.TEXT),
    Column("published_by", "By", Kind.TEXT),
    Column("currency", "Currency", Kind.TEXT),
    Column("revenue", "Revenue", Kind.AMOUNT),
)


def edition_rows(editions: Sequence[Edition]) -> list[tuple[Value, ...]]:
    """Return editions as rows of `EDITION_COLUMNS`."""
    return [
        (
            edition.iso_week,
            edition.number,
            f"{edition.published_at:%Y-%m-%d %H:%M}",
            edition.published_by,
            edition.currency,
            edition.revenue,
        )
        for edition in editions
    ]


def said_of(publication: Publication, locale: str) -> str:
    """Say what became of a week that was published."""
    edition = publication.edition
    currency = "" if edition.currency == NO_CURRENCY else f" in {edition.currency}"
    said = f"Edition {edition.number} of {edition.iso_week}{currency}"
    if not publication.is_new:
        return f"{said} has these figures already ({edition.published_at:%Y-%m-%d %H:%M} UTC)."
    revenue, *before = (
        write_value(one.revenue, Kind.AMOUNT, edition.currency, locale)
        for one in (edition, publication.previous)
        if one
    )
    return f"{said} is published: revenue {', before '.join([revenue, *before])}."


_READ = (
    *("reports.rpt_weekly_summary", "marts.fact_sales_line", "marts.dim_date"),
    "quality.dq_reconciliation",
)


def _has_tables(connection: Connection) -> bool:
    found = connection.scalars(
        sa.text("select table_name from information_schema.tables where table_schema = 'published'")
    )
    return {"weekly_editions", "weekly_edition_files"} <= set(found)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Begin a transaction that sees one state of the warehouse, and is the only one to publish.

    On PostgreSQL, a second publisher waits, and then sees what the first one has written: the
    state is the one after its first query, and locking is none. DuckDB admits one program that
    writes; of two connections of it, the second one's numbers are taken.
    """
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ")
    try:
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(
                    "lock table published.weekly_editions in share row exclusive mode"
                )
            yield
    except DATABASE_ERRORS as error:
        if any(word in str(error).lower() for word in ("duplicate key", "conflict")):
            raise CannotPublish(
                "Somebody else has published at the same moment; nothing was written. Try again."
            ) from None
        raise


def _summary(connection: Connection, week: Week) -> Sequence[RowMapping]:
    rows = (
        connection.execute(
            sa.text(
                "select * from reports.rpt_weekly_summary where week_start_date = :start "
                "order by currency"
            ),
            {"start": week.start},
        )
        .mappings()
        .all()
    )
    if not rows:
        raise CannotPublish(f"There are no sales in {week.name}, so there is nothing to publish.")
    if not all(row["is_week_complete"] for row in rows):
        raise CannotPublish(
            f"{week.name} is not complete: its sales do not reach its last trading day yet, or a "
            "delivery that is owed for it is waited for. Load the files that are missing and "
            "build; then publish it."
        )
    return rows


def _files(connection: Connection, week: Week) -> dict[str, list[RowMapping]]:
    """Return what each file has in the week, by currency."""
    rows = connection.execute(
        sa.text(
            """
            with sales as (
                select
                    lines.currency, lines.source_file, lines.file_version_id,
                    count(*) as line_count, sum(lines.units) as units,
                    sum(lines.revenue) as revenue, sum(lines.profit) as profit
                from marts.fact_sales_line as lines
                inner join marts.dim_date on lines.sale_date_key = dim_date.date_key
                where dim_date.week_start_date = :start
                group by lines.currency, lines.source_file, lines.file_version_id
            ),
            versions as (
                select distinct file_version_id, file_id from quality.dq_reconciliation
            )
            select sales.*, versions.file_id
            from sales inner join versions on sales.file_version_id = versions.file_version_id
            order by sales.currency, sales.source_file
            """
        ),
        {"start": week.start},
    )
    files: dict[str, list[RowMapping]] = {}
    for row in rows.mappings():
        files.setdefault(row["currency"], []).append(row)
    return files


def _refuse_half_built(
    week: Week, summary: Sequence[RowMapping], files: dict[str, list[RowMapping]]
) -> None:
    """Refuse a report that is not made of the sales beside it: its build is not over, or failed."""
    for row in summary:
        of_currency = files.get(row["currency"], [])
        for figure in ("line_count", "units", "revenue"):
            if sum(file[figure] for file in of_currency) != row[figure]:
                raise CannotPublish(
                    f"The report of {week.name} is not made of the sales that are in the "
                    "warehouse: a build is at work, or has failed. Run `dbt build`, then publish."
                )


def _counted_versions(connection: Connection) -> list[int]:
    return list(
        connection.scalars(
            sa.text(
                "select distinct file_version_id from quality.dq_reconciliation "
                "where entity = 'sales_lines' order by file_version_id"
            )
        )
    )


def _publish_currency(
    connection: Connection,
    week: Week,
    summary: RowMapping,
    files: list[RowMapping],
    counted: list[int],
    by: str,
    at: datetime,
) -> Publication:
    currency = summary["currency"]
    last = connection.execute(
        sa.text(
            "select * from published.weekly_editions "
            "where week_start_date = :start and currency = :currency "
            "order by edition_number desc limit 1"
        ),
        {"start": week.start, "currency": currency},
    ).one_or_none()
    if last is not None and not _differs(connection, last, summary, files):
        return Publication(_edition(last), is_new=False)
    edition: dict[str, Any] = {
        "edition_id": connection.scalar(
            sa.text("select coalesce(max(edition_id), 0) + 1 from published.weekly_editions")
        ),
        "edition_number": 1 if last is None else last.edition_number + 1,
        "week_start_date": week.start,
        "iso_week": summary["iso_week"],
        "currency": currency,
        "published_at": at.astimezone(UTC).replace(tzinfo=None, microsecond=0),
        "published_by": by,
        **{name: summary[name] for name in _FIGURES},
        "counted_file_versions": json.dumps(counted),
    }
    _insert(connection, "weekly_editions", [edition])
    _insert(
        connection,
        "weekly_edition_files",
        [
            {
                **{name: edition[name] for name in ("edition_id", "currency")},
                **{name: file[name] for name in ("file_id", "source_file", "file_version_id")},
                **{name: file[name] for name in _FILE_FIGURES},
            }
            for file in files
        ],
    )
    return Publication(
        Edition(
            summary["iso_week"],
            currency,
            edition["edition_number"],
            edition["published_at"].replace(tzinfo=UTC),
            by,
            summary["revenue"],
        ),
        is_new=True,
        previous=None if last is None else _edition(last),
    )


def _differs(
    connection: Connection, last: Row[Any], summary: RowMapping, files: list[RowMapping]
) -> bool:
    if any(summary[name] != last._mapping[name] for name in _FIGURES):
        return True
    published = connection.execute(
        sa.text("select * from published.weekly_edition_files where edition_id = :edition_id"),
        {"edition_id": last.edition_id},
    ).mappings()
    return _by_file(published.all()) != _by_file(files)


def _by_file(rows: Sequence[RowMapping]) -> dict[int, tuple[Any, ...]]:
    """Return the figures of each file; which version has them makes no difference to readers."""
    return {row["file_id"]: tuple(row[name] for name in _FILE_FIGURES) for row in rows}


def _insert(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        statement = sa.text(
            f"insert into published.{table} ({', '.join(names)}) "
            f"values ({', '.join(f':{name}' for name in names)})"
        )
        connection.execute(statement, rows)


def _edition(row: Row[Any]) -> Edition:
    return Edition(
        row.iso_week,
        row.currency,
        row.edition_number,
        row.published_at.replace(tzinfo=UTC),
        row.published_by,
        row.revenue,
    )


@click.command("editions")
def editions_command() -> None:
    """List the weeks that were published: when, by whom, with which revenue."""
    with said_politely():
        settings = read_settings()
        locale_named(settings.report_locale)
        with open_warehouse(settings) as connection:
            rows = edition_rows(read_editions(connection))
        out.print(grid(EDITION_COLUMNS, rows, settings.report_locale))
