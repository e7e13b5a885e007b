"""Data quality: whether the weeks can be trusted, what waits, who sent it, what became of it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from reporting.doors.api.keys import Role
from reporting.doors.app import blocks
from reporting.doors.app.answers import page
from reporting.doors.app.blocks import Block, block_grid
from reporting.doors.app.sessions import Visitor
from reporting.doors.app.views import Reading, reading
from reporting.draw.app.grid import Grid
from reporting.tables import Table

router = APIRouter()


@router.get("/quality")
def quality(request: Request, client: Visitor) -> Response:
    """Show whether the weeks of some days can be trusted, and what is wrong in the files."""
    locale: str = request.app.state.locale
    leads = client.role.includes(Role.AUDITOR)
    with reading(request) as read:
        weeks = blocks.WEEKS_OF_QUALITY.read(read, blocks.WEEKS_OF_QUALITY.most)
        shown = [
            _grid(read, block, table, locale, leads)
            for block in blocks.QUALITY
            if client.role.includes(block.role)
            for table in block.read(read, None).values()
        ]
        grids = [
            (currency, _grid(read, blocks.WEEKS_OF_QUALITY, table, locale, leads))
            for currency, table in weeks.items()
        ]
        said = read.said()
    return page(
        request,
        "quality.html.j2",
        client=client,
        weeks=grids,
        tables=[table for table in shown if table.rows],
        charts={},
        **said,
    )


def _grid(read: Reading, block: Block, table: Table, locale: str, leads: bool) -> Grid:
    def link(column: str, row: Any) -> str:
        if column == "source_file" and leads and read.known.calendar:
            days = read.known.calendar.everything()
            return read.question.link(
                f"{read.home}/lines",
                file=row[column],
                start_date=days.first_day,
                end_date=days.last_day,
            )
        return ""

    return block_grid(read, block, table, locale, link)
