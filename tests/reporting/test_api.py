"""The HTTP API on a warehouse that was built and published, on each engine."""

import csv
import io
import os
import shutil
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import hypothesis
import openpyxl
import pandas as pd
import pytest
import schemathesis
import sqlalchemy as sa
from openpyxl.utils.escape import unescape
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from demo.workbooks import write_demo
from reporting.ask.figures import FILTERS
from reporting.ask.reports import REPORTS
from reporting.doors.api.database import open_database
from reporting.doors.api.problems import Problem
from tests.conftest import ENGINES, Warehouse
from tests.loader.conftest import write_csv
from tests.reporting.served import AUDITOR, READER, Api, exact, number, problem, served
from warehouse.connection import warehouse_url
from warehouse.published import published_path

END = date(2026, 6, 14)
"""Last day of the demo; week 24 ends on it."""
DAYS = {"start_date": "2026-02-09", "end_date": "2026-06-14"}
"""Whole weeks, with all of the demo's sales in them."""

HOSTILE = [
    *("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@ABS(A1)", "\tx", "=1,2\r\n3", 'O\'Neill & "Söhne"'),
    *("' or 1=1 --", "100%", "under_score", "back\\slash", "😀 中文名稱", "00123", "＝1+1"),
]
WITH_SPANS = [
    *("weekly-summary", "seller-ranking", "top-products", "shipping-breakdown"),
    "region-store-breakdown",
]
TABLE_REPORTS = [report for report in REPORTS if report.path and not report.function]
WEEKLY = {report.path: report.table for report in REPORTS if report.path and report.function} | {
    "weekly-summary": "reports.rpt_weekly_summary",
}
INJECTIONS = [
    *("' or 1=1 --", "'; drop table marts.fact_sales_line; --", '" or ""="', "%", "_", "\\", "\\'"),
    *(":first", "{0}", "{filters}", "%s", "%(first)s", "1) or (1=1", "😀", "a" * 200, "/*", "$1"),
]


def hostile_lines() -> Iterator[list[object]]:
    yield [
        *("Order ID", "Order Date", "Product", "Units", "Line Total", "Currency", "Seller"),
        *("Customer", "Store", "City", "Carrier"),
    ]
    for place, name in enumerate(HOSTILE):
        yield [
            *(f"H{place}", "2026-06-10", name, 1 + place, 10 * (place + 1), "USD", name, name),
            *("Shop", "Town", name),
        ]
    yield ["H90", "2026-06-03", HOSTILE[0], -1, -5, "USD", HOSTILE[0], "", "Shop", "Town", "Walk"]


@pytest.fixture(scope="module", params=ENGINES)
def built(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    """The demo and names that mean something somewhere, built on each engine."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, lines=1_000, months=4, end=END)
    write_csv(folder / "hostile names.csv", hostile_lines())
    warehouse = new_warehouse(request.param)
    assert {outcome.status for outcome in warehouse.load(folder)} == {"loaded"}
    warehouse.build_from_nothing(with_words=True)
    warehouse.publish()
    return warehouse


@pytest.fixture(scope="module")
def api(built: Warehouse) -> Iterator[Api]:
    with served(built.url) as api:
        yield api


def plain(value: Any) -> Any:
    """Write a value of the warehouse as the API's JSON does."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def same(told: Any, name: str, value: Any) -> bool:
    if name.endswith("_key") and not name.endswith("date_key") and value is not None:
        return bool(told == str(value))
    return bool(told == plain(value))


def reported(built: Warehouse, table: str, where: str = "true") -> list[dict[str, Any]]:
    names = built.columns(*table.split("."))
    rows = built.query(f"select {', '.join(names)} from {table} where {where}")
    return [dict(zip(names, row, strict=True)) for row in rows]


def assert_same_rows(told: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """Compare what the API tells with rows of the warehouse, in the columns that it tells."""
    assert told
    names = [name for name in told[0] if name in rows[0]]
    expected = sorted(
        repr([str(row[n]) if same(str(row[n]), n, row[n]) else plain(row[n]) for n in names])
        for row in rows
    )
    assert sorted(repr([row[n] for n in names]) for row in told) == expected


# ----------------------------------------------------------------------------- figures


def test_a_week_is_that_of_the_reports(built: Warehouse, api: Api) -> None:
    weeks = built.query(
        "select distinct week_start_date, iso_week from reports.rpt_weekly_summary order by 1 desc"
    )
    for start, iso_week in weeks[:2]:
        days = {"start_date": start, "end_date": start + timedelta(days=6)}
        for name in WITH_SPANS:
            more = {"limit": 10} if name == "top-products" else {}
            rows = reported(built, WEEKLY[name], f"iso_week = '{iso_week}'")
            assert_same_rows(api.rows(f"/reports/{name}", **days, **more), rows)


def test_weeks_are_those_of_the_reports(built: Warehouse, api: Api) -> None:
    rows = reported(built, "reports.rpt_weekly_summary")
    told = api.json("/reports/weekly-summary", **DAYS)
    assert_same_rows(told["rows"], rows)
    of_currency: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        of_currency[row["currency"]] += row["revenue"]
    assert {row["currency"]: row["revenue"] for row in told["totals"]} == of_currency
    for name in ("seller-ranking", "shipping-breakdown"):
        added: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in api.rows(f"/reports/{name}", **DAYS):
            added[row["currency"]] += row["revenue"]
        assert added == of_currency


def test_without_days_it_is_the_last_complete_week(built: Warehouse, api: Api) -> None:
    for name in WITH_SPANS:
        told = api.json(f"/reports/{name}")
        assert told["period"]["start_date"] == "2026-06-08"
        assert told["period"]["end_date"] == "2026-06-14"
        assert told["rows"] == api.rows(
            f"/reports/{name}", start_date="2026-06-08", end_date="2026-06-14"
        )


def test_days_add_up(api: Api) -> None:
    whole = api.rows("/reports/weekly-summary", start_date="2026-05-20", end_date="2026-06-02")
    days = [
        row
        for day in range(14)
        for row in api.rows(
            "/reports/weekly-summary",
            start_date=date(2026, 5, 20) + timedelta(days=day),
            end_date=date(2026, 5, 20) + timedelta(days=day),
        )
    ]
    for name in ("revenue", "units", "line_count", "gross_amount", "return_amount"):
        assert sum(row[name] for row in days) == sum(row[name] for row in whole)
    assert [(row["first_day"], row["last_day"]) for row in whole if row["currency"] == "EUR"] == [
        *[("2026-05-20", "2026-05-24"), ("2026-05-25", "2026-05-31")],
        ("2026-06-01", "2026-06-02"),
    ]


@pytest.mark.parametrize(
    ("name", "column", "of_unknown"),
    [
        ("seller", "dim_seller.seller_name", "Unknown"),
        ("product", "dim_product.product_name", "Unknown"),
        ("shipping_company", "dim_shipping_company.shipping_company_name", "Unknown"),
        ("currency", "line.currency", None),
        ("store", "dim_store.store_name", "Unknown"),
    ],
)
def test_parts_add_up_to_the_whole(
    built: Warehouse, api: Api, name: str, column: str, of_unknown: str | None
) -> None:
    dimension = column.split(".")[0]
    join = (
        ""
        if dimension == "line"
        else f"join marts.{dimension} on line.{name}_key = {dimension}.{name}_key"
    )
    parts = built.query(
        f"select {column}, sum(line.revenue), count(*) from marts.fact_sales_line as line {join} "
        "group by 1 having count(*) > 0"
    )
    assert len(parts) > 1
    assert of_unknown is None or all(part for part, _, _ in parts)
    for part, revenue, count in parts[:12]:
        told = api.rows("/reports/weekly-summary", **DAYS, **{name: part})
        assert (sum(row["revenue"] for row in told), sum(row["line_count"] for row in told)) == (
            revenue,
            count,
        )
        lines = api.json("/lines", **DAYS, **{name: part}, limit=5_000)
        assert len(lines["rows"]) == count
        assert lines["next_cursor"] is None


def test_filters_of_places_and_people(built: Warehouse, api: Api) -> None:
    regions = built.query(
        "select region, country, sum(revenue) from marts.fact_sales_line as line "
        "join marts.dim_region on line.region_key = dim_region.region_key "
        "where region is not null group by region, country"
    )
    assert regions
    for region, country, revenue in regions:
        place = {"region": region} | ({"country": country} if country else {})
        told = api.rows("/reports/weekly-summary", **DAYS, **place)
        assert sum(row["revenue"] for row in told) == revenue
    for row in api.rows("/reports/region-store-breakdown", **DAYS):
        if row["place_level"] == "city" and row["currency"] == "EUR":
            told = api.rows("/reports/weekly-summary", **DAYS, city=row["city"], currency="EUR")
            assert sum(week["revenue"] for week in told) >= row["revenue"]
    name, revenue = built.query(
        "select customer_name, sum(revenue) from marts.fact_sales_line as line "
        "join marts.dim_customer on line.customer_key = dim_customer.customer_key "
        "where line.customer_key <> -1 group by 1 order by 2 desc, 1"
    )[0]
    told = api.rows("/reports/weekly-summary", **DAYS, customer=name)
    assert sum(row["revenue"] for row in told) == revenue


@pytest.mark.parametrize("report", TABLE_REPORTS, ids=lambda report: report.path)
def test_tables_are_those_of_the_reports(built: Warehouse, api: Api, report: Any) -> None:
    told = api.json(f"/reports/{report.path}", limit=10_000)
    rows = reported(built, report.table)
    assert told["has_more"] is False
    if not rows:
        assert told["rows"] == []
        return
    assert_same_rows(told["rows"], rows)
    # In pages, they are the same.
    size = -(-len(rows) // 3)
    pages = [
        api.json(f"/reports/{report.path}", limit=size, offset=size * page) for page in range(3)
    ]
    assert [row for page in pages for row in page["rows"]] == told["rows"]
    assert not pages[2]["has_more"]
    for parameter, column in report.filters.items():
        value = rows[0][column]
        if value is not None:
            found = api.rows(f"/reports/{report.path}", **{parameter: value}, limit=10_000)
            assert found == [row for row in told["rows"] if row[column] == value]
            with api.client() as client:
                asked = {parameter: "no such thing"}
                answer = client.get(f"/reports/{report.path}", params=asked)
            if parameter in FILTERS:
                assert "no such thing" in problem(answer, 422, "invalid-parameter")["detail"]
            else:
                assert answer.json()["rows"] == []


def test_files_are_the_ledger(built: Warehouse, api: Api) -> None:
    with pytest.raises(AssertionError):
        api.rows("/files", READER)
    ledger = built.query(
        "select file_version_id, path, status, sha256 from raw.file_versions "
        "order by file_version_id desc"
    )
    told = api.rows("/files")
    assert [
        (row["file_version_id"], row["source_file"], row["status"], row["sha256"]) for row in told
    ] == ledger


def test_quality_counts_and_shows_rows(built: Warehouse, api: Api) -> None:
    told = api.json("/reports/data-quality", **DAYS, samples=2)
    counts = built.query(
        "select rule, currency, count(*), sum(amount_at_stake) from quality.dq_issue "
        "where week_start_date between date '2026-02-09' and date '2026-06-14' group by 1, 2"
    )
    assert counts
    assert sorted(
        (row["rule"], str(row["currency"]), row["issue_count"], str(row["amount_at_stake"]))
        for row in told["rows"]
    ) == sorted((rule, str(currency), n, str(amount)) for rule, currency, n, amount in counts)
    statuses = built.query("select iso_week, currency, status from reports.rpt_weekly_data_quality")
    assert {(week["iso_week"], week["currency"], week["status"]) for week in told["weeks"]} == set(
        statuses
    )
    delivered = set(
        built.query(
            "select rule, source_file, source_sheet, source_row_number, offending_text "
            "from quality.dq_issue"
        )
    )
    for sample in told["samples"]:
        assert 1 <= len(sample["rows"]) <= 2
        for row in sample["rows"]:
            place = (row["source_file"], row["source_sheet"], row["source_row_number"])
            assert (sample["rule"], *place, row["offending_text"]) in delivered
    # What was delivered to the letter is not for everybody.
    for_readers = api.json("/reports/data-quality", READER, **DAYS, samples=2)
    assert for_readers["rows"] == told["rows"]
    assert for_readers["samples"]
    for sample in for_readers["samples"]:
        assert all("offending_text" not in row for row in sample["rows"])


def test_lines_come_page_by_page_each_once(built: Warehouse, api: Api) -> None:
    problem(api.get("/lines", READER), 403, "auditor-needed")
    expected = {
        str(key): (file, sheet, row)
        for key, file, sheet, row in built.query(
            "select sales_line_key, source_file, source_sheet, source_row_number "
            "from marts.fact_sales_line"
        )
    }
    for size in (97, 5_000):
        found: dict[str, tuple[str, str, int]] = {}
        cursor: dict[str, str] = {}
        with api.client() as client:
            while True:
                answer = client.get("/lines", params={**DAYS, "limit": size, **cursor})
                told = exact(answer)
                for row in told["rows"]:
                    assert row["sales_line_key"] not in found
                    place = (row["source_file"], row["source_sheet"], row["source_row_number"])
                    found[row["sales_line_key"]] = place
                if told["next_cursor"] is None:
                    break
                assert len(told["rows"]) == size
                cursor = {"cursor": told["next_cursor"]}
        assert found == expected
    (line,) = api.rows("/lines", **DAYS, order_id="H7")
    assert (line["product_name"], line["seller_name"]) == (HOSTILE[7], HOSTILE[7])
    assert (line["source_file"], line["source_row_number"]) == ("hostile names.csv", 9)
    assert api.rows("/lines", **DAYS, file="hostile names.csv", seller=HOSTILE[7]) == [line]


# ----------------------------------------------------------------------------- formats


def test_csv_and_workbook_have_the_same_figures(api: Api, tmp_path: Path) -> None:
    for path in (
        "/reports/seller-ranking",
        "/reports/weekly-summary",
        "/reports/product-performance",
        "/lines",
        "/reports/data-quality",
    ):
        wanted = {} if path == "/reports/product-performance" else DAYS
        limit = {"limit": 5_000} if path == "/lines" else {}
        told = api.rows(path, **wanted, **limit)
        as_csv = api.get(path, **wanted, format="csv")
        assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
        assert as_csv.headers["content-disposition"].endswith('.csv"')
        rows = list(csv.DictReader(io.StringIO(as_csv.text, newline="")))
        assert len(rows) == len(told)
        sheet = openpyxl.load_workbook(
            io.BytesIO(api.get(path, **wanted, format="xlsx").content)
        ).worksheets[0]
        header, *cells = sheet.iter_rows()
        assert [cell.value for cell in header] == list(told[0])
        for expected, from_csv, from_sheet in zip(told, rows, cells, strict=True):
            for (name, value), cell in zip(expected.items(), from_sheet, strict=True):
                text = from_csv[name]
                assert cell.data_type != "f"
                match value:
                    case None:
                        assert (text, cell.value) == ("", None)
                    case bool():
                        assert (text, cell.value) == (str(value).lower(), value)
                    case int() | Decimal():
                        assert number(text) == value
                        assert cell.value == pytest.approx(float(value))
                    case _ if isinstance(cell.value, datetime):
                        assert text == value
                        # Excel keeps thousandths of a second.
                        rounding = cell.value - datetime.fromisoformat(value)
                        assert abs(rounding) < timedelta(milliseconds=1)
                    case _:
                        # A spreadsheet program would run what begins with these.
                        is_formula = value.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
                        assert text == ("'" if is_formula else "") + value
                        assert unescape(str(cell.value or "")) == value


def test_what_people_would_write(api: Api, tmp_path: Path) -> None:
    url = f"{api.url}/reports/seller-ranking?{urlencode(DAYS)}&currency=EUR"
    frame = pd.read_csv(f"{url}&format=csv", storage_options={"X-API-Key": READER})
    told = api.rows("/reports/seller-ranking", READER, **DAYS, currency="EUR")
    assert list(frame["seller_name"]) == [row["seller_name"] for row in told]
    assert frame["revenue"].sum() == pytest.approx(float(sum(row["revenue"] for row in told)))
    with api.client(None) as client:
        answer = client.get(
            url,
            headers={
                "Authorization": f"Bearer {READER}",
                "Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            },
        )
    file = tmp_path / "sellers.xlsx"
    file.write_bytes(answer.content)
    sheet = pd.read_excel(file, engine="openpyxl")
    assert list(sheet["seller_name"]) == [row["seller_name"] for row in told]


def test_the_format_is_negotiated(api: Api) -> None:
    with api.client() as client:

        def kind(accept: str, **parameters: str) -> str:
            answer = client.get(
                "/reports/seasonality", params=parameters, headers={"Accept": accept}
            )
            return answer.headers["content-type"].split(";")[0]

        assert kind("*/*") == kind("text/html, */*;q=0.8") == "application/json"
        assert kind("text/csv") == kind("application/json;q=0.2, text/csv") == "text/csv"
        assert kind("text/*") == "text/csv"
        assert kind("text/csv", format="json") == "application/json"
        refused = client.get("/reports/seasonality", headers={"Accept": "image/png"})
        problem(refused, 406, "not-acceptable")


# ------------------------------------------------------------------------ hostile input


@pytest.mark.parametrize("path", ["/reports/weekly-summary", "/lines", "/reports/data-quality"])
def test_no_parameter_is_a_way_into_the_query(api: Api, path: str) -> None:
    names = {
        "/reports/weekly-summary": list(FILTERS),
        "/lines": [*FILTERS, "order_id", "file"],
        "/reports/data-quality": ["currency", "rule", "severity"],
    }[path]
    with api.client() as client:
        for name in names:
            for text in INJECTIONS:
                answer = client.get(path, params={**DAYS, name: text})
                known = text in HOSTILE and name in ("seller", "product", "customer")
                known |= text in HOSTILE and name == "shipping_company"
                if name in FILTERS and not known and path != "/reports/data-quality":
                    told = problem(answer, 422, "invalid-parameter")
                    assert told["errors"][0]["parameter"] == name
                    continue
                assert answer.status_code == 200, answer.text
                assert bool(answer.json()["rows"]) == known, (name, text)
        for name in names:
            for text in ("\x00", "a\x00b", "a" * 201, ""):
                refused = client.get(path, params={**DAYS, name: text})
                assert name in problem(refused, 422, "invalid-parameter")["detail"]
    assert api.rows(path, **DAYS)


def test_no_parameter_of_a_table_is_a_way_into_the_query(api: Api) -> None:
    with api.client() as client:
        for report in TABLE_REPORTS:
            for name in report.filters:
                for text in INJECTIONS:
                    answer = client.get(f"/reports/{report.path}", params={name: text})
                    if answer.status_code == 422 and name in FILTERS:  # nothing is called so
                        assert problem(answer, 422, "invalid-parameter")["errors"]
                        continue
                    assert name not in FILTERS or text in HOSTILE
                    assert answer.status_code == 200, answer.text
                    for row in answer.json()["rows"]:
                        assert row[report.filters[name]] == text


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/reports/weekly-summary", {"start_date": "2026-13-01", "end_date": "2026-13-02"}),
        ("/reports/weekly-summary", {"start_date": "2026-06-02", "end_date": "2026-06-01"}),
        ("/reports/weekly-summary", {"start_date": "2026-06-02"}),
        ("/reports/weekly-summary", {"end_date": "2026-06-02"}),
        ("/reports/weekly-summary", {"start_date": "0001-01-01", "end_date": "2026-06-01"}),
        ("/reports/weekly-summary", {"start_date": "1950-01-01", "end_date": "2026-06-01"}),
        ("/reports/weekly-summary", {"start_date": "99999-01-01", "end_date": "99999-01-01"}),
        ("/reports/weekly-summary", {"start_date": "yesterday", "end_date": "today"}),
        ("/reports/weekly-summary", {"sellr": "x"}),
        ("/reports/weekly-summary", {"limit": "5"}),
        ("/reports/weekly-summary", {"format": "pdf"}),
        ("/reports/top-products", {"limit": "0"}),
        ("/reports/top-products", {"limit": "-1"}),
        ("/reports/top-products", {"limit": "1e3"}),
        ("/reports/top-products", {"limit": "9" * 400}),
        ("/reports/top-products", {"limit": "1001"}),
        ("/reports/customer-value", {"limit": "10001"}),
        ("/reports/customer-value", {"offset": "-1"}),
        ("/reports/customer-value", {"offset": "9" * 30}),
        ("/reports/data-quality", {"samples": "101"}),
        ("/lines", {"limit": "5001"}),
        ("/lines", {"cursor": "xx"}),
        ("/lines", {"cursor": "é"}),
        ("/lines", {"cursor": "MTox" * 30}),
        ("/lines", {"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk6MQ"}),
        ("/files", {"order": "x; drop table"}),
    ],
)
def test_what_does_not_fit_is_refused(api: Api, path: str, parameters: dict[str, str]) -> None:
    told = problem(api.get(path, **parameters), 422, "invalid-parameter")
    assert len(told["detail"]) < 2_000


@pytest.mark.parametrize(
    "day", ["0", "1780272000", "20260601", "1.6.2026", "2026-06-01T00:00:00", "2026-6-1", "today"]
)
def test_days_are_written_in_one_way(api: Api, day: str) -> None:
    told = problem(api.get("/reports/revenue-bridge", start_date=day), 422, "invalid-parameter")
    assert told["detail"] == "start_date: write the day as year, month and day, like 2026-01-31"


def test_what_is_not_there(api: Api) -> None:
    problem(api.get("/reports/nothing"), 404, "not-found")
    with api.client() as client:
        problem(client.post("/reports/weekly-summary"), 405, "method-not-allowed")
        problem(client.delete("/files"), 405, "method-not-allowed")
    # Days without sales are no error.
    days = {"start_date": "1999-01-01", "end_date": "1999-01-31"}
    for name in (*WITH_SPANS, "data-quality"):
        assert api.rows(f"/reports/{name}", **days) == []
        assert len(api.get(f"/reports/{name}", **days, format="csv").text.splitlines()) == 1


def test_slow_readers_hold_nothing(api: Api) -> None:
    address = api.url.removeprefix("http://").split(":")
    slow = []
    try:
        for _ in range(20):
            reader = socket.create_connection((address[0], int(address[1])))
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            query = urlencode({**DAYS, "format": "csv"})
            reader.sendall(
                f"GET /lines?{query} HTTP/1.1\r\nHost: x\r\nX-API-Key: {AUDITOR}\r\n\r\n".encode()
            )
            slow.append(reader)
        # More of them than there are connections, and one who wants an answer.
        assert api.rows("/reports/weekly-summary", start_date="2026-06-01", end_date="2026-06-09")
    finally:
        for reader in slow:
            reader.close()


# --------------------------------------------------------------- builds, and what may happen


def pretend_build(built: Warehouse, build_id: str) -> None:
    """Do what the end of a build does that changed nothing."""
    row = (
        "insert into quality.dq_build select "
        f"'{build_id}', run_started_at, built_at + interval '1 hour', is_full_refresh, test_count, "
        "warning_count from quality.dq_build order by built_at desc limit 1"
    )
    if built.engine == "duckdb":
        copy = published_path(str(warehouse_url(built.url).database))
        other = copy.with_name("other.duckdb")
        shutil.copy(copy, other)
        other.chmod(0o644)
        with duckdb.connect(str(other)) as connection:
            connection.execute(row)
        os.replace(other, copy)
    else:
        built.execute(row)


def test_an_etag_holds_until_the_next_build(built: Warehouse, api: Api) -> None:
    with api.client() as client:
        for path in ("/reports/weekly-summary", "/lines?format=csv"):
            first = client.get(path)
            tag = first.headers["etag"]
            again = client.get(path, headers={"If-None-Match": tag})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            assert client.get(path, headers={"If-None-Match": '"x"'}).status_code == 200
            other = client.get(path + ("&" if "?" in path else "?") + "currency=EUR")
            assert other.headers["etag"] != tag
        reader = client.get("/reports/weekly-summary", headers={"X-API-Key": READER})
        before = client.get("/reports/weekly-summary")
        assert reader.headers["etag"] != before.headers["etag"]
        build_id = "6f1d8b1e-0000-4000-8000-000000000001"
        pretend_build(built, build_id)
        time.sleep(1.1)
        assert client.get("/ready").json()["build_id"] == build_id
        after = client.get(
            "/reports/weekly-summary", headers={"If-None-Match": before.headers["etag"]}
        )
        assert after.status_code == 200
        assert after.headers["etag"] != before.headers["etag"]
        assert after.json()["build"]["build_id"] == build_id
        assert after.json()["rows"] == before.json()["rows"]


def test_a_request_reads_one_state(built: Warehouse) -> None:
    database = open_database(warehouse_url(built.url), 15)
    count = sa.text("select count(*) from reports.rpt_seasonality")
    with database.reading() as (connection, build):
        rows = connection.execute(count).scalar_one()
        assert rows
        if built.engine == "postgres":
            # As the end of a build does it.
            built.execute(
                "create table kept as select * from reports.rpt_seasonality",
                "delete from reports.rpt_seasonality",
            )
        pretend_build(built, "6f1d8b1e-0000-4000-8000-000000000002")
        assert connection.execute(count).scalar_one() == rows
    with database.reading() as (connection, later):
        assert later != build
        assert connection.execute(count).scalar_one() == (rows if built.engine == "duckdb" else 0)
    if built.engine == "postgres":
        built.execute("insert into reports.rpt_seasonality select * from kept", "drop table kept")


SLOW = {
    "duckdb": "select sum(a.range * b.range) from range(1000000) as a, range(1000000) as b",
    "postgres": "select pg_sleep(300)",
}


def test_a_query_is_given_up_in_time(built: Warehouse) -> None:
    database = open_database(warehouse_url(built.url), 0.5)
    slow = SLOW[built.engine]
    for _ in range(10):  # more often than there are connections
        with pytest.raises(Problem) as refused, database.reading() as (connection, _):
            connection.execute(sa.text(slow)).fetchall()
        assert refused.value.kind == "too-slow"
    with database.reading() as (connection, _):
        assert connection.execute(sa.text("select 1")).scalar_one() == 1


def test_who_is_in_time_is_not_given_up_with_others(built: Warehouse) -> None:
    database = open_database(warehouse_url(built.url), 1)
    slow = SLOW[built.engine]

    def ask(number: int) -> Any:
        try:
            with database.reading() as (connection, _):
                return connection.execute(sa.text("select 1" if number % 10 else slow)).scalar_one()
        except Problem as problem:
            return problem.kind

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(160)))
    assert answers[::10] == ["too-slow"] * 16
    assert answers.count(1) == 144


@contextmanager
def out_of_reach(built: Warehouse) -> Iterator[None]:
    """Take the database away, and bring it back."""
    if built.engine == "duckdb":
        copy = published_path(str(warehouse_url(built.url).database))
        copy.rename(copy.with_suffix(".gone"))
        yield
        copy.with_suffix(".gone").rename(copy)
        return
    url = warehouse_url(built.url)
    other = sa.create_engine(
        url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
    )
    with other.connect() as connection:
        connection.exec_driver_sql(f"alter database {url.database} allow_connections false")
        connection.execute(
            sa.text(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = :database"
            ),
            {"database": url.database},
        )
    yield
    with other.connect() as connection:
        connection.exec_driver_sql(f"alter database {url.database} allow_connections true")


def test_the_database_goes_and_comes_back(built: Warehouse, api: Api) -> None:
    asked = {"start_date": "2026-06-02", "end_date": "2026-06-11"}
    assert api.rows("/reports/weekly-summary", **asked)
    with out_of_reach(built):
        time.sleep(1.1)
        kind = "not-built" if built.engine == "duckdb" else "warehouse-unavailable"
        for path in ("/reports/weekly-summary", "/ready"):
            gone = api.get(path)
            told = problem(gone, 503, kind)
            assert gone.headers["retry-after"] == "10"
            assert built.url not in gone.text
            assert "password" not in told["detail"]
        assert api.get("/health").json() == {"status": "ok"}
        assert api.get("/openapi.json").status_code == 200
    assert api.rows("/reports/weekly-summary", **asked, currency="EUR")
    assert api.get("/ready").status_code == 200


def test_the_reader_role_is_enough(built: Warehouse) -> None:
    if built.engine == "duckdb":
        # Nothing but the copy can be reached, and that cannot be written.
        database = open_database(warehouse_url(built.url), 15)
        for sql in (
            "create table marts.x as select 1",
            "select * from read_csv('/etc/passwd')",
            "attach '/tmp/other.duckdb'",
            "set enable_external_access = true",
        ):
            with pytest.raises(sa.exc.DBAPIError), database.reading() as (connection, _):
                connection.exec_driver_sql(sql)
        return
    built.execute("create role salesops_reader nologin")
    try:
        built.execute(
            "grant usage on schema marts, reports, quality to salesops_reader",
            *(
                f"grant select on all tables in schema {schema} to salesops_reader"
                for schema in ("marts", "reports", "quality")
            ),
        )
        with served(built.url) as api:
            for path in ("/reports/weekly-summary", "/lines", "/files", "/reports/data-quality"):
                assert api.rows(path)
        database = open_database(warehouse_url(built.url), 15)
        for sql in ("create table marts.x as select 1", "select * from raw.file_versions"):
            with (
                pytest.raises((sa.exc.DBAPIError, Problem)),
                database.reading() as (connection, _),
            ):
                connection.exec_driver_sql(sql)
        # A role that was made since the last build gets its rights from the next one.
        built.execute("revoke select on reports.rpt_seasonality from salesops_reader")
        with served(built.url) as api:
            problem(api.get("/reports/seasonality"), 503, "no-rights")
            built.execute("grant select on reports.rpt_seasonality to salesops_reader")
            assert api.rows("/reports/seasonality")
    finally:
        built.execute("drop owned by salesops_reader", "drop role salesops_reader")


# ---------------------------------------------------------------------------- the contract


def test_openapi_tells_what_columns_mean(built: Warehouse, api: Api) -> None:
    document = api.get("/openapi.json", None).json()
    schemas = document["components"]["schemas"]
    revenue = schemas["SellerRankingRow"]["properties"]["revenue"]
    assert revenue["type"] == ["number", "null"]
    assert revenue["description"] == built.one(
        "select comment from duckdb_columns() where schema_name = 'reports' "
        "and table_name = 'rpt_weekly_seller_ranking' and column_name = 'revenue'"
        if built.engine == "duckdb"
        else "select col_description('reports.rpt_weekly_seller_ranking'::regclass, attnum) "
        "from pg_attribute where attrelid = 'reports.rpt_weekly_seller_ranking'::regclass "
        "and attname = 'revenue'"
    )
    for path, operations in document["paths"].items():
        if path in ("/health", "/ready"):
            continue
        (operation,) = operations.values()
        assert operation["security"]
        name = operation["operationId"]
        rows = schemas[operation["responses"]["200"]["content"]["application/json"]["schema"][
            "properties"
        ]["rows"]["items"]["$ref"].rsplit("/", 1)[1]]  # fmt: skip
        assert all(column.get("description") for column in rows["properties"].values()), name
        for column in rows["properties"].values():
            kinds: dict[str, Any] = {
                "string": str,
                "boolean": bool,
                "integer": int,
                "number": (int, float),
            }
            kind = kinds[column["type"][0]]
            assert all(isinstance(example, kind) for example in column.get("examples", [])), column
            assert kind is str or column["examples"]
        for parameter in operation["parameters"]:
            assert parameter.get("description"), (path, parameter["name"])


def contract(api: Api, examples: int) -> None:
    """Ask what the schema admits, and what it does not: no 5xx, no answer outside of it."""
    schema = schemathesis.openapi.from_url(f"{api.url}/openapi.json")
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    seen = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        seen += 1

        @hypothesis.settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(
            case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
            | operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
        )
        def ask(case: Any) -> None:
            case.call_and_validate(headers={"X-API-Key": AUDITOR}, checks=checks)

        ask()
    assert seen > 15


def test_answers_keep_to_the_schema(api: Api) -> None:
    contract(api, 8)


@pytest.mark.deep
def test_many_answers_keep_to_the_schema(api: Api) -> None:
    contract(api, 300)
