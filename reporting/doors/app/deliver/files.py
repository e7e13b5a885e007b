"""Files: what was delivered and what became of it; templates, and workbooks to correct."""

import io
import subprocess
import zipfile
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from loader import Refusal
from loader.layouts import read_layouts
from reporting.doors.api.database import Database
from reporting.doors.api.problems import Problem
from reporting.doors.app.answers import page
from reporting.doors.app.deliver.desk import Desk
from reporting.doors.app.deliver.jobs import Job
from reporting.doors.app.deliver.pages import Loader, desk_of, go
from reporting.doors.app.sessions import confirmed

MOST_VERSIONS = 500
_CORRECTIONS = {"withdraw": "Taking out", "restore": "Bringing back"}
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

router = APIRouter()


@router.get("/files")
def files(request: Request, client: Loader) -> Response:
    """Show every version of every file, the newest first."""
    desk = desk_of(request)
    database: Database = request.app.state.database
    with database.reading() as (connection, _):
        versions = connection.execute(
            sa.text(
                "select file_version_id, source_file, status, layout, rows_loaded, error, "
                "loaded_at from quality.dq_file_version "
                "order by file_version_id desc limit :most"
            ),
            {"most": MOST_VERSIONS},
        ).mappings()
        shown = [dict(version) for version in versions]
    return page(
        request,
        "files.html.j2",
        client=client,
        without_query=True,
        charts={},
        job=desk.jobs.current,
        last=desk.jobs.last,
        versions=shown,
        most=MOST_VERSIONS,
        layouts=_layouts(desk),
    )


@router.post("/files/{version}/{correction}", dependencies=[Depends(confirmed)])
def correct(request: Request, client: Loader, version: int, correction: str) -> Response:
    """Take a file version out of the figures, or bring it back, and build."""
    if correction not in _CORRECTIONS:
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such page.")
    desk = desk_of(request)

    def work(job: Job) -> str:
        said = desk.command(job, f"{_CORRECTIONS[correction]}", "loader", correction, str(version))
        desk.jobs.build(job)
        return said

    desk.jobs.begin(f"{_CORRECTIONS[correction]} version {version}", client.name, work)
    return go(request, "/files")


@router.get("/files/templates/{name}.xlsx")
def template(request: Request, client: Loader, name: str) -> Response:
    """Make the empty workbook for a layout."""
    desk = desk_of(request)
    if name not in _layouts(desk):
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such layout.")
    with TemporaryDirectory() as folder:
        path = Path(folder, "template.xlsx")
        _run(desk, "loader", "template", name, "--out", str(path))
        return _download(path.read_bytes(), f"{name}.xlsx", _EXCEL)


@router.get("/files/to-correct.zip")
def to_correct(request: Request, client: Loader) -> Response:
    """Make the workbooks that go back to those who sent the files."""
    with TemporaryDirectory() as folder:
        _run(desk_of(request), "reporting", "quality", "--out", folder)
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(Path(folder).iterdir()):
                archive.write(path, path.name)
    return _download(content.getvalue(), "to-correct.zip", "application/zip")


def _layouts(desk: Desk) -> list[str]:
    """Return the names of the layouts.

    Raises:
        Problem: one of them cannot be used.
    """
    try:
        return [layout.name for layout in read_layouts(desk.settings.layouts_dir)]
    except Refusal as problem:
        raise Problem(HTTPStatus.CONFLICT, "bad-layout", str(problem)) from None


def _run(desk: Desk, *command: str) -> None:
    """Run a command that only reads.

    Raises:
        Problem: it cannot now, as where DuckDB is being written; the detail is what it said.
    """
    try:
        done = desk.jobs.run_beside(command)
    except subprocess.TimeoutExpired:
        said = "It takes too long: type the command yourself."
    else:
        if done.returncode == 0:
            return
        said = done.stderr.strip()
    raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not-now", said)


def _download(content: bytes, name: str, media_type: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
