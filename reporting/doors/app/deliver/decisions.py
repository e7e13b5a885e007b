"""Answer: accept a row that waits in quarantine, approve an alias, publish a week."""

import csv
import io
import re
import threading
from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from reporting import Refusal
from reporting.ask.names import KINDS
from reporting.doors.api.access import LOCAL
from reporting.doors.api.database import Database
from reporting.doors.api.keys import Client
from reporting.doors.api.problems import Problem
from reporting.doors.app.answers import page
from reporting.doors.app.deliver.jobs import Job
from reporting.doors.app.deliver.pages import Loader, desk_of, go
from reporting.doors.app.deliver.uploads import keep
from reporting.doors.app.sessions import confirmed
from reporting.doors.editions import publisher
from warehouse.settings import CHECKOUT

SEEDS = CHECKOUT / "seeds"
MOST_ROWS = 200
MOST_WEEKS = 26
LONGEST = 300

_writing = threading.Lock()

router = APIRouter()


@router.get("/answer")
def answer(request: Request, client: Loader) -> Response:
    """Show what waits for somebody's word."""
    desk = desk_of(request)
    database: Database = request.app.state.database
    rejecting = _rejecting_rules()
    accepted = {_row_of(line) for line in _read("dq_overrides")}
    with database.reading() as (connection, _):
        waiting = connection.execute(
            sa.text(
                "select source_file, source_sheet, source_row_number, rejection_reasons, "
                "broken_rules, order_id, product_name, sold_at_text, units_text, "
                "line_total_text, amount_at_stake, currency from quality.dq_quarantine "
                "order by source_file, source_sheet, source_row_number limit :most"
            ),
            {"most": MOST_ROWS},
        ).mappings()
        rows = [
            {
                **row,
                "can_be_accepted": _can_be_accepted(_rules(row["broken_rules"], rejecting)),
                "is_accepted": _row_of(row) in accepted,
            }
            for row in waiting
        ]
        weeks = connection.scalars(
            sa.text(
                "select distinct iso_week, week_start_date from reports.rpt_weekly_summary "
                "where is_week_complete order by week_start_date desc limit :most"
            ),
            {"most": MOST_WEEKS},
        ).all()
    approved = {(line["kind"], line["alias"]) for line in _read("name_aliases")}
    return page(
        request,
        "answer.html.j2",
        client=client,
        without_query=True,
        charts={},
        job=desk.jobs.current,
        last=desk.jobs.last,
        rows=rows,
        most=MOST_ROWS,
        weeks=weeks,
        proposals=None
        if desk.proposals is None
        else [item for item in desk.proposals if (item["kind"], item["alias"]) not in approved],
        is_build_due=desk.is_build_due,
    )


@router.post("/answer/accept", dependencies=[Depends(confirmed)])
def accept(
    request: Request,
    client: Loader,
    file: Annotated[str, Form()],
    row: Annotated[int, Form()],
    reason: Annotated[str, Form()],
    sheet: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> Response:
    """Write a row of the quarantine into the seed of those that are right as they are."""
    database: Database = request.app.state.database
    with database.reading() as (connection, _):
        found = connection.scalars(
            sa.text(
                "select broken_rules from quality.dq_quarantine where source_file = :file "
                "and coalesce(source_sheet, '') = :sheet and source_row_number = :row"
            ),
            {"file": file, "sheet": sheet, "row": row},
        ).all()
    rejecting = _rejecting_rules()
    rules = {name: can for broken in found for name, can in _rules(broken, rejecting).items()}
    if not _can_be_accepted(rules):
        raise _unfit("This row does not wait any more, or cannot be accepted as it is.")
    try:
        day = date.fromisoformat(until).isoformat() if until else ""
    except ValueError:
        raise _unfit("Until when: a day, such as 2026-12-31, or nothing.") from None
    said = _plain(reason, "Say why the row is right as it is")
    by = _who(request, client)
    _add("dq_overrides", [(file, sheet, row, rule, by, said, day) for rule in sorted(rules)])
    desk_of(request).is_build_due = True
    return go(request, "/answer")


@router.post("/answer/look-for-aliases", dependencies=[Depends(confirmed)])
def look_for_aliases(request: Request, client: Loader) -> Response:
    """Look for names that may mean the same."""
    desk = desk_of(request)

    def work(job: Job) -> str:
        found = desk.command(job, "Comparing names", "reporting", "aliases")
        desk.proposals = list(csv.DictReader(io.StringIO(found)))
        return ""

    desk.jobs.begin("Looking for names that are alike", client.name, work)
    return go(request, "/answer")


@router.post("/answer/approve", dependencies=[Depends(confirmed)])
def approve(
    request: Request,
    client: Loader,
    kind: Annotated[str, Form()],
    alias: Annotated[str, Form()],
    name: Annotated[str, Form()],
) -> Response:
    """Write a name that was proposed into the seed of aliases."""
    desk = desk_of(request)
    proposed = {(item["kind"], item["alias"], item["name"]) for item in desk.proposals or []}
    if kind not in KINDS or (kind, alias, name) not in proposed:
        raise _unfit("This alias was not proposed.")
    _add("name_aliases", [(kind, alias, name, _who(request, client))])
    desk.is_build_due = True
    return go(request, "/answer")


@router.post("/answer/publish", dependencies=[Depends(confirmed)])
def publish(request: Request, client: Loader, week: Annotated[str, Form()]) -> Response:
    """Keep the figures of a week as those that were given away."""
    if not re.fullmatch(r"\d{4}-W\d{2}", week):
        raise _unfit("Name a week, such as 2026-W03.")
    desk = desk_of(request)
    by = _who(request, client)

    def work(job: Job) -> str:
        command = ("reporting", "weekly", "--no-files", "--publish", "--week", week)
        said = desk.command(job, f"Publishing {week}", *command, PUBLISHED_BY=by)
        return "\n".join(said.strip().splitlines()[-5:])

    desk.jobs.begin(f"Publishing {week}", client.name, work)
    return go(request, "/answer")


@router.post("/answer/build", dependencies=[Depends(confirmed)])
def build(request: Request, client: Loader) -> Response:
    """Have the figures go by what was answered."""
    desk = desk_of(request)

    def work(job: Job) -> str:
        desk.jobs.build(job)
        return "The figures go by what was answered."

    desk.is_build_due = False
    desk.jobs.begin("Building the figures", client.name, work)
    return go(request, "/answer")


# ------------------------------------------------------------------ seeds


def _read(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _add(seed: str, lines: Sequence[Sequence[object]]) -> None:
    """Add lines to a seed, but for those that it has.

    Raises:
        Problem: it cannot be written.
    """
    path: Path = SEEDS / f"{seed}.csv"
    with _writing:
        text = path.read_text("utf-8")
        present = {tuple(line) for line in csv.reader(io.StringIO(text, newline=""))}
        made = io.StringIO(newline="")
        made.write(text if text.endswith("\n") else f"{text}\n")
        writer = csv.writer(made, lineterminator="\n")
        writer.writerows(line for line in lines if tuple(map(str, line)) not in present)
        try:
            keep(io.BytesIO(made.getvalue().encode()), path)
        except OSError as error:
            raise Problem(
                HTTPStatus.CONFLICT,
                "cannot-be-written",
                f"seeds/{seed}.csv cannot be written: {error.strerror}.",
            ) from None


def _rejecting_rules() -> dict[str, bool]:
    """Return the rules that keep rows out, each with whether a row may come in all the same."""
    return {
        line["rule"]: line["can_be_accepted"] == "true"
        for line in _read("dq_rules")
        if line["severity"] == "reject"
    }


def _rules(broken: str, rejecting: Mapping[str, bool]) -> dict[str, bool]:
    """Return those of the broken rules that keep a row out."""
    return {name: rejecting[name] for name in broken.split(", ") if name in rejecting}


def _can_be_accepted(rules: Mapping[str, bool]) -> bool:
    return bool(rules) and all(rules.values())


def _row_of(line: Mapping[str, Any]) -> tuple[str, str, str]:
    sheet = line["source_sheet"] or ""
    return line["source_file"], sheet, str(line["source_row_number"])


# ------------------------------------------------------------------ who and why


def _who(request: Request, client: Client) -> str:
    """Return whose word it is: the name of the key, or whoever sits at the computer."""
    if client != LOCAL:
        return client.name
    try:
        return publisher(desk_of(request).settings)
    except Refusal as problem:
        raise _unfit(str(problem)) from None


def _plain(text: str, what: str) -> str:
    """Return a text that may stand in a file that people open in a spreadsheet."""
    said = " ".join(text.split())
    if not said or len(said) > LONGEST or not said.isprintable() or said[0] in "=+-@":
        raise _unfit(f"{what}, in up to {LONGEST} letters; the first one none of = + - @.")
    return said


def _unfit(detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unfit-answer", detail)
