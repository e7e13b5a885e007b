"""The weekly pack: what the workbook shows is what the warehouse has, whatever the names are."""

import csv
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape
from sqlalchemy.engine import Connection

from demo.workbooks import write_demo
from reporting import __main__ as cli
from reporting.ask.figures import read_function
from reporting.ask.pack.content import BridgeStep, Pack
from reporting.ask.pack.reading import read_pack
from reporting.ask.pack.sentences import Findings, sentences
from reporting.ask.periods import Calendar, Period, Week, read_calendar
from reporting.ask.tracing import read_lines, read_totals, select_lines
from reporting.doors import common
from reporting.draw.excel.cells import cell_text
from reporting.draw.excel.charts import _bars
from reporting.draw.excel.pack import write_workbook
from tests.conftest import ENGINES, Warehouse
from tests.loader.conftest import write_csv
from warehouse.connection import connect, warehouse_url

END = date(2026, 11, 15)
"""Last day of the demo; week 46 ends on it."""

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@ABS(A1)",
    "<script>alert(1)</script>",
    "http://evil.example/x",
    "{{ 7 * 7 }} #eval(1) $x$ *b*",
    "😀 👩‍💻 中文名稱",
    "[red]x[/red]",
    'O\'Neill & "Söhne"',
    "00123",
    "L" + "o" * 400 + "ng",
]
MANY = [f"Seller {number:02}" for number in range(60 - len(HOSTILE))]

HEADER = [
    *("Order ID", "Order Date", "Product", "Category", "Units", "Line Total", "Cost", "Currency"),
    *("Seller", "Customer", "Store", "City", "Region", "Country", "Carrier"),
]

Run = Callable[..., Result]


def odd_lines() -> Iterator[list[object]]:
    """Sell in dollars: through 60 sellers in week 44, through one at a loss in week 45."""
    for number, seller in enumerate([*HOSTILE, *MANY]):
        place = ["", "Springfield", "North", "Utopia" if number % 2 else "Erewhon"]
        yield [
            *(f"U{number}", "2026-10-28", seller, "Odd things", 1 + number, 100 * (number + 1)),
            *(60 * (number + 1), "USD", seller, seller, *place, seller),
        ]
    yield [
        *("U900", "2026-11-04", HOSTILE[0], "", -3, -250.5, "", "USD", HOSTILE[0], "", "Shop"),
        *("", "", "", ""),
    ]
    # Two sellers of one name, told apart by nothing but case; amounts that are equal.
    for number, seller in enumerate(("Anna Twin", "ANNA TWIN")):
        yield [
            *(f"U95{number}", "2026-11-11", "Tea", "Odd things", 2, 40, "", "USD", seller),
            *("Somebody", "Shop", "", "", "", "Walk"),
        ]


def freight() -> Iterator[list[object]]:
    yield ["Order ID", "Order Date", "Carrier", "Freight", "Currency"]
    yield ["U1", "2026-10-28", HOSTILE[1], 12.5, "USD"]
    yield ["U2", "2026-10-28", HOSTILE[2], 7.5, "USD"]
    # Only freight is known of this one.
    yield ["F1", "2026-10-29", "Freighter", 99, "USD"]


def name_currency(path: Path) -> None:
    """Say what the demo's price list is in, as sales are in two currencies here."""
    book = openpyxl.load_workbook(path)
    sheet = book["Products"]
    place = sheet.max_column + 1
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, place).value = "Currency" if row == 1 else "EUR"
    book.save(path)


@pytest.fixture(scope="module", params=ENGINES)
def built(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    """The demo, and odd sales in another currency, on each engine."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, lines=3_000, months=8, end=END)
    name_currency(folder / "Master data.xlsx")
    write_csv(folder / "odd sales.csv", [HEADER, *odd_lines()])
    write_csv(folder / "odd orders.csv", freight())
    warehouse = new_warehouse(request.param)
    assert {outcome.status for outcome in warehouse.load(folder)} == {"loaded"}
    warehouse.build_from_nothing(with_words=True)
    return warehouse


@pytest.fixture
def connection(built: Warehouse) -> Iterator[Connection]:
    # As `built.query` opens it: DuckDB admits one way of opening a file at a time. So a test has
    # either this, or runs commands.
    with connect(warehouse_url(built.url)).connect() as connection:
        yield connection


@pytest.fixture
def run(built: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on it in this process."""
    return runner(built.url, monkeypatch)


def runner(url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    # The consoles were made with the streams of the test session.
    monkeypatch.setattr(common.out, "_file", None)
    monkeypatch.setattr(common.err, "_file", None)

    def run(*arguments: object, **settings: str) -> Result:
        environment = {"DATABASE_URL": url, "COLUMNS": "200"} | settings
        result = CliRunner().invoke(cli.main, [str(item) for item in arguments], env=environment)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "\x1b" not in result.output
        return result

    return run


def week_of(connection: Connection, name: str) -> tuple[Calendar, Period]:
    calendar = read_calendar(connection)
    return calendar, calendar.week_named(name)


def pack_of(connection: Connection, name: str) -> Pack:
    calendar, period = week_of(connection, name)
    return read_pack(connection, calendar, period, datetime.now(UTC))


def rows(sheet: Any) -> list[list[Any]]:
    """Return the rows below the headings, without formats."""
    return [
        [unescape(value) if isinstance(value, str) else value for value in row]
        for row in sheet.iter_rows(min_row=4, values_only=True)
    ]


def column(sheet: Any, heading: str) -> list[Any]:
    headings = [cell.value for cell in sheet[3]]
    return [row[headings.index(heading)] for row in rows(sheet)]


def same(shown: Any, known: Decimal | int | None) -> bool:
    return known == shown if shown is None or known is None else abs(Decimal(shown) - known) < 1e-6


# ------------------------------------------------------------------ any span of days

OF_WEEKS = {
    *("week_start_date", "iso_week", "is_week_complete", "previous_week_revenue"),
    *("previous_four_weeks_mean_revenue", "revenue_change_on_four_weeks_pct"),
    "same_week_last_year_revenue",
}


FUNCTIONS = {
    "rpt_weekly_summary": "sales_summary",
    "rpt_weekly_seller_ranking": "seller_ranking",
    "rpt_weekly_top_products": "top_products",
    "rpt_weekly_shipping_breakdown": "shipping_breakdown",
    "rpt_weekly_region_store": "region_store_breakdown",
}


def test_a_span_that_is_a_week_has_its_figures(built: Warehouse, connection: Connection) -> None:
    """Every column of the weekly reports, in weeks of all kinds: first, ordinary, odd, last."""
    calendar = read_calendar(connection)
    compared = 0
    for name in (calendar.weeks[0].name, "2026-W38", "2026-W44", "2026-W45", "2026-W46"):
        period = calendar.week_named(name)
        figures = {
            model: read_function(connection, function, period)
            for model, function in FUNCTIONS.items()
        }
        # Weeks without sales in a currency are in the summary only.
        assert {row["currency"] for row in figures["rpt_weekly_summary"]} == {
            currency
            for (currency,) in built.query(
                "select currency from reports.rpt_weekly_summary "
                "where iso_week = :week and line_count > 0",
                week=name,
            )
        }
        for model, spanned in figures.items():
            columns = [item for item in built.columns("reports", model) if item not in OF_WEEKS]
            weekly = built.query(
                f"select {', '.join(columns)} from reports.{model} where iso_week = :week"
                + (" and line_count > 0" if model == "rpt_weekly_summary" else ""),
                week=name,
            )
            found = [tuple(row[item] for item in columns) for row in spanned]
            differing = set(weekly) ^ set(found)
            assert not differing, (model, name)
            assert len(weekly) == len(found)
            compared += len(weekly)
    assert compared > 300


def test_a_span_is_compared_with_what_was_before(connection: Connection, built: Warehouse) -> None:
    period = read_calendar(connection).span(date(2026, 9, 3), date(2026, 10, 12))
    (row,) = read_function(connection, "sales_summary", period, {"currency": "EUR"})
    known = dict(
        built.query(
            "select case when full_date >= date '2026-09-03' then 'now' else 'before' end, "
            "sum(revenue) from marts.fact_sales_line inner join marts.dim_date "
            "on sale_date_key = date_key where currency = 'EUR' "
            "and full_date between date '2026-07-25' and date '2026-10-12' group by 1"
        )
    )
    assert (row["revenue"], row["previous_revenue"]) == (known["now"], known["before"])
    change = 100 * (known["now"] - known["before"]) / known["before"]
    assert abs(row["revenue_change_pct"] - change) < Decimal("0.0001")
    # The demo begins in the spring: nobody sold anything a year before.
    assert row["revenue_change_on_last_year_pct"] is None


# ------------------------------------------------------------------ the workbook


def test_the_workbook_shows_the_warehouse(run: Run, built: Warehouse, tmp_path: Path) -> None:
    result = run("weekly", "--week", "2026-W44", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    files = [tmp_path / f"weekly-2026-W44.{ending}" for ending in ("xlsx", "pdf", "html")]
    assert result.stdout.splitlines()[-3:] == [f"Wrote {path}" for path in files]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    book = openpyxl.load_workbook(files[0])
    assert book.sheetnames[:3] == ["Summary USD", "Summary EUR", "Sellers"]

    known = built.query(
        "select currency, seller_name, seller_rank, revenue, revenue_share, units, line_count, "
        "target_amount from reports.rpt_weekly_seller_ranking where iso_week = '2026-W44' "
        "order by currency, seller_rank, seller_name"
    )
    sheet = book["Sellers"]
    headings = [
        *("Currency", "Seller", "Rank", "Revenue", "Share of revenue", "Units", "Lines", "Target"),
    ]
    shown = list(zip(*(column(sheet, heading) for heading in headings), strict=True))
    assert len(shown) == len(known)
    for row, expected in zip(sorted(shown, key=str), sorted(known, key=str), strict=True):
        assert row[:3] == (expected[0], cell_text(expected[1]), expected[2])
        assert all(same(*pair) for pair in zip(row[3:], expected[3:], strict=True))

    places = {str(cell.value): get_column_letter(place) for place, cell in enumerate(sheet[3], 1)}
    assert sheet[f"{places['Revenue']}4"].number_format == "#,##0.00"
    assert sheet[f"{places['Share of revenue']}4"].number_format == "0.0%"
    assert "Amount after discount" in sheet[f"{places['Revenue']}3"].comment.text
    assert sheet.freeze_panes == "C4"
    assert sheet.auto_filter.ref.startswith("A3:")
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToHeight == 0

    summary = built.query(
        "select revenue, order_count, units, customer_count, new_customer_count, profit "
        "from reports.rpt_weekly_summary where iso_week = '2026-W44' and currency = 'EUR'"
    )[0]
    figures = {row[0].value: row[1].value for row in book["Summary EUR"].iter_rows(max_col=2)}
    labels = ("Revenue", "Orders", "Units", "Customers", "New customers", "Profit")
    assert all(same(figures[label], value) for label, value in zip(labels, summary, strict=True))

    assert "What moved revenue" in book.sheetnames
    (bridge,) = built.query(
        "select volume_effect, mix_effect, price_effect from reports.rpt_revenue_bridge "
        "where iso_week = '2026-W44' and currency = 'EUR'"
    )
    first = next(row for row in rows(book["What moved revenue"]) if row[:2] == ["EUR", "2026-W44"])
    assert all(same(*pair) for pair in zip(first[3:6], bridge, strict=True))

    terms = dict(row[:2] for row in rows(book["Definitions"]))
    assert "The 10 products with most revenue" in terms["Top products"]


def test_every_figure_has_its_lines(run: Run, built: Warehouse, tmp_path: Path) -> None:
    run("weekly", "--week", "2026-W44", "--out", tmp_path)
    book = openpyxl.load_workbook(tmp_path / "weekly-2026-W44.xlsx")
    for currency in ("EUR", "USD"):
        for kind, table in (
            ("seller", "rpt_weekly_seller_ranking"),
            ("product", "rpt_weekly_top_products"),
        ):
            sheet = book[f"Lines of the top {kind}s {currency}"]
            sums: dict[str, Decimal] = {}
            for name, revenue in zip(
                column(sheet, kind.capitalize()), column(sheet, "Revenue"), strict=True
            ):
                sums[name] = sums.get(name, Decimal(0)) + Decimal(str(revenue))
            known = built.query(
                f"select {kind}_name, revenue from reports.{table} where iso_week = '2026-W44' "
                "and currency = :currency order by revenue desc, 1 limit 5",
                currency=currency,
            )
            assert {cell_text(name): revenue for name, revenue in known} == sums
            places = zip(column(sheet, "File"), column(sheet, "Row"), strict=True)
            assert all(file and row > 1 for file, row in places)
    files = book["Files behind the figures"]
    lines: dict[str, int] = {}
    for currency, count in zip(column(files, "Currency"), column(files, "Lines"), strict=True):
        lines[currency] = lines.get(currency, 0) + count
    assert lines == dict(
        built.query(
            "select currency, line_count from reports.rpt_weekly_summary "
            "where iso_week = '2026-W44'"
        )
    )


def test_nothing_in_the_workbook_runs_or_leads_away(run: Run, tmp_path: Path) -> None:
    run("weekly", "--week", "2026-W44", "--out", tmp_path)
    path = tmp_path / "weekly-2026-W44.xlsx"
    with zipfile.ZipFile(path) as parts:
        content = {name: parts.read(name) for name in parts.namelist()}
    sheets = {name: text for name, text in content.items() if "worksheets/sheet" in name}
    assert sheets
    for text in sheets.values():
        # Sparklines name their range in an element of their own.
        assert not re.search(rb"<f[ >]|<hyperlink|t=\"b\"", text)
    relations = [text for name, text in content.items() if name.endswith(".rels")]
    assert not [text for text in relations if b"External" in text or b"evil" in text]
    assert sum("charts/chart" in name for name in content) == 6
    shown = column(openpyxl.load_workbook(path)["Sellers"], "Seller")
    assert set(map(cell_text, HOSTILE)) <= set(shown)
    # Keys are larger than what a cell holds exactly.
    assert not re.search(rb"<v>\d{16,}</v>", b"".join(sheets.values()))


def test_one_seller_and_a_week_below_zero(connection: Connection, tmp_path: Path) -> None:
    pack = pack_of(connection, "2026-W45")
    section = next(section for section in pack.sections if section.currency == "USD")
    headlines = {headline.name: headline for headline in section.headlines}
    assert headlines["revenue"].value == Decimal("-250.5")
    assert headlines["revenue"].changes[0].percent is not None
    write_workbook(pack, tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    data = [cell.value for row in book["Chart data"].iter_rows() for cell in row]
    assert "Less, below zero" in data


def test_numbers_too_large_for_a_cell(connection: Connection, tmp_path: Path) -> None:
    """An id stays as it is; see the files' version numbers for one that is a number."""
    pack = pack_of(connection, "2026-W44")
    assert pack.files is not None
    (place,) = [
        place for place, item in enumerate(pack.files.columns) if item.name == "file_version_id"
    ]
    files = pack.files.rows
    large = (*files[0][:place], 2**53 + 1, *files[0][place + 1 :])
    object.__setattr__(pack.files, "rows", (large, *files[1:]))
    write_workbook(pack, tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["Files behind the figures"]
    assert column(sheet, "File version")[0] == str(2**53 + 1)


@pytest.mark.parametrize(
    ("before", "after", "bars"),
    [
        (10, 15, (10, 0, 5, 0, 0, 0)),
        (15, 10, (10, 0, 0, 0, 5, 0)),
        (-15, -10, (-10, 0, 0, -5, 0, 0)),
        (-10, -15, (-10, 0, 0, 0, 0, -5)),
        (5, -3, (0, 0, 0, 0, 5, -3)),
        (-3, 5, (0, 0, 5, -3, 0, 0)),
        (0, 4, (0, 0, 4, 0, 0, 0)),
    ],
)
def test_bars_of_the_bridge(before: int, after: int, bars: tuple[int, ...]) -> None:
    step = BridgeStep("Price", Decimal(after - before))
    assert _bars(step, Decimal(before), Decimal(after)) == bars


# ------------------------------------------------------------------ what stands out


def test_sentences_are_true(built: Warehouse, connection: Connection) -> None:
    section = pack_of(connection, "2026-W46").sections[0]
    assert section.currency == "EUR"
    assert 3 <= len(section.sentences) <= 6
    name, revenue, before = built.query(
        "select seller_name, sum(case when iso_week = '2026-W46' then revenue else 0 end), "
        "sum(case when iso_week = '2026-W45' then revenue else 0 end) "
        "from reports.rpt_weekly_seller_ranking where iso_week in ('2026-W45', '2026-W46') "
        "and currency = 'EUR' and seller_key <> -1 group by seller_key, seller_name "
        "order by abs(sum(case when iso_week = '2026-W46' then revenue else -revenue end)) desc "
        "limit 1"
    )[0]
    sign = "+" if revenue > before else "-"
    (said,) = [text for text in section.sentences if text.startswith("Largest movements")]
    assert f"Seller {name} {sign}€{abs(revenue - before):,.2f} (to €{revenue:,.2f})" in said
    top, products, share = built.query(
        "select sum(case when is_in_top_share then 1 else 0 end), count(*), "
        "max(case when is_in_top_share then cumulative_revenue_share end) "
        "from reports.rpt_product_pareto where currency = 'EUR'"
    )[0]
    assert any(
        f"{top} of {products} products" in text and f"{100 * share:.1f}%" in text
        for text in section.sentences
    )


def test_the_most_important_comes_first() -> None:
    week = Week(date(2026, 1, 12), "2026-W03", is_complete=True)
    period = Period(week.start, week.end, is_complete=True, week=week)
    changed = {"iso_week": "2026-W01", "revenue_change": Decimal("-120.5")}
    found = Findings(
        {"customer_count": 40, "new_customer_count": 10},
        quality="fail",
        quarantined_amount=Decimal(999),
        bridge={
            "revenue": Decimal(90),
            "previous_week_revenue": Decimal(100),
            "volume_effect": Decimal(5),
            "mix_effect": Decimal(0),
            "price_effect": Decimal(-15),
            "new_product_effect": Decimal(0),
            "lost_product_effect": Decimal(0),
            "other_effect": Decimal(0),
        },
        targets=[
            {"target_amount": Decimal(100), "revenue": Decimal(100)},
            {"target_amount": Decimal(100), "revenue": Decimal(50)},
            {"target_amount": None, "revenue": Decimal(7)},
        ],
        restatements=[changed, changed],
    )
    assert sentences(found, period, "EUR", "en") == (
        "Do not rely on these figures: more of what was delivered is kept out of them than may be, "
        "€999.00 as far as is known.",
        "Changed since it was published: 2026-W01 by -€120.50 (2 files).",
        "Revenue is €10.00 below that of the week before; the largest part of it, -€15.00, comes "
        "from prices.",
        "1 seller of 2 with a target reached it; together they sold €150.00, 75.0% of their "
        "€200.00.",
        "10 of 40 customers bought for the first time (25.0%).",
    )
    # An unfinished week is compared with nothing.
    unfinished = Period(week.start, week.end, is_complete=False, week=week)
    said = sentences(found, unfinished, "EUR", "en")
    assert [text.split()[0] for text in said] == ["Do", "Changed", "10"]


def test_an_unfinished_week_has_no_percentages(built: Warehouse, connection: Connection) -> None:
    calendar = read_calendar(connection)
    week = calendar.weeks[-1]
    assert week.is_complete
    start = week.start + timedelta(weeks=1)
    unfinished = calendar.span(week.start, start)
    assert not unfinished.is_complete
    pack = read_pack(connection, calendar, unfinished, datetime.now(UTC))
    assert not pack.is_complete
    changes = [
        change.percent
        for section in pack.sections
        for headline in section.headlines
        for change in headline.changes
    ]
    assert changes
    assert set(changes) == {None}


# ------------------------------------------------------------------ the command


def test_a_span_of_days(run: Run, built: Warehouse, tmp_path: Path) -> None:
    result = run("weekly", "--start", "2026-10-20", "--end", "2026-11-05", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    name = "sales-2026-10-20--2026-11-05"
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{name}.{ending}" for ending in ("xlsx", "pdf", "html")
    }
    revenue = built.one(
        "select sum(revenue) from marts.fact_sales_line "
        "where sale_date_key between 20261020 and 20261105 and currency = 'EUR'"
    )
    assert f"{revenue:,.2f}" in result.stdout
    book = openpyxl.load_workbook(tmp_path / f"{name}.xlsx")
    shown = zip(
        column(book["Sellers"], "Currency"), column(book["Sellers"], "Revenue"), strict=True
    )
    total = sum(Decimal(str(amount)) for currency, amount in shown if currency == "EUR")
    assert total == revenue


def test_print_only(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.doors.weekly.write_pack", None)
    # Nor is anything forecast, which takes seconds and would not be shown.
    monkeypatch.setattr("reporting.ask.pack.reading.make_forecast", None)
    result = run("weekly", "--no-files", START_DATE="2026-10-26", END_DATE="2026-11-01")
    assert result.exit_code == 0
    assert "2026-W44, 2026-10-26 to 2026-11-01, amounts in Euro (EUR)" in result.stdout
    assert "Wrote" not in result.stdout


def test_figures_are_written_as_people_write_them(run: Run, built: Warehouse) -> None:
    result = run("weekly", "--no-files", "--week", "2026-W44", REPORT_LOCALE="de_DE")
    revenue = built.one(
        "select revenue from reports.rpt_weekly_summary "
        "where iso_week = '2026-W44' and currency = 'EUR'"
    )
    german = f"{revenue:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    assert german in result.stdout
    # Blanks that do not break are no strangers.
    assert "\N{REPLACEMENT CHARACTER}€" not in result.stdout
    result = run("weekly", "--no-files", REPORT_LOCALE="klingon")
    assert result.exit_code == 2
    assert result.stderr.startswith("REPORT_LOCALE: 'klingon' is no locale")


def test_a_week_below_zero(run: Run, tmp_path: Path) -> None:
    result = run("weekly", "--week", "2026-W45", "--out", tmp_path)
    assert result.exit_code == 0
    assert "-250.50" in result.stdout
    assert len(list(tmp_path.iterdir())) == 3


def test_a_folder_that_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("weekly", "--out", tmp_path / "file")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Cannot write {tmp_path / 'file'}: File exists.")


def test_a_file_that_cannot_be_replaced(run: Run, tmp_path: Path) -> None:
    """A folder is in its place; Windows says the same of a file that is open."""
    (tmp_path / "weekly-2026-W46.pdf").mkdir()
    result = run("weekly", "--week", "2026-W46", "--out", tmp_path)
    assert result.exit_code == 2
    assert "weekly-2026-W46.pdf: Is a directory." in result.stderr
    assert not list(tmp_path.glob(".*"))


def test_an_empty_warehouse(
    new_warehouse: Callable[[str], Warehouse], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(tmp_path / "none.csv", [["Customer ID", "Customer Name"], ["C1", "Nobody"]])
    empty = new_warehouse("duckdb")
    empty.load(tmp_path / "none.csv")
    empty.build_from_nothing()
    run = runner(empty.url, monkeypatch)
    for command in ("weekly", "trace"):
        result = run(command)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "The warehouse holds no sales" in result.stderr
    # A week between others in which nobody sold anything.
    write_csv(tmp_path / "gap.csv", [
        ["Order ID", "Order Date", "Product", "Units", "Line Total"],
        ["A1", "2026-01-05", "Tea", 1, 2],
        ["A2", "2026-01-20", "Tea", 1, 2],
    ])  # fmt: skip
    warehouse = new_warehouse("duckdb")
    warehouse.load(tmp_path / "none.csv", tmp_path / "gap.csv")
    warehouse.build_from_nothing()
    run = runner(warehouse.url, monkeypatch)
    result = run("weekly", "--week", "2026-W03", "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Nothing was sold in 2026-W03; there are sales from 2026-W02")
    assert not (tmp_path / "out").exists()
    # As few sales as there can be, without a currency.
    result = run("weekly", "--week", "2026-W04", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    book = openpyxl.load_workbook(tmp_path / "out" / "weekly-2026-W04.xlsx")
    assert book.sheetnames[:2] == ["Summary", "Sellers"]
    assert column(book["Sellers"], "Seller") == ["Unknown"]


# ------------------------------------------------------------------ trace

TRACED = {
    "seller": ("rpt_weekly_seller_ranking", "seller_name", ""),
    "product": ("rpt_weekly_top_products", "coalesce(product_id, product_name)", ""),
    "carrier": ("rpt_weekly_shipping_breakdown", "shipping_company_name", "line_count > 0"),
    "store": (
        "rpt_weekly_region_store",
        "store_name || coalesce(', ' || city, '') || coalesce(', ' || region, '') "
        "|| coalesce(', ' || country, '')",
        "place_level = 'store' and currency = 'USD'",
    ),
    "region": (
        "rpt_weekly_region_store",
        "coalesce(region || ', ' || country, country, region)",
        "place_level = 'region'",
    ),
}


@pytest.mark.parametrize("week", ["2026-W44", "2026-W45"])
def test_traced_lines_add_up_to_the_figure(
    built: Warehouse, connection: Connection, week: str
) -> None:
    _, period = week_of(connection, week)
    traced = 0
    for option, (model, name, condition) in TRACED.items():
        for currency, text, lines, units, revenue in built.query(
            f"select currency, {name}, line_count, units, revenue from reports.{model} "
            f"where iso_week = :week and {condition or 'true'}",
            week=week,
        ):
            wanted = {option: text, "currency": currency}
            selection = select_lines(connection, period, wanted)
            (total,) = read_totals(connection, selection)
            assert (total.line_count, total.units, total.revenue) == (lines, units, revenue)
            found = list(read_lines(connection, selection))
            assert sum(row["revenue"] for row in found) == revenue
            assert all(row["source_file"] and row["source_row_number"] for row in found)
            traced += 1
    assert traced > 20


def test_trace_by_city_category_customer_and_order(
    built: Warehouse, connection: Connection
) -> None:
    calendar, period = week_of(connection, "2026-W44")
    cities = built.query(
        "select city, sum(revenue), sum(line_count) from reports.rpt_weekly_region_store "
        "where iso_week = '2026-W44' and place_level = 'city' and currency = 'EUR' group by city"
    )
    assert len(cities) > 3
    for city, revenue, lines in cities:
        wanted: dict[str, str | None] = {"city": city, "currency": "EUR"}
        (total,) = read_totals(connection, select_lines(connection, period, wanted))
        assert (total.revenue, total.line_count) == (revenue, lines)
    (total,) = read_totals(
        connection, select_lines(connection, period, {"category": "odd THINGS", "seller": None})
    )
    assert (total.currency, total.line_count) == ("USD", 60)
    (total,) = read_totals(
        connection, select_lines(connection, calendar.everything(), {"order": "U900"})
    )
    assert total.revenue == Decimal("-250.5")
    (total,) = read_totals(connection, select_lines(connection, period, {"customer": "SELLER 07"}))
    assert total.line_count == 1


def test_trace_prints_the_figure_and_its_first_lines(run: Run, built: Warehouse) -> None:
    name, lines, revenue = built.query(
        "select seller_name, line_count, revenue from reports.rpt_weekly_seller_ranking "
        "where iso_week = '2026-W46' and currency = 'EUR' order by line_count desc limit 1"
    )[0]
    result = run("trace", "--week", "2026-W46", "--seller", name.upper(), "--limit", 3)
    assert result.exit_code == 0, result.output
    assert f"2026-W46 (2026-11-09 to 2026-11-15): seller {name}" in result.stdout
    assert f"{lines} lines, " in result.stdout
    assert f"revenue €{revenue:,.2f}" in result.stdout
    # A narrow terminal folds the names of files.
    assert result.stdout.count("2026-W46.xlsx") == 3
    assert f"… and {lines - 3} more: --out FILE.csv (or .xlsx) writes all." in result.stdout
    # An order is found whatever its day.
    result = run("trace", "--order", "U900")
    assert "1 line, -3 units, revenue -$250.50" in result.stdout
    assert "odd sales.csv" in result.stdout
    result = run("trace", "--week", "2026-W46", "--seller", "Seller 01")
    assert "No line is behind it: nothing was sold." in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seller", "Seler 07"], "There is no seller 'Seler 07'. Near it: Seller 07"),
        (["--product", "qqqqqqqq"], "There is no product 'qqqqqqqq'. No name is near it."),
        (["--seller", "anna twin"], "There are 2 sellers called 'anna twin': name one by"),
        (["--store", "Springfield"], "Springfield, Springfield, North, Erewhon"),
        (["--region", "North"], "Erewhon"),
        (["--currency", "ZZZ"], "There is no currency 'ZZZ'."),
        (["--city", "Sprinfield"], "Near it: Springfield"),
        (["--order", "none\x1b[31m"], "There is no order 'none\N{REPLACEMENT CHARACTER}[31m'."),
        (["--out", "lines.pdf"], "--out takes a file that ends in .csv or .xlsx"),
        (["--week", "2026-W44", "--start", "2026-10-26"], "not both"),
    ],
)
def test_what_cannot_be_traced(run: Run, arguments: list[str], words: str) -> None:
    result = run("trace", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert words in result.stderr


def test_traced_lines_as_files(
    run: Run, built: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["trace", "--week", "2026-W44", "--currency", "USD", "--limit", 0, "--out"]
    result = run(*arguments, tmp_path / "new" / "lines.csv")
    assert result.exit_code == 0, result.output
    assert f"Wrote 60 lines into {tmp_path / 'new' / 'lines.csv'}" in result.stdout
    with (tmp_path / "new" / "lines.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 60
    assert sum(Decimal(line["revenue"]) for line in lines) == sum(range(100, 6001, 100))
    names = {line["seller_name"] for line in lines}
    assert not [name for name in names if name[0] in "=+-@"]
    assert {f"'{name}" if name[0] in "=+-@" else name for name in HOSTILE} <= names
    # Numbers below zero are numbers, and stay so.
    run("trace", "--order", "U900", "--out", tmp_path / "loss.csv")
    assert ",-3.0000," in (tmp_path / "loss.csv").read_text(encoding="utf-8-sig")

    monkeypatch.setattr("reporting.draw.excel.rows.ROW_LIMIT", 25)
    result = run(*arguments, tmp_path / "lines.xlsx")
    assert result.exit_code == 0, result.output
    book = openpyxl.load_workbook(tmp_path / "lines.xlsx")
    assert book.sheetnames == ["Lines", "Lines (2)", "Lines (3)"]
    assert [sheet.max_row - 1 for sheet in book.worksheets] == [25, 25, 10]
    sellers = [
        unescape(str(row[4]))
        for sheet in book
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert set(sellers) == set(map(cell_text, [*HOSTILE, *MANY]))
    with zipfile.ZipFile(tmp_path / "lines.xlsx") as parts:
        assert not [
            name
            for name in parts.namelist()
            if "worksheets/sheet" in name and re.search(rb"<f[ >]", parts.read(name))
        ]
