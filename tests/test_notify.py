"""Messages about alerts: what is in them, and that nobody gets one twice or misses one."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from orchestration import notify as door
from orchestration.notify import Alert, CannotNotify, Failure, news, notify
from reporting.doors.mail import CannotSend, Route
from warehouse.settings import Settings, SettingsError

ALERT = Alert(
    alert_key="file/a.csv",
    alert_kind="file_failed",
    subject="a.csv",
    occurrence="1",
    owner="Ann",
    description="Not loaded: no day.\nRow 3.",
    what_to_do="Deliver it again.",
    is_end_news=True,
    is_snoozed=False,
)
WEEK = replace(ALERT, alert_key="quality/2026-W03", alert_kind="week_failed", subject="2026-W03")
ODD = replace(ALERT, alert_key="anomaly/1", alert_kind="anomaly", is_end_news=False)
FAILURE = Failure("build", "Test x failed after 3.2 s.", "Run `dbt build`.")


class Service:
    """A service that takes messages as JSON, or refuses them."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.refuses = False
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not service.refuses:
                    service.messages.append(json.loads(body))
                self.send_response(503 if service.refuses else 200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://user:s3cret@127.0.0.1:{self.server.server_port}"

    def taken(self) -> list[str]:
        """Return the texts that came since one last looked."""
        texts = [f"{message['title']}\n{message['message']}" for message in self.messages]
        self.messages.clear()
        return texts


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    threading.Thread(target=service.server.serve_forever, daemon=True).start()
    yield service
    service.server.shutdown()
    service.server.server_close()


@pytest.fixture
def told_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what was told out of the checkout."""
    path = tmp_path / "told.json"
    monkeypatch.setattr(door, "TOLD_FILE", path)
    return path


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse with one alert, and the setting that names it."""
    path = tmp_path / "w.duckdb"
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{path}")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema reports; create table reports.rpt_alert as select 'file/a.csv' as "
            "alert_key, 'file_failed' as alert_kind, 'a.csv' as subject, '1' as occurrence, "
            "null::date as week_start_date, 'Ann' as owner, null::text as owner_address, "
            "'Not loaded.' as description, "
            "'Deliver it again.' as what_to_do, true as is_end_news, null::date as snoozed_until"
        )
    return path


def change(database: Path, statement: str) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute(statement)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(door.notify_command, arguments)


def test_a_message_says_what_is_new_to_whom_and_what_is_over() -> None:
    message, known = news({}, [WEEK, ALERT, ODD, replace(WEEK, owner="Bob")], None)
    assert message is not None
    assert message.title == "SalesOps: 4 new alerts"
    assert message.body.startswith(
        "For Ann:\n\n- Week failed: 2026-W03\n  Not loaded: no day.\n  Row 3.\n  Deliver it again."
        "\n\n- File failed: a.csv"
    )
    assert message.body.index("For Bob:") > message.body.index("Anomaly")
    assert news(known, [replace(WEEK, owner="Bob"), ALERT, ODD], None)[0] is None, "all is known"
    message, known = news(known, [replace(ALERT, occurrence="2")], None)
    assert message is not None
    assert message.title == "SalesOps: 1 new alert, 1 over", "another version, and the week"
    assert message.body.endswith("For Bob:\n\nOver:\n- Week failed: 2026-W03")
    assert list(known) == ["file/a.csv"], "an anomaly ends without a word"


def test_what_is_snoozed_is_told_of_only_afterwards() -> None:
    _, known = news({}, [ALERT], None)
    message, known = news(known, [replace(ALERT, is_snoozed=True)], None)
    assert message is None, "it is not over"
    message, _ = news(known, [ALERT], None)
    assert message is not None
    assert message.title == "SalesOps: 1 new alert"


def test_what_is_not_known_is_not_over() -> None:
    failed = [door._stage(FAILURE)]
    _, known = news({}, [ALERT], failed)
    assert news(known, None, None) == (None, known), "no warehouse, no stages"
    again = [door._stage(replace(FAILURE, said="Test x failed after 4.9 s."))]
    assert news(known, [ALERT], again)[0] is None, "the same words but for numbers"
    loading = [door._stage(replace(FAILURE, stage="load"))]
    message, known = news(known, [ALERT], loading)
    assert message is not None
    assert message.title == "SalesOps: 1 new alert", "the build did not even begin"
    message, known = news(known, [ALERT], [])
    assert message is not None
    assert message.body.endswith("Over:\n- Stage failed: build\n- Stage failed: load")
    assert list(known) == ["file/a.csv"]


def test_long_lists_and_texts_are_cut_and_marks_that_hide_text_are_shown() -> None:
    many = [replace(ALERT, alert_key=f"file/{number}") for number in range(25)]
    many[0] = replace(ALERT, subject="a\u202egpj.csv", description="x" * 5_000)
    message, known = news({}, many, None)
    assert message is not None
    assert len(known) == 25
    assert message.title == "SalesOps: 25 new alerts"
    assert "- and 5 more, listed in reports.rpt_alert." in message.body
    assert "a\N{REPLACEMENT CHARACTER}gpj.csv\n" + "  " + "x" * 1_000 + " ...\n" in message.body


def test_each_address_is_told_once_and_what_was_not_sent_is_sent_next_time(
    service: Service, told_file: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_URLS", service.url)
    service.refuses = True
    refused = invoke()
    assert refused.exit_code == 1
    assert "Not everybody was told" in refused.output
    assert "s3cret" not in refused.output
    service.refuses = False
    assert "Nothing was sent." in invoke("--dry-run").output
    assert service.taken() == []
    assert invoke().exit_code == 0
    (text,) = service.taken()
    assert text.startswith("SalesOps: 1 new alert\nFor Ann:\n\n- File failed: a.csv\n")
    assert invoke().output == "Nothing is new since the last message.\n"
    assert service.taken() == []

    monkeypatch.setenv("NOTIFY_URLS", f"{service.url} {service.url}/second")
    assert invoke().exit_code == 0
    assert len(service.taken()) == 1, "a new address is told all that is wrong"
    change(database, "delete from reports.rpt_alert")
    assert invoke().exit_code == 0
    assert [text.splitlines()[0] for text in service.taken()] == ["SalesOps: 1 over"] * 2
    assert "s3cret" not in told_file.read_text()


def test_a_failed_stage_is_told_where_there_is_no_warehouse(
    service: Service, told_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{tmp_path / 'none.duckdb'}")
    monkeypatch.setenv("NOTIFY_URLS", service.url)
    notify(Settings(), [FAILURE])
    notify(Settings(), [FAILURE])
    (text,) = service.taken()
    assert "For analytics engineering:\n\n- Stage failed: build\n  Test x failed after" in text
    notify(Settings(), None)
    assert service.taken() == [], "somebody asked by hand, who knows nothing of stages"
    notify(Settings(), [])
    assert len(service.taken()) == 1
    told_file.with_suffix(".new").mkdir()
    with pytest.raises(CannotNotify, match="will send them again"):
        notify(Settings(), [FAILURE])
    told_file.write_text("{")
    with pytest.raises(CannotNotify, match="Take the file away"):
        notify(Settings(), [FAILURE])


def test_addresses_that_are_none_are_refused_without_their_text(
    told_file: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_URLS", "json://localhost nowhere://s3cret")
    with pytest.raises(SettingsError, match="address 2") as refusal:
        notify(Settings())
    assert "s3cret" not in str(refusal.value)
    assert invoke().exit_code == 2
    ended = subprocess.run(
        [sys.executable, "-m", "orchestration", "notify"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "s3cret" not in ended.stdout + ended.stderr
    monkeypatch.setenv("NOTIFY_URLS", "")
    assert invoke().output.startswith("Nobody is told")
    shown = invoke("--dry-run")
    assert shown.exit_code == 0
    assert "- File failed: a.csv" in shown.output
    assert not told_file.exists()


def test_senders_get_a_mail_about_their_own_files(
    service: Service, told_file: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(database, "update reports.rpt_alert set owner_address = 'ann@example.com'")
    for replaced in (
        "'file/b.csv' as alert_key, null as owner_address",
        "'file/c.csv' as alert_key, 'Bob' as owner, 'bob at home' as owner_address",
    ):
        change(
            database,
            f"insert into reports.rpt_alert select * replace ({replaced}) "
            "from reports.rpt_alert limit 1",
        )
    mails: list[EmailMessage] = []
    is_down = False

    def send(message: EmailMessage, on: Route) -> None:
        if is_down:
            raise CannotSend("The server does not answer.")
        assert [address.addr_spec for address in on.recipients] == [message["To"]]
        mails.append(message)

    monkeypatch.setattr(door, "send", send)
    monkeypatch.setenv("NOTIFY_URLS", service.url)
    monkeypatch.setenv("NOTIFY_SENDERS", "true")
    refused = invoke()
    assert refused.exit_code == 2
    assert "NOTIFY_SENDERS is set. Mail needs SMTP_HOST" in refused.output
    assert service.taken() == []

    monkeypatch.setenv("SMTP_HOST", "localhost")
    monkeypatch.setenv("MAIL_FROM", "Sales <sales@example.com>")
    is_down = True
    assert "ann@example.com: The server does not answer." in invoke().output
    (text,) = service.taken()
    assert text.startswith("SalesOps: 3 new alerts\nFor Ann <ann@example.com>:")
    is_down = False
    asked = invoke()
    assert asked.exit_code == 1
    assert "bob at home: seeds/deliveries.csv: write addresses like" in asked.output
    (mail,) = mails
    assert mail["Subject"] == "SalesOps: 1 new alert"
    assert mail["From"] == "Sales <sales@example.com>"
    assert mail.get_content().startswith("For Ann <ann@example.com>:\n\n- File failed: a.csv\n")
    assert service.taken() == [], "who knows is not told again"

    change(database, "delete from reports.rpt_alert where owner_address is not null")
    assert invoke().exit_code == 0
    assert mails[1]["To"] == "ann@example.com"
    assert mails[1]["Subject"] == "SalesOps: 1 over"
    assert invoke().output == "Nothing is new since the last message.\n"
    assert "@" not in told_file.read_text()
