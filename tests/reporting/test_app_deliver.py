"""Files that people deliver in the browser, until they are in the inbox and in the figures."""

import csv
import re
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import duckdb
import httpx2
import pytest
import structlog
from click.testing import CliRunner
from fastapi.testclient import TestClient

from loader.__main__ import main as loader
from reporting.doors.api.app import create_app
from reporting.doors.api.problems import Problem
from reporting.doors.api.settings import ApiSettings
from reporting.doors.app.deliver.jobs import BUILD, MOST_WAITING, Failed, Job, Jobs
from reporting.doors.app.deliver.uploads import Drops, place_of, safe_folder, safe_name
from tests.loader.conftest import LAYOUT
from tests.reporting.served import (
    AUDITOR,
    AUDITOR_LINE,
    LOADER,
    LOADER_LINE,
    READER,
    READER_LINE,
    served,
)
from warehouse.published import published_path
from warehouse.settings import CHECKOUT, Settings

TIDY = b"Order ID,Order Date,Product,Units,Unit Price,Currency\nA1,2026-01-05,Tea,2,3.50,EUR\n"
OPEN = TIDY.replace(b"3.50", b"15.000")
WEEK = {"iso_week": "2026-W02", "currency": "EUR", "before": "0", "after": "7", "change": "7"}
BAD_ROW = {
    "row": 2,
    "is_kept_out": True,
    "issues": ["Units are no number. Write a plain number."],
    "cells": [{"text": "<b>x</b>", "mark": "fail"}],
}
PART = {"file": "a.csv", "sheet": None, "headers": ["Units"], "rows": [BAD_ROW], "row_count": 1}
ALIASES = "kind,alias,name,approved_by\nproduct,Tee,Tea,\n"
TABLES = """
    create schema quality; create schema reports; create schema marts;
    create table quality.dq_build as select 'build' as invocation_id, now()::timestamp as built_at;
    create table quality.dq_file_version as
        select 7 as file_version_id, '<b>.csv' as source_file, 'active' as status, null as layout,
            3 as rows_loaded, null as error, now()::timestamp as loaded_at;
    create table quality.dq_quarantine as
        select '=a.csv' as source_file, null::text as source_sheet, row_number as source_row_number,
            'why' as rejection_reasons, rules as broken_rules, 'A1' as order_id,
            'Tea' as product_name, '' as sold_at_text, '' as units_text, '' as line_total_text,
            1.5 as amount_at_stake, 'EUR' as currency
        from (values (2, 'extra_cells, unusual_price'), (3, 'missing_date, extra_cells'))
            as given (row_number, rules);
    create table reports.rpt_weekly_summary as
        select '2026-W02' as iso_week, date '2026-01-05' as week_start_date,
            true as is_week_complete;
"""
TRIAL = '{"weeks": [%s], "problems": [%s]}'


class App:
    """The app, with one who has signed in; commands run in this process, but for builds."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.inbox, self.layouts = folder / "inbox", folder / "layouts"
        self.inbox.mkdir()
        self.layouts.mkdir()
        self.database = folder / "w.duckdb"
        monkeypatch.setenv("SALES_DATA_FILE", str(self.inbox))
        monkeypatch.setenv("LAYOUTS_DIR", str(self.layouts))
        self.commands: list[str] = []
        self.seeds = folder
        self.environments: list[dict[str, str]] = []
        app = self

        def run(
            job: Job,
            step: str,
            command: Sequence[str],
            environment: Mapping[str, str],
            accepted: Sequence[int] = (0,),
            seconds: float = 0,
        ) -> str:
            job.step = step
            if tuple(command) == BUILD:
                app.commands.append("build")
                return ""
            app.commands.append(" ".join(command[2:4]))
            app.environments.append(dict(environment))
            if command[3] in ("aliases", "weekly", "withdraw", "restore"):
                return ALIASES
            if command[3] == "trial":
                return TRIAL % (str(WEEK).replace("'", '"'), json_of(PART))
            done = CliRunner().invoke(loader, list(command[3:]), env=dict(environment))
            if done.exit_code not in accepted:
                raise Failed(done.output)
            return done.stdout

        monkeypatch.setattr(Job, "run", run)
        keys = f"{READER_LINE} {AUDITOR_LINE} {LOADER_LINE}"
        settings = ApiSettings(keys=keys, upload_megabytes=1, rate_limit="100000/minute")
        self.service = create_app(settings, f"duckdb:///{self.database}")
        self.client = TestClient(self.service, follow_redirects=True)

    def sign_in(self, key: str) -> None:
        self.client.cookies.clear()
        answer = self.post("/app/sign-in", "/app/sign-in", key=key, to="/sign-in")
        assert answer.history[0].status_code == 303

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)
        assert found
        return found[1]

    def post(self, page: str, path: str, /, files: Any = None, **data: str) -> httpx2.Response:
        """Send a form of a page."""
        answer: httpx2.Response = self.client.post(
            path, data={"csrf_token": self.token(page), **data}, files=files
        )
        return answer

    def drop(self, folder: str = "", **files: bytes) -> httpx2.Response:
        """Drop files, and wait until they are read."""
        sent = [("files", (f"{name}.csv", content)) for name, content in files.items()]
        answer = self.post("/app/deliver", "/app/deliver", sent, folder=folder)
        return self.wait(answer)

    def wait(self, answer: httpx2.Response) -> httpx2.Response:
        while 'id="job"' in answer.text:
            time.sleep(0.05)
            answer = self.client.get(str(answer.url))
        return answer

    def press(self, shown: httpx2.Response, action: str, **data: str) -> httpx2.Response:
        """Press a button of a page of dropped files."""
        path = shown.url.path
        return self.wait(self.post(path, f"{path}/{action}", **data))

    def left(self) -> list[str]:
        """Return the files that wait to be loaded."""
        folder = Path(self.service.state.desk.drops._folder.name)
        return [path.name for path in folder.rglob("*") if path.is_file() and path.name != ".held"]


def json_of(value: Any) -> str:
    import json

    return json.dumps(value)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    # What the service logs must not get into what the commands print, in the same process.
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    app = App(tmp_path, monkeypatch)
    app.sign_in(LOADER)
    yield app
    structlog.reset_defaults()
    app.service.state.desk.close()


def ledger(app: App) -> list[tuple[str, str]]:
    with duckdb.connect(str(app.database), read_only=True) as connection:
        return connection.execute("select path, status from raw.file_versions").fetchall()


# ------------------------------------------------------------------ the way of a file


def test_what_is_dropped_is_shown_answered_and_loaded(app: App) -> None:
    shown = app.drop(a=TIDY, q=OPEN)
    assert app.commands == ["loader check", "loader learn", "loader check", "reporting trial"]
    text = " ".join(re.sub("<[^>]+>", " ", shown.text).split())
    assert "Load 1 file of 2" in text
    assert "new a.csv 1 rows of sales_lines" in text
    assert "2026-W02 EUR 0.00 7.00 7.00" in text
    assert '<td class="cell-fail">&lt;b&gt;x&lt;/b&gt;</td>' in shown.text
    assert re.findall('name="flag" value="([^"]+)"', shown.text) == ["--decimal .", "--decimal ,"]
    assert "15 (total 15.00)" in text
    assert (list(app.inbox.iterdir()), list(app.layouts.iterdir())) == ([], [])
    assert not app.database.exists()

    assert app.press(shown, "answer", flag="--yes").status_code == 422
    answered = app.press(shown, "answer", flag="--decimal .")
    assert "Load 2 files" in answered.text
    assert list(app.layouts.iterdir()) == []

    app.commands.clear()
    loaded = app.press(answered, "load")
    assert app.commands == ["loader load", "build"]
    assert "The figures have it" in loaded.text
    assert (app.inbox / "q.csv").read_bytes() == OPEN
    assert ledger(app) == [("a.csv", "active"), ("q.csv", "active")]
    (layout,) = app.layouts.iterdir()
    assert 'decimal: "."' in layout.read_text()
    assert app.press(loaded, "load").status_code == 409
    app.press(loaded, "cancel")
    assert app.left() == []


def test_cancelled_files_leave_nothing(app: App) -> None:
    shown = app.drop(q=OPEN)
    assert "q.csv" in app.left()
    app.press(shown, "cancel")
    assert app.left() == []
    assert (list(app.inbox.iterdir()), list(app.layouts.iterdir())) == ([], [])
    assert app.client.get(shown.url.path).status_code == 404


def test_a_correction_goes_where_the_file_lies(app: App) -> None:
    place = app.inbox / "2026" / "a.csv"
    place.parent.mkdir()
    place.write_bytes(TIDY)
    CliRunner().invoke(loader, ["load"], env={"DATABASE_URL": f"duckdb:///{app.database}"})
    shown = app.drop(a=TIDY.replace(b"3.50", b"4.50"))
    assert "0 added, 0 removed, 1 changed, 0 as before" in shown.text
    assert "2026/a.csv in the inbox is replaced" in shown.text

    # Somebody else was faster: their file stays as it is.
    place.write_bytes(TIDY.replace(b"3.50", b"9.99"))
    assert "has changed in the inbox" in app.press(shown, "load").text
    assert b"9.99" in place.read_bytes()

    place.write_bytes(TIDY)
    assert "The figures have it" in app.press(shown, "load").text
    assert ledger(app) == [("2026/a.csv", "superseded"), ("2026/a.csv", "active")]


def test_a_build_that_fails_says_so(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = app.drop(a=TIDY)

    def fail(self: Jobs, job: Job) -> None:
        raise Failed("Failure in test fact_sales_line_grain")

    monkeypatch.setattr(Jobs, "build", fail)
    text = app.press(shown, "load").text
    assert "Failure in test fact_sales_line_grain" in text
    assert "Readers see the last figures that passed" in text
    monkeypatch.undo()


# ------------------------------------------------------------------ who may


@pytest.mark.parametrize("key", [READER, AUDITOR], ids=["reader", "auditor"])
def test_others_may_not_deliver(app: App, key: str) -> None:
    shown = app.drop(a=TIDY)
    app.sign_in(key)
    assert 'href="/app/deliver' not in app.client.get("/app/nowhere").text
    token = app.token("/app/sign-in")
    for method, path in (
        *(("GET", "/app/deliver"), ("POST", "/app/deliver"), ("GET", shown.url.path)),
        *(("POST", f"{shown.url.path}/{action}") for action in ("load", "cancel", "answer")),
    ):
        answer = app.client.request(method, path, data={"csrf_token": token, "flag": "x"})
        assert (answer.status_code, "role loader" in answer.text) == (403, True)
    assert list(app.inbox.iterdir()) == []
    assert "a.csv" in app.left()


def test_nothing_is_taken_from_pages_of_others(app: App) -> None:
    shown = app.drop(a=TIDY)
    sent = [("files", ("b.csv", TIDY))]
    for path, files in (("/app/deliver", sent), (f"{shown.url.path}/load", None)):
        answer = app.client.post(path, data={"csrf_token": "x"}, files=files)
        assert (answer.status_code, "too old" in answer.text) == (403, True)
    assert list(app.inbox.iterdir()) == []
    assert "b.csv" not in app.left()


# ------------------------------------------------------------------ hostile names and bodies


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/a.csv", "a.csv"),
        ("C:\\temp\\Sales 1.xlsx", "Sales 1.xlsx"),
        ("Cafe\N{COMBINING ACUTE ACCENT}.csv", "Caf\N{LATIN SMALL LETTER E WITH ACUTE}.csv"),
        *(
            (name, None)
            for name in ("", "..", ".a.csv", "~$a.xlsx", "a\n.csv", "a.csv.", "a:b.csv")
        ),
        *((name, None) for name in ("a.exe", "a", "a.html", "x" * 160 + ".csv")),
        ("\N{RIGHT-TO-LEFT OVERRIDE}vsc.csv", None),
    ],
)
def test_names_of_files(name: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(Problem):
            safe_name(name)
    else:
        assert safe_name(name) == kept


def test_nothing_is_put_elsewhere_than_into_the_inbox(tmp_path: Path) -> None:
    inbox, elsewhere = tmp_path / "inbox", tmp_path / "elsewhere"
    (inbox / "folder.csv").mkdir(parents=True)
    elsewhere.mkdir()
    (inbox / "link").symlink_to(elsewhere)
    (inbox / "link.csv").symlink_to(elsewhere / "a.csv")
    for folder in ("..", "a/../..", ".git", "a/\x00"):
        with pytest.raises(Problem):
            safe_folder(folder)
    assert str(safe_folder("/etc//cron.d\\x")) == "etc/cron.d/x"
    for name, folder in (("a.csv", "link"), ("link.csv", ""), ("folder.csv", "")):
        with pytest.raises(Problem):
            place_of(name, safe_folder(folder), inbox)
    for name in ("1/a.csv", "2/a.csv"):
        (inbox / name).parent.mkdir()
        (inbox / name).touch()
    with pytest.raises(Problem, match="several folders"):
        place_of("a.csv", safe_folder(""), inbox)
    assert str(place_of("a.csv", safe_folder("2"), inbox)) == "2/a.csv"


def test_what_is_too_large_is_not_read(app: App) -> None:
    answer = app.client.post("/app/deliver", content=b"x" * (2**20 + 1))
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert app.client.post("/app/sign-in", content=b"x" * 70_000).status_code == 413
    assert app.client.post("/app/deliver", content=iter([b"x"])).status_code == 411
    same = [("files", (name, TIDY)) for name in ("a.csv", "A.csv")]
    assert app.post("/app/deliver", "/app/deliver", same).status_code == 422
    assert app.post("/app/deliver", "/app/deliver", [("files", ("a.exe", b""))]).status_code == 422
    assert app.left() == []


def test_who_never_finishes_a_form_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.doors.app.bodies.SECONDS", 1)
    monkeypatch.setattr("reporting.doors.api.guard.MOST_AT_ONCE", 20)
    with served(f"duckdb:///{tmp_path / 'none.duckdb'}") as api:
        host, port = api.url.removeprefix("http://").split(":")
        waiting = [socket.create_connection((host, int(port))) for _ in range(20)]
        asked = f"POST /app/sign-in HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n"
        asked += "Content-Type: application/x-www-form-urlencoded\r\n\r\nkey="
        for connection in waiting:
            connection.sendall(asked.encode())
        for connection in waiting:
            connection.settimeout(60)
            assert connection.recv(4_096).startswith(b"HTTP/1.1 408")
            while connection.recv(4_096):
                pass
            connection.close()
        assert api.get("/health").status_code == 200


def test_what_a_killed_app_has_left_goes_when_one_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    killed, runs = Drops(), Drops()
    drop = killed.new("anna", Settings(layouts_dir=tmp_path))
    (drop.inbox / "a.csv").write_bytes(TIDY)
    killed._held.close()  # type: ignore[union-attr]
    (tmp_path / "salesops-drops-link").symlink_to(tmp_path)
    started = Drops()
    left = {path.name for path in tmp_path.iterdir() if not path.is_symlink()}
    assert left == {Path(drops._folder.name).name for drops in (runs, started)}
    for drops in (runs, started):
        drops.close()


# ------------------------------------------------------------------ files and answers


@pytest.fixture
def built(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """An app with something published, and with seeds of its own."""
    with duckdb.connect(str(published_path(app.database))) as connection:
        connection.execute(TABLES)
    app.seeds = tmp_path / "seeds"
    app.seeds.mkdir()
    for name in ("dq_rules", "dq_overrides", "name_aliases"):
        shutil.copy(CHECKOUT / "seeds" / f"{name}.csv", app.seeds)
    monkeypatch.setattr("reporting.doors.app.deliver.decisions.SEEDS", app.seeds)
    return app


def test_versions_are_taken_out_and_brought_back(built: App) -> None:
    shown = built.client.get("/app/files")
    assert "&lt;b&gt;.csv" in shown.text
    for correction in ("withdraw", "restore"):
        built.commands.clear()
        built.wait(built.post("/app/files", f"/app/files/7/{correction}"))
        assert built.commands == [f"loader {correction}", "build"]
    assert built.post("/app/files", "/app/files/7/prune").status_code == 404
    (built.layouts / "shop.yml").write_text(LAYOUT)
    assert "/app/files/templates/shop.xlsx" in built.client.get("/app/files").text
    made = built.client.get("/app/files/templates/shop.xlsx")
    assert made.content.startswith(b"PK")
    assert built.client.get("/app/files/templates/..%2Fshop.xlsx").status_code == 404


def test_answers_are_written_as_people_write_them(built: App) -> None:
    shown = built.client.get("/app/answer").text
    assert shown.count(">Accept</button>") == 1  # a row without a date cannot be counted
    post = partial(built.post, "/app/answer")
    row = {"file": "=a.csv", "sheet": "", "row": "2", "until": "2026-12-31"}
    for wrong in (
        {"row": "3", "reason": "so"},
        {"row": "9", "reason": "so"},
        {"file": "b.csv", "reason": "so"},
        *({"reason": reason} for reason in ("", "=1+1", "x" * 301)),
        {"reason": "so", "until": "soon"},
    ):
        assert post("/app/answer/accept", **row | wrong).status_code == 422
    for _ in range(2):
        post("/app/answer/accept", **row, reason='A "gift",\nas told')
    with (built.seeds / "dq_overrides.csv").open(newline="") as file:
        header, *lines = csv.reader(file)
    assert lines == [
        ["=a.csv", "", "2", "extra_cells", "loader", 'A "gift", as told', "2026-12-31"]
    ]
    assert len(header) == len(lines[0])
    assert '<span class="mark ok">accepted</span>' in built.client.get("/app/answer").text

    names = {"kind": "product", "alias": "Tee", "name": "Tea"}
    assert post("/app/answer/approve", **names).status_code == 422  # nobody has proposed it
    built.wait(post("/app/answer/look-for-aliases"))
    post("/app/answer/approve", **names)
    with (built.seeds / "name_aliases.csv").open(newline="") as file:
        assert list(csv.reader(file))[-1] == ["product", "Tee", "Tea", "loader"]

    assert "Build now" in built.wait(post("/app/answer/publish", week="2026-W02")).text
    assert built.environments[-1]["PUBLISHED_BY"] == "loader"
    built.commands.clear()
    assert "Build now" not in built.wait(post("/app/answer/build")).text
    assert built.commands == ["build"]


@pytest.mark.parametrize("key", [READER, AUDITOR], ids=["reader", "auditor"])
def test_others_may_not_answer(built: App, key: str) -> None:
    built.sign_in(key)
    token = built.token("/app/sign-in")
    for path in ("/app/files", "/app/answer", "/app/files/to-correct.zip"):
        assert built.client.get(path).status_code == 403
    for path in ("files/7/withdraw", *(f"answer/{what}" for what in ("approve", "build"))):
        answer = built.client.post(
            f"/app/{path}",
            data={"csrf_token": token, **{name: "x" for name in ("kind", "alias", "name")}},
        )
        assert answer.status_code == 403
    assert built.commands == []


# ------------------------------------------------------------------ jobs


def until(condition: Callable[[], bool]) -> None:
    waits_until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < waits_until
        time.sleep(0.01)


def test_one_at_a_time_and_others_see_it() -> None:
    jobs, go_on = Jobs("duckdb://"), threading.Event()
    first = jobs.begin("Loading a.csv", "anna", lambda _: "done" if go_on.wait(60) else "")
    until(lambda: first.status == "running")
    second = jobs.begin("Loading b.csv", "ben", lambda _: "")
    time.sleep(0.05)
    assert (first.status, second.status, jobs.current) == ("running", "waiting", first)
    for _ in range(MOST_WAITING - 1):
        jobs.begin("more", "carl", lambda _: "")
    with pytest.raises(Problem, match="Others are waiting"):
        jobs.begin("too much", "carl", lambda _: "")
    go_on.set()
    until(lambda: second.is_over)
    assert (first.status, first.said) == ("done", "done")


def test_commands_are_counted_fail_and_are_stopped(tmp_path: Path) -> None:
    jobs = Jobs("duckdb://")
    work = "print('3 of 7 OK', flush=True); print('no such table'); raise SystemExit(3)"
    failed = jobs.begin("x", "y", lambda job: job.run("s", [sys.executable, "-c", work], {}))
    until(lambda: failed.is_over)
    assert (failed.status, failed.done, failed.total) == ("failed", 3, 7)
    assert "no such table" in failed.said
    script, mark = tmp_path / "script.py", tmp_path / "mark"
    script.write_text(
        "import subprocess, sys, time\n"
        "if len(sys.argv) == 2:\n"
        "    print('1 of 2', flush=True)\n"
        "    subprocess.run([sys.executable, __file__, sys.argv[1], 'again'])\n"
        "time.sleep(3)\n"
        "open(sys.argv[1], 'w')\n"
    )
    command = [sys.executable, str(script), str(mark)]
    stopped = jobs.begin("x", "y", lambda job: job.run("s", command, {}))
    until(lambda: stopped.total == 2)
    jobs.stop_all()
    until(lambda: stopped.process is None)
    assert stopped.status == "stopped"
    slow = jobs.begin("x", "y", lambda job: job.run("s", command, {}, seconds=0.1))
    until(lambda: slow.is_over)
    assert (slow.status, "more than" in slow.said) == ("failed", True)
    assert not mark.exists()
