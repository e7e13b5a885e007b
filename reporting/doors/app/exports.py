"""What is shown, as files to take along: tables as CSV and Excel, all of it as the pack."""

import io
import tempfile
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from reporting.ask.pack.reading import read_pack
from reporting.doors.api.answers import not_too_many
from reporting.doors.api.audit import read_lines
from reporting.doors.api.formats import Format, in_chunks, to_csv, to_xlsx
from reporting.doors.api.problems import Problem
from reporting.doors.api.reports import refuse_unknown
from reporting.doors.app.blocks import BLOCKS
from reporting.doors.app.sessions import Auditor, Visitor, require
from reporting.doors.app.views import reading
from reporting.draw.data import write_csv
from reporting.draw.excel.pack import write_workbook
from reporting.draw.excel.rows import write_rows
from reporting.draw.pdf.pack import write_pdf
from reporting.tables import Column, Kind, Row, Table

router = APIRouter()

_CURRENCY = Column("currency", "Currency", Kind.TEXT)
_PDF = "application/pdf"


@router.get("/tables/lines.{kind}")
def lines_file(request: Request, client: Auditor, kind: str) -> Response:
    """Send the lines of the days and filters, with the columns that the API gives."""
    write = {"csv": to_csv, "xlsx": to_xlsx}.get(kind)
    if write is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such file.")
    with reading(request) as read:
        period = read.question.period
        days = {"start_date": period.first_day, "end_date": period.last_day}
        asked = {**read.question.asked, **days, "cursor": None}
        found = read_lines(read.connection, read.known, asked)
        file = write(found.columns, not_too_many(found.rows))
    return StreamingResponse(
        in_chunks(file),
        media_type=Format(kind).media_type,
        headers=_named(f"lines-{period.first_day}--{period.last_day}", kind),
    )


@router.get("/tables/{name}.{kind}")
def table_file(request: Request, client: Visitor, name: str, kind: str) -> Response:
    """Send a table of a page, all of its rows."""
    block = BLOCKS.get(name)
    if block is None or kind not in ("csv", "xlsx"):
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such table.")
    require(client, block.role)
    with reading(request) as read:
        tables = block.read(read, None)
        stem = f"{name}-{read.question.period.first_day}--{read.question.period.last_day}"
    columns = _columns(list(tables.values()))
    rows = _rows(tables, columns)
    if kind == "csv":
        text = io.StringIO(newline="")
        write_csv(columns, rows, text)
        # Excel takes a CSV for UTF-8 only if it begins with this mark.
        content = text.getvalue().encode("utf-8-sig", "replace")
        return Response(content, media_type=Format.CSV.media_type, headers=_named(stem, kind))
    file = tempfile.TemporaryFile()  # noqa: SIM115 - in_chunks closes it
    write_rows(columns, rows, file, "Rows")
    file.seek(0)
    return StreamingResponse(
        in_chunks(file), media_type=Format.XLSX.media_type, headers=_named(stem, kind)
    )


@router.get("/pack.{kind}")
def pack_file(request: Request, client: Visitor, kind: str) -> Response:
    """Send the pack of the days and filters."""
    if kind not in ("xlsx", "pdf"):
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such file.")
    with reading(request) as read:
        question = read.question
        refuse_unknown(read.connection, question.asked)
        if read.known.calendar is None:
            raise Problem(HTTPStatus.NOT_FOUND, "not-found", "Nothing was sold yet.")
        pack = read_pack(
            read.connection,
            read.known.calendar,
            question.period,
            datetime.now().astimezone(),
            request.app.state.locale,
            question.filters,
            # It takes seconds: as in the weekly pack, but for days that are no week.
            with_forecast=question.period.week is not None,
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{question.period.stem}.{kind}"
        (write_workbook if kind == "xlsx" else write_pdf)(pack, path)
        content = path.read_bytes()
    media_type = Format.XLSX.media_type if kind == "xlsx" else _PDF
    return Response(content, media_type=media_type, headers=_named(question.period.stem, kind))


def _columns(tables: list[Table]) -> list[Column]:
    """Return the columns of all currencies' tables, of which each lacks those that are empty."""
    longest = max(tables, key=lambda table: len(table.columns), default=None)
    known = {column.name: column for table in tables for column in table.columns}
    order = [column.name for column in longest.columns] if longest else []
    names = [*order, *(name for name in known if name not in order and name != "currency")]
    return [_CURRENCY, *(known[name] for name in names if name != "currency")]


def _rows(tables: dict[str, Table] | object, columns: list[Column]) -> Iterator[Row]:
    assert isinstance(tables, dict)
    for currency, table in tables.items():
        places = {column.name: place for place, column in enumerate(table.columns)}
        for row in table.rows:
            yield [
                currency,
                *(
                    row[places[column.name]] if column.name in places else None
                    for column in columns[1:]
                ),
            ]


def _named(stem: str, kind: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{stem}.{kind}"',
        "Cache-Control": "private, no-store",
    }
