"""The lines behind a figure, and each with the file, sheet and row it came from."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from reporting.ask.delivered import DeliveredCell, Row, read_delivered, read_findings, read_line
from reporting.ask.figures import read_function
from reporting.ask.lines import LINE_COLUMNS
from reporting.ask.opening import open_warehouse
from reporting.doors.api.audit import read_lines
from reporting.doors.api.known import Builds
from reporting.doors.api.problems import Problem
from reporting.doors.app.answers import page
from reporting.doors.app.deliver.desk import Desk
from reporting.doors.app.sessions import Auditor
from reporting.doors.app.views import Reading, filter_link, reading
from reporting.draw.app.grid import grid
from reporting.tables import Column, Kind, Table
from warehouse.connection import WarehouseUnavailable
from warehouse.settings import Settings

router = APIRouter()

LINES_SHOWN = 100
"""Lines of a page."""

_KEY = Column("sales_line_key", "Line", Kind.ORDINAL)
_FACTS = (
    *LINE_COLUMNS[:-3],
    Column("category", "Category", Kind.TEXT),
    Column("city", "City", Kind.TEXT),
    Column("region", "Region", Kind.TEXT),
    Column("gross_amount", "Before discount", Kind.AMOUNT),
    Column("revenue_basis", "Revenue is", Kind.TEXT),
    Column("cost", "Cost", Kind.AMOUNT),
    Column("profit", "Profit", Kind.AMOUNT),
    Column("loaded_at", "Loaded (UTC)", Kind.DATE),
    Column("file_version_id", "File version", Kind.ORDINAL),
)


@router.get("/lines")
def lines(request: Request, client: Auditor) -> Response:
    """Show the lines of the days and filters, page by page."""
    with reading(request) as read:
        question = read.question
        totals = read_function(
            read.connection,
            "sales_summary",
            question.period,
            question.filters,
            "revenue desc, currency",
        )
        found = read_lines(
            read.connection, read.known, {**question.asked, **_days(read), "limit": LINES_SHOWN}
        )
        said = read.said()
    names = [column.name for column in found.columns]
    # The key names the line, and leads to it.
    columns = (_KEY, *(column for column in LINE_COLUMNS if column.name in names))
    places = [names.index(column.name) for column in columns]
    rows = tuple(tuple(row[place] for place in places) for row in found.rows)
    table = Table("lines", "Lines", columns, rows)

    def link(column: str, row: Any) -> str:
        if column == "sales_line_key":
            return f"{read.home}/lines/{row[column]}"
        if column == "source_file":
            return question.link(file=row[column])
        return filter_link(question, column, row)

    following = found.more["next_cursor"]
    is_of_all = not question.asked.get("file") and not question.asked.get("order_id")
    return page(
        request,
        "lines.html.j2",
        client=client,
        table=grid(table, request.app.state.locale, link),
        totals=totals if is_of_all else [],
        following=question.link(cursor=following) if following else "",
        is_first="cursor" not in question.asked,
        charts={},
        **said,
    )


@router.get("/lines/{sales_line_key}")
def line(request: Request, client: Auditor, sales_line_key: int) -> Response:
    """Show a line: what it says, its file, sheet and row, and what was found in that row."""
    state = request.app.state
    builds: Builds = state.builds
    with state.database.reading() as (connection, build):
        builds.known(connection, build)
        found = read_line(connection, sales_line_key) if abs(sales_line_key) < 2**63 else None
        if found is None:
            raise Problem(
                HTTPStatus.NOT_FOUND,
                "not-found",
                "There is no such line (any more): a newer file may have taken its place.",
            )
        findings = read_findings(connection, found)
    delivered = _delivered(request, found)
    return page(
        request,
        "line.html.j2",
        client=client,
        line=found,
        facts=[
            (column.heading, found[column.name], column.kind.value)
            for column in _FACTS
            if found[column.name] is not None
        ],
        findings=findings,
        delivered=delivered,
        wrong={finding["column_name"]: finding["severity"] for finding in findings},
        charts={},
    )


def _delivered(request: Request, line: Row) -> list[list[DeliveredCell]] | None:
    """Return the row of a line as it was delivered; None while that cannot be read.

    It is in the warehouse itself: on DuckDB, whoever writes there keeps others out, and is not to
    be kept out by us.
    """
    desk: Desk = request.app.state.desk
    url: str = request.app.state.database_url
    if desk.jobs.current is not None:
        return None
    try:
        with open_warehouse(Settings(database_url=url)) as connection:
            return read_delivered(connection, line)
    except WarehouseUnavailable:
        return None


def _days(read: Reading) -> dict[str, Any]:
    period = read.question.period
    return {"start_date": period.first_day, "end_date": period.last_day}
