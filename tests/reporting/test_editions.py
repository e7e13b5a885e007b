"""Published weeks, and what is said when their files change afterwards; on both engines."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier

import pytest
from click.testing import CliRunner

from loader import corrections
from reporting import __main__ as cli
from reporting.ask.pack.content import Pack
from reporting.ask.periods import Calendar, NoFigures, Week
from reporting.doors import common, mail
from reporting.doors.due import closed_weeks
from reporting.doors.editions import CannotPublish, Publication, publish, publisher, read_editions
from reporting.doors.packs import PackFor, read_packs
from tests.conftest import ENGINES, Warehouse
from tests.loader.conftest import write_csv
from tests.test_cli import held_open
from warehouse.connection import connect, warehouse_url
from warehouse.settings import Settings, SettingsError

LAYOUT = """\
entity: sales_lines
files: "*"
columns:
  order_id: Order
  sold_at: Day
  product_name: Product
  units: Units
  unit_price: Price
  currency: Currency
identity: [order_id]
"""
HEADER = ["Order", "Day", "Product", "Units", "Price", "Currency"]
FIRST, SECOND, THIRD = (
    Week(date.fromisocalendar(2026, number, 1), f"2026-W{number:02}", is_complete=True)
    for number in (1, 2, 3)
)
AT = datetime(2026, 1, 13, 9, 30, tzinfo=UTC)
RESTATED = (
    "select iso_week, currency, edition_number, published_revenue, current_revenue, "
    "revenue_change, source_file, file_change, published_file_revenue, current_file_revenue, "
    "file_revenue_change, published_file_line_count, current_file_line_count "
    "from reports.rpt_weekly_restatement order by currency, source_file"
)
BUILD = (
    *("--select", "+rpt_weekly_restatement", "+dq_reconciliation"),
    *("--resource-type", "model", "--resource-type", "seed"),
)
TESTED = ("--select", "source:published.*", "dq_published_file", "rpt_weekly_restatement")


def line(order: str, day: str, units: int, price: str, currency: str = "EUR") -> list[str]:
    return [order, day, "Tea", str(units), price, currency]


FILES = {
    "a till.csv": [line("A", "2026-01-05", 2, "3.50"), line("B", "2026-01-06", 1, "10.01")],
    "b till.csv": [line("C", "2026-01-07", 4, "3.50")],
    # The newer file has order D as well, and wins.
    "c web.csv": [line("D", "2026-01-08", 1, "5", "USD"), line("E", "2026-01-08", 1, "1", "USD")],
    "d web.csv": [line("D", "2026-01-08", 1, "6", "USD"), line("F", "2026-01-08", 1, "2", "USD")],
    "e same.csv": [line("G", "2026-01-09", 1, "1.99"), line("H", "2026-01-12", 1, "7")],
}


def write(folder: Path, name: str, lines: list[list[str]]) -> None:
    write_csv(folder / name, [HEADER, *lines])


def published(warehouse: Warehouse, week: Week, by: str = "ann") -> list[Publication]:
    with connect(warehouse_url(warehouse.url)).connect() as connection:
        return publish(connection, week, by, AT)


def run(warehouse: Warehouse, *arguments: str, **settings: str) -> tuple[int, str]:
    environment = {"DATABASE_URL": warehouse.url} | settings
    result = CliRunner().invoke(cli.main, arguments, env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, " ".join(result.output.split())


@pytest.fixture(autouse=True)
def _streams(monkeypatch: pytest.MonkeyPatch) -> None:
    # The consoles were made with the streams of the test session.
    monkeypatch.setattr(common.out, "_file", None)
    monkeypatch.setattr(common.err, "_file", None)


@pytest.fixture(scope="module", params=ENGINES)
def sold(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Warehouse, Path]:
    """A warehouse with two weeks, the second of which is not complete, and its inbox."""
    warehouse = new_warehouse(request.param)
    folder = tmp_path_factory.mktemp("sold")
    (folder / "layouts").mkdir()
    (folder / "layouts" / "till.yml").write_text(LAYOUT)
    inbox = folder / "inbox"
    inbox.mkdir()
    for name, lines in FILES.items():
        write(inbox, name, lines)
        warehouse.load(inbox, layouts=folder / "layouts")
    warehouse.build_from_nothing()
    return warehouse, inbox


def test_the_life_of_a_published_week(sold: tuple[Warehouse, Path]) -> None:
    warehouse, inbox = sold
    assert warehouse.query(RESTATED) == []
    with (
        connect(warehouse_url(warehouse.url)).connect() as connection,
        pytest.raises(NoFigures, match="No week was published yet"),
    ):
        read_editions(connection)

    with pytest.raises(CannotPublish, match=r"2026-W03 is not complete.*last trading day"):
        published(warehouse, THIRD)
    with pytest.raises(CannotPublish, match="no sales in 2026-W01"):
        published(warehouse, FIRST)
    assert warehouse.one("select count(*) from published.weekly_editions") == 0

    made = published(warehouse, SECOND)
    assert [(item.edition.currency, item.edition.number, item.is_new) for item in made] == [
        ("EUR", 1, True),
        ("USD", 1, True),
    ]
    assert [item.edition.revenue for item in made] == [Decimal("33.00"), Decimal("9")]
    assert made[0].edition.published_at == AT
    assert [item.is_new for item in published(warehouse, SECOND, "bob")] == [False, False]
    assert warehouse.query(
        "select edition_id, iso_week, published_by, line_count, order_count "
        "from published.weekly_editions order by edition_id"
    ) == [(1, "2026-W02", "ann", 4, 4), (2, "2026-W02", "ann", 3, 3)]
    warehouse.build(*BUILD)
    assert warehouse.query(RESTATED) == []

    # Two corrections that cancel each other out, a withdrawal by which an older file wins an
    # order again, a late file in two currencies, one of them new, and a file with another name.
    write(
        inbox,
        "a till.csv",
        [line("A", "2026-01-05", 3, "3.50"), line("B", "2026-01-06", 1, "10.01")],
    )
    write(inbox, "b till.csv", [line("C", "2026-01-07", 3, "3.50")])
    write(
        inbox,
        "f late.csv",
        [line("I", "2026-01-09", 1, "0.05", "USD"), line("J", "2026-01-09", 1, "8.80", "CHF")],
    )
    (inbox / "e same.csv").rename(inbox / "e other name.csv")
    warehouse.load(inbox, layouts=inbox.parent / "layouts")
    newer = warehouse.one("select file_version_id from raw.file_versions where path = 'd web.csv'")
    with connect(warehouse_url(warehouse.url)).connect() as connection:
        corrections.withdraw(connection, newer)
    warehouse.build(*BUILD, "--full-refresh")
    eur = ("2026-W02", "EUR", 1, Decimal("33"), Decimal("33"), Decimal(0))
    usd = ("2026-W02", "USD", 1, Decimal("9"), Decimal("6.05"), Decimal("-2.95"))
    chf = ("2026-W02", "CHF", None, Decimal(0), Decimal("8.80"), Decimal("8.80"))
    amounts = [Decimal(item) for item in ("17.01", "20.51", "3.50", "14", "10.50", "-3.50")]
    assert warehouse.query(RESTATED) == [
        (*chf, "f late.csv", "added", Decimal(0), Decimal("8.80"), Decimal("8.80"), 0, 1),
        (*eur, "a till.csv", "corrected", *amounts[:3], 2, 2),
        (*eur, "b till.csv", "corrected", *amounts[3:], 1, 1),
        (*usd, "c web.csv", "recalculated", Decimal(1), Decimal(6), Decimal(5), 1, 2),
        (*usd, "d web.csv", "withdrawn", Decimal(8), Decimal(0), Decimal(-8), 2, 0),
        (*usd, "f late.csv", "added", Decimal(0), Decimal("0.05"), Decimal("0.05"), 0, 1),
    ]
    warehouse.build(*TESTED, "assert_restatement_is_explained_by_files")

    made = published(warehouse, SECOND, "bob")
    assert [
        (item.edition.currency, item.edition.number, item.previous and item.previous.revenue)
        for item in made
    ] == [("CHF", 1, None), ("EUR", 2, Decimal(33)), ("USD", 2, Decimal(9))]
    assert all(item.is_new for item in made)
    warehouse.build(*TESTED)
    assert warehouse.query(RESTATED) == []

    with connect(warehouse_url(warehouse.url)).connect() as connection:
        listed = [
            (item.currency, item.number, item.published_by, item.revenue)
            for item in read_editions(connection)
        ]
    assert listed == [
        ("CHF", 1, "bob", Decimal("8.80")),
        ("EUR", 2, "bob", Decimal(33)),
        ("EUR", 1, "ann", Decimal(33)),
        ("USD", 2, "bob", Decimal("6.05")),
        ("USD", 1, "ann", Decimal(9)),
    ]


def test_the_command_publishes_the_week(sold: tuple[Warehouse, Path]) -> None:
    warehouse, _ = sold
    warehouse.build(*BUILD[-4:])
    warehouse.execute("update reports.rpt_weekly_summary set customer_count = 77")
    week = ("weekly", "--week", "2026-W02", "--no-files", "--publish")
    code, shown = run(warehouse, *week, PUBLISHED_BY="Zoë [bold]")
    assert code == 0, shown
    assert "of 2026-W02 in EUR is published: revenue €33.00" in shown
    code, shown = run(warehouse, *week)
    assert code == 0
    assert "of 2026-W02 in EUR has these figures already" in shown
    code, shown = run(warehouse, "editions")
    assert code == 0
    assert "Zoë [bold]" in shown
    assert "EUR 33.00" in shown
    code, shown = run(warehouse, "weekly", "--week", "2026-W03", "--no-files", "--publish")
    assert code == 2
    assert "2026-W03 is not complete" in shown
    span = ("--start", "2026-01-05", "--end", "2026-01-12", "--no-files", "--publish")
    code, shown = run(warehouse, "weekly", *span)
    assert code == 2
    assert "Only weeks are published" in shown


PACKS = """\
- name: everything
  to: [bob@example.com, ann@example.com]
- name: tea of the web
  to: eve@example.com
  only: {currency: USD}
  files: pdf
- name: mistaken
  to: eve@example.com
  only: {currency: XYZ}
- name: later
  to: eve@example.com
  weekday: sunday
"""


def test_what_is_due_is_done_once(
    sold: tuple[Warehouse, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, _ = sold
    sent: list[tuple[str, str, list[str | None]]] = []
    down = {"ann@example.com", "bob@example.com", "eve@example.com"}

    def send(message: EmailMessage, on: mail.Route) -> None:
        (address,) = (address.addr_spec for address in on.recipients)
        if address in down:
            raise mail.CannotSend("It is down.", is_of_address=len(down) == 1)
        files = [part.get_filename() for part in message.iter_attachments()]
        sent.append((str(message["To"]), str(message["Subject"]), files))

    def write_pack(_: Pack, folder: Path, stem: str) -> list[Path]:
        files = [folder / f"{stem}.{kind}" for kind in ("xlsx", "pdf")]
        for file in files:
            file.write_bytes(b"written")
        return files

    monkeypatch.setattr("reporting.doors.due.write_pack", write_pack)
    monkeypatch.setattr("reporting.doors.mail.send", send)
    monkeypatch.setattr("reporting.doors.packs.PackFor.is_ripe", lambda pack, *_: not pack.weekday)
    for table in ("weekly_edition_files", "weekly_editions", "owed_packs"):
        warehouse.execute(f"delete from published.{table}")
    (tmp_path / "packs.yml").write_text(PACKS)
    settings = {
        "PACKS_FILE": str(tmp_path / "packs.yml"),
        "SMTP_HOST": "mail.example.com",
        "MAIL_FROM": "reports@example.com",
    }

    def due(*options: str) -> tuple[int, str]:
        return run(warehouse, "due", "--out", str(tmp_path), *options, **settings)

    code, said = due("--dry-run")
    assert code == 0
    assert "2026-W02 tea of the web: weekly-2026-W02-tea-of-the-web to eve@example.com" in said
    assert "2026-W02 later: weekly-2026-W02-later to eve@example.com, on sunday" in said
    assert [path.name for path in tmp_path.iterdir()] == ["packs.yml"]
    assert warehouse.one("select count(*) from published.weekly_editions") == 0
    # The server is down: the week is published and written, and nobody is asked twice in one run.
    code, said = due()
    assert code == 1
    assert "Edition 1 of 2026-W02 in EUR is published" in said
    assert said.count("It is down. The next run tries again.") == 1
    assert "2026-W02 mistaken: There is no currency 'XYZ'." in said
    # It takes mail for two of the three, and then for all.
    down -= {"bob@example.com", "eve@example.com"}
    code, said = due()
    assert code == 1
    assert "Edition" not in said
    assert "2026-W02 everything, to ann@example.com: It is down." in said
    assert "Sent 2026-W02 everything to bob@example.com." in said
    assert said.count("Reported 2026-W02, 2 mails sent.") == 1
    down.clear()
    (tmp_path / "packs.yml").write_text(PACKS.replace("XYZ", "EUR"))
    assert due()[0] == 0
    # Days later, the one that waits for its weekday goes out, with nobody else's.
    monkeypatch.setattr("reporting.doors.packs.PackFor.is_ripe", lambda *_: True)
    assert due()[0] == 0
    assert due() == (0, "No week has closed since the last one that was published.")
    whole = ["weekly-2026-W02-everything.xlsx", "weekly-2026-W02-everything.pdf"]
    assert [(to, files) for to, _, files in sent] == [
        ("bob@example.com", whole),
        ("eve@example.com", ["weekly-2026-W02-tea-of-the-web.pdf"]),
        ("ann@example.com", whole),
        ("eve@example.com", [name.replace("everything", "mistaken") for name in whole]),
        ("eve@example.com", [name.replace("everything", "later") for name in whole]),
    ]
    assert "USD" in sent[1][1]
    assert warehouse.one("select count(distinct iso_week) from published.weekly_editions") == 1


def test_without_a_list_of_packs_the_one_of_all_sales_is_written(
    sold: tuple[Warehouse, Path], tmp_path: Path
) -> None:
    warehouse, _ = sold
    for table in ("weekly_edition_files", "weekly_editions", "owed_packs"):
        warehouse.execute(f"delete from published.{table}")
    code, said = run(
        warehouse, "due", "--out", str(tmp_path), PACKS_FILE=str(tmp_path / "packs.yml")
    )
    assert code == 0, said
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"weekly-2026-W02.{kind}" for kind in ("html", "pdf", "xlsx")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- name: x\n", "pack 1, to: it is missing"),
        ("- name: x\n  to: ann\n", "pack 1, to: 'ann' is no address"),
        ("- name: x\n  to: a@b.c\n  for: {}\n", "pack 1, for: there is no such key"),
        ("- name: ../x\n  to: a@b.c\n", "pack 1, name: letters, digits, blanks"),
        ("- name: x\n  to: a@b.c\n  only: {shop: 1}\n", "'shop' is none of currency, seller"),
        ("- name: x\n  to: a@b.c\n  weekday: mo\n", "pack 1, weekday: Input should be 'monday'"),
        ("- {name: x y, to: a@b.c}\n- {name: X-y, to: a@b.c}\n", "two packs are called 'x y'"),
        ("name: x\n", "the file: a list of packs"),
        ("- [\n", "line 2: this is no YAML"),
    ],
)
def test_packs_that_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "packs.yml").write_text(text)
    with pytest.raises(SettingsError, match=re.escape(said)):
        read_packs(Settings(packs_file=tmp_path / "packs.yml"))


def test_a_pack_waits_for_its_weekday() -> None:
    sunday = date(2026, 11, 15)
    pack = PackFor(name="x", to=["a@b.c"], weekday="tuesday")
    days = [sunday + timedelta(days=day) for day in range(1, 4)]
    assert [pack.is_ripe(sunday, day) for day in days] == [False, True, True]
    assert PackFor(name="x", to=["a@b.c"], weekday="sunday").is_ripe(sunday, days[2]) is False
    assert PackFor(name="x", to=["a@b.c"]).is_ripe(sunday, sunday)


def test_which_weeks_are_due() -> None:
    calendar = Calendar((FIRST, SECOND, replace(THIRD, is_complete=False)), date(2026, 1, 13))
    assert closed_weeks(calendar, []) == [SECOND]
    assert closed_weeks(calendar, [FIRST.start]) == [SECOND]
    assert closed_weeks(calendar, [SECOND.start]) == []
    assert closed_weeks(calendar, [date(2025, 12, 29) - timedelta(days=7)]) == [FIRST, SECOND]


def test_two_who_publish_at_once_make_one_edition(sold: tuple[Warehouse, Path]) -> None:
    warehouse, _ = sold
    warehouse.execute("update reports.rpt_weekly_summary set customer_count = customer_count + 1")
    counted = "select count(*) from published.weekly_editions"
    before = warehouse.one(counted)
    currencies = warehouse.one(
        "select count(*) from reports.rpt_weekly_summary where iso_week = '2026-W02'"
    )
    together = Barrier(2)
    engine = connect(warehouse_url(warehouse.url))

    def attempt(by: str) -> int:
        with engine.connect() as connection:
            connection.exec_driver_sql("select 1")
            connection.rollback()
            together.wait()
            try:
                return sum(item.is_new for item in publish(connection, SECOND, by, AT))
            except CannotPublish as reason:
                # DuckDB tells only when the second one is done.
                assert "at the same moment" in str(reason)  # noqa: PT017
                assert warehouse.engine == "duckdb"
                return 0

    with ThreadPoolExecutor(2) as both:
        assert sum(both.map(attempt, ("ann", "bob"))) == currencies
    assert warehouse.one(counted) == before + currencies
    repeated = warehouse.query(
        "select 1 from published.weekly_editions "
        "group by week_start_date, currency, edition_number having count(*) > 1"
    )
    assert repeated == []


def test_a_report_that_is_not_made_of_the_sales_is_not_published(
    sold: tuple[Warehouse, Path],
) -> None:
    warehouse, _ = sold
    before = warehouse.query("select * from published.weekly_editions order by edition_id")
    warehouse.execute(
        "update reports.rpt_weekly_summary set revenue = revenue + 0.01 where currency = 'USD'"
    )
    with pytest.raises(CannotPublish, match="not made of the sales that are in the warehouse"):
        published(warehouse, SECOND)
    after = warehouse.query("select * from published.weekly_editions order by edition_id")
    assert after == before


def test_a_file_that_somebody_reads_cannot_be_published_into(
    sold: tuple[Warehouse, Path],
) -> None:
    warehouse, _ = sold
    if warehouse.engine != "duckdb":
        pytest.skip("DuckDB only: a server is for many")
    with held_open(Path(str(warehouse_url(warehouse.url).database)), read_only=True):
        code, shown = run(warehouse, "weekly", "--week", "2026-W02", "--no-files", "--publish")
    assert code == 2
    assert "Another program has the file open" in shown


def test_nothing_was_built(duckdb_warehouse: Warehouse) -> None:
    with pytest.raises(NoFigures, match="dbt build"):
        published(duckdb_warehouse, SECOND)


def test_who_publishes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert publisher(Settings(published_by="Ann")) == "Ann"
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    assert publisher(Settings()) == "ann"

    def nobody() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", nobody)
    with pytest.raises(CannotPublish, match="PUBLISHED_BY"):
        publisher(Settings())
