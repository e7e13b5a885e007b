"""Small tables, made by hand as the quality models and the marts have them."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from reporting import __main__ as cli
from reporting.doors import common
from warehouse.connection import connect, warehouse_url

Run = Callable[..., Result]

TABLES = """
create schema quality; create schema reports; create schema marts;
create table quality.dq_issue (
    rule text, severity text, entity text, column_name text, offending_text text,
    description text, what_to_do text, amount_at_stake decimal(18,4), currency text,
    is_accepted boolean, week_start_date date, source_file text, source_sheet text,
    source_row_number bigint, file_part_number integer, file_version_id bigint, expected_text text,
    is_widespread boolean
);
create table quality.delivered_cell (
    file_version_id bigint, file_part_number integer, source_row_number bigint, column_name text,
    column_number integer, header_text text, delivered_text text
);
create view quality.dq_issue_cell as select * from quality.delivered_cell;
create view quality.dq_summary as
    select
        file_version_id, source_file, entity, rule, severity, description, what_to_do,
        is_widespread,
        count(*) filter (where not is_accepted) as issue_count,
        count(*) filter (where is_accepted) as accepted_count,
        case when count(distinct currency) < 2
            then cast(sum(amount_at_stake) filter (where not is_accepted) as decimal(28,4))
        end as amount_at_stake
    from quality.dq_issue
    group by file_version_id, source_file, entity, rule, severity, description, what_to_do,
        is_widespread;
create table quality.dq_reconciliation (
    source_file text, source_sheet text, entity text, file_version_id bigint,
    file_part_number integer, rows_read bigint, rows_skipped bigint, rows_accepted bigint,
    rows_rejected bigint, rows_duplicate bigint, amount_accepted decimal(28,4),
    amount_rejected decimal(28,4), amount_duplicate decimal(28,4)
);
create table reports.rpt_weekly_data_quality (
    week_start_date date, iso_week text, currency text, status text, row_count bigint,
    quarantined_row_count bigint, flagged_row_count bigint, quarantined_amount decimal(28,4),
    revenue_affected_share decimal(9,6)
);
create table marts.dim_seller (seller_key bigint, seller_id text, seller_name text);
create table marts.dim_product (product_key bigint, product_id text, product_name text);
create table marts.dim_shipping_company (
    shipping_company_key bigint, shipping_company_id text, shipping_company_name text
);
create table marts.dim_store (store_key bigint, store_id text, store_name text);
create table marts.fact_sales_line (
    seller_key bigint, product_key bigint, shipping_company_key bigint, store_key bigint
);
"""

UNITS = (
    "units_not_a_number",
    "reject",
    "units",
    "units is no number",
    "Write a plain number, such as 3.",
)
PRICE = (
    "price_unusual",
    "warn",
    "unit_price",
    "unit_price is ten times the list price",
    "Compare it with the price list.",
)
WHOLE = (
    "row_is_shifted",
    "reject",
    None,
    "the row has more cells than the header",
    "Look for a separator inside a text.",
)

Rule = tuple[str, str, str | None, str, str]


class Tables:
    """A warehouse with the tables that the commands read, made by hand."""

    def __init__(self, url: str) -> None:
        self.url = url
        for statement in TABLES.split(";"):
            if statement.strip():
                self.execute(statement)

    def execute(self, sql: str) -> None:
        with connect(warehouse_url(self.url)).begin() as connection:
            connection.execute(sa.text(self._as_built(sql)))

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        with connect(warehouse_url(self.url)).begin() as connection:
            for row in rows:
                values = {f"v{place}": value for place, value in enumerate(row)}
                marks = ", ".join(f":{name}" for name in values)
                connection.execute(
                    sa.text(f"insert into {self._as_built(table)} values ({marks})"), values
                )

    def _as_built(self, sql: str) -> str:
        """Name the schemas as builds do."""
        if warehouse_url(self.url).get_backend_name() == "duckdb":
            return sql
        return re.sub(r"\b(marts|reports|quality)\b(?=\.|$)", r"built_\1", sql)

    def part(
        self,
        file: str,
        sheet: str | None = "Sales",
        *,
        version: int = 1,
        part: int = 1,
        counts: tuple[int, int, int, int, int] = (10, 1, 9, 0, 0),
    ) -> None:
        """Deliver a sheet: rows read, skipped, accepted, rejected and duplicate."""
        row = (file, sheet, "sales_lines", version, part, *counts, 100, 0, 0)
        self.insert("quality.dq_reconciliation", [row])

    def issue(
        self,
        rule: Rule,
        number: int,
        file: str,
        sheet: str | None = "Sales",
        *,
        version: int = 1,
        part: int = 1,
        amount: float | None = None,
        currency: str | None = "EUR",
        accepted: bool = False,
        expected: str | None = None,
        widespread: bool = False,
    ) -> None:
        """Find something wrong with a row."""
        name, severity, column, description, what_to_do = rule
        row = (name, severity, "sales_lines", column, None, description, what_to_do, amount)
        place = (currency, accepted, date(2026, 1, 19), file, sheet, number, part, version)
        self.insert("quality.dq_issue", [(*row, *place, expected, widespread)])

    def cells(
        self,
        number: int,
        texts: dict[str, str | None],
        *,
        headers: Sequence[str] = (),
        version: int = 1,
        part: int = 1,
    ) -> None:
        """Deliver the cells of a row, by their contract columns."""
        self.insert(
            "quality.delivered_cell",
            [
                (version, part, number, name, place, headers[place - 1] if headers else name, text)
                for place, (name, text) in enumerate(texts.items(), 1)
            ],
        )

    def week(self, iso_week: str, status: str = "ok", kept_out: int = 0) -> None:
        """Judge a week."""
        year, week = iso_week.split("-W")
        monday = date.fromisocalendar(int(year), int(week), 1)
        row = (
            monday,
            iso_week,
            "EUR",
            status,
            1000,
            kept_out,
            0,
            12.5 * kept_out,
            0.001 * kept_out,
        )
        self.insert("reports.rpt_weekly_data_quality", [row])

    def members(self, kind: str, members: Iterable[tuple[str | None, str, int]]) -> None:
        """Name members of a dimension: id, name, and how many lines they have."""
        rows = list(enumerate(members, 1))
        self.insert(f"marts.dim_{kind}", [(-1, None, "Unknown")])
        self.insert(f"marts.dim_{kind}", [(key, *member[:2]) for key, member in rows])
        self.insert(
            f"marts.fact_sales_line ({kind}_key)",
            [(key,) for key, (_, _, lines) in rows for _ in range(lines)],
        )


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def tables(database: Path) -> Tables:
    return Tables(f"duckdb:///{database}")


def deliver_faulty_files(tables: Tables) -> None:
    """Deliver a workbook with bad rows, a CSV with one, and a file in which all is well."""
    north = "north/Sales 2026-W04.xlsx"
    for number, units in ((5, "two"), (7, "3"), (9, "=2+3"), (11, "none")):
        tables.cells(
            number,
            {"order_id": f"S{number}", "units": units, "unit_price": "95", "_e": None, "_r": "x"},
            headers=["Order ID", "Menge", "Amount", "Amount", "Row"],
        )
    tables.issue(UNITS, 5, north, amount=190)
    tables.issue(PRICE, 5, north, amount=190)
    tables.issue(PRICE, 7, north, amount=285.5, currency="USD", expected="usually 9.50")
    tables.issue(UNITS, 9, north)
    tables.issue(WHOLE, 9, north)
    tables.issue(UNITS, 11, north, accepted=True)
    tables.part(north, counts=(24, 2, 19, 2, 1))
    tables.cells(2, {"order_id": "C1", "units": None}, version=2)
    tables.issue(UNITS, 2, "web.csv", None, version=2, currency=None)
    tables.part("web.csv", None, version=2, counts=(5, 0, 4, 1, 0))
    tables.part("good.xlsx", version=3)
    tables.week("2026-W03")
    tables.week("2026-W04", "warn", kept_out=3)


@pytest.fixture
def faulty(tables: Tables) -> Tables:
    """The tables, with what `deliver_faulty_files` delivers."""
    deliver_faulty_files(tables)
    return tables


@pytest.fixture
def run(database: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process."""
    # The consoles were made with the streams of the test session.
    monkeypatch.setattr(common.out, "_file", None)
    monkeypatch.setattr(common.err, "_file", None)

    def run(*arguments: object, **settings: str) -> Result:
        environment = {"DATABASE_URL": f"duckdb:///{database}"} | settings
        result = CliRunner().invoke(cli.main, [str(item) for item in arguments], env=environment)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "\x1b" not in result.output
        return result

    return run
