"""The app as a browser asks it: who gets in, what pages say, and what they let one take along."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import openpyxl
import pypdf
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from demo.workbooks import write_demo
from reporting.doors.api.app import create_app
from reporting.doors.api.settings import ApiSettings
from tests.conftest import ENGINES, Warehouse
from tests.loader.conftest import write_csv
from tests.reporting.served import AUDITOR, AUDITOR_LINE, READER, READER_LINE

DEMO: dict[str, Any] = {"lines": 1_000, "months": 4, "end": date(2026, 6, 14)}
DAYS = "start_date=2026-03-02&end_date=2026-06-14"
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "=1+1"]
PAGES = ["sales", "customers", "products", "sellers", "quality", "lines"]

Browser = Callable[..., TestClient]


def hostile_lines() -> Iterator[list[object]]:
    yield [
        *("Order ID", "Order Date", "Product", "Units", "Line Total", "Currency", "Seller"),
        *("Customer", "Store", "City"),
    ]
    for place, name in enumerate(HOSTILE):
        yield [
            *(f"H{place}", "2026-06-10", name, 1, 1_000_000 + place, "USD", name, name, name, name),
        ]


@pytest.fixture(scope="module", params=ENGINES)
def built(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, **DEMO)
    write_csv(folder / "hostile & <names>.csv", hostile_lines())
    warehouse = new_warehouse(request.param)
    assert {outcome.status for outcome in warehouse.load(folder)} == {"loaded"}
    warehouse.build_from_nothing(with_words=True)
    warehouse.publish()
    return warehouse


@pytest.fixture(scope="module")
def service(built: Warehouse) -> Any:
    settings = ApiSettings(
        keys=f"{READER_LINE} {AUDITOR_LINE}", rate_limit="100000/minute", statement_seconds=120
    )
    return create_app(settings, built.url)


def token(answer: httpx2.Response) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found
    return found[1]


@pytest.fixture
def browser(service: Any) -> Iterator[Browser]:
    opened = []

    def open_browser(key: str | None = AUDITOR) -> TestClient:
        client = TestClient(service, base_url="http://127.0.0.1:8000", follow_redirects=False)
        opened.append(client)
        if key is not None:
            form = client.get("/app/sign-in")
            answer = client.post("/app/sign-in", data={"key": key, "csrf_token": token(form)})
            assert answer.status_code == 303, answer.text
        return client

    yield open_browser
    for client in opened:
        client.close()


def text_of(answer: httpx2.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def links(answer: httpx2.Response) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', answer.text)]


def rows_of(answer: httpx2.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


# ------------------------------------------------------------------------ who gets in


def test_only_who_has_a_key_gets_in(browser: Browser) -> None:
    stranger = browser(None)
    for page in PAGES:
        answer = stranger.get(f"/app/{page}?{DAYS}")
        assert answer.status_code == 303
        target = urlsplit(answer.headers["location"])
        assert target.path == "/app/sign-in"
        assert parse_qs(target.query)["to"] == [f"/{page}?{DAYS}"]
    assert stranger.get("/app/sales", headers={"HX-Request": "true"}).headers["hx-redirect"]
    form = stranger.get("/app/sign-in?to=/products")
    wrong = stranger.post("/app/sign-in", data={"key": "so_wrong", "csrf_token": token(form)})
    assert wrong.status_code == 401
    assert "Nobody has this key" in wrong.text
    assert "so_wrong" not in wrong.text
    right = stranger.post(
        "/app/sign-in", data={"key": READER, "csrf_token": token(form), "to": "/products"}
    )
    assert (right.status_code, right.headers["location"]) == (303, "/app/products")
    assert stranger.get("/app/products").status_code == 200


def test_the_cookie_is_for_this_server_alone_and_holds_no_key(browser: Browser) -> None:
    client = browser(None)
    form = client.get("/app/sign-in")
    answer = client.post("/app/sign-in", data={"key": AUDITOR, "csrf_token": token(form)})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert AUDITOR not in cookie
    value = client.cookies["salesops"]
    client.cookies.clear()
    for forged in (value[:-2] + "xx", value.split(".", 1)[0], "x", ""):
        asked = client.get("/app/sales", headers={"Cookie": f"salesops={forged}"})
        assert asked.status_code == 303
    with TestClient(client.app, base_url="https://sales.example", follow_redirects=False) as safe:
        assert "Secure" in safe.get("/app/sign-in").headers["set-cookie"]


def test_nothing_is_changed_without_the_token_of_the_page(browser: Browser) -> None:
    client, other = browser(), browser()
    for given in (
        {},
        {"csrf_token": ""},
        {"csrf_token": "x"},
        {"csrf_token": token(other.get("/app/sales"))},
    ):
        assert client.post("/app/sign-out", data=given).status_code == 403
        assert client.post("/app/sign-in", data={"key": READER, **given}).status_code == 403
    assert client.get("/app/sales").status_code == 200
    answer = client.post("/app/sign-out", headers={"X-CSRF-Token": token(client.get("/app/sales"))})
    assert answer.status_code == 303
    assert client.get("/app/sales").status_code == 303


@pytest.mark.parametrize("to", ["//evil.example", "/\\evil.example", "https://evil.example", "x"])
def test_signing_in_leads_nowhere_else(browser: Browser, to: str) -> None:
    client = browser(None)
    form = client.get("/app/sign-in", params={"to": to})
    given = {"key": READER, "csrf_token": token(form), "to": to}
    assert client.post("/app/sign-in", data=given).headers["location"] == "/app/"


def test_lines_and_delivered_rows_are_for_auditors(browser: Browser) -> None:
    client = browser(READER)
    for path in ("lines", "lines/1", "tables/lines.csv", "tables/quarantine.csv"):
        refused = client.get(f"/app/{path}")
        assert refused.status_code == 403
        assert "auditor" in refused.text
    sales = client.get(f"/app/sales?{DAYS}")
    assert not [link for link in links(sales) if "/app/lines" in link]
    assert "quarantine" not in client.get(f"/app/quality?{DAYS}").text


# ------------------------------------------------------------------------ what pages say


@pytest.fixture
def read() -> Iterator[set[str]]:
    """What statements read meanwhile of what is published, by name."""
    names: set[str] = set()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        names.update(re.findall(r"\b(?:marts|reports|quality)\.(\w+)", statement))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield names
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_whole_and_ask_nobody_else(
    browser: Browser, built: Warehouse, read: set[str], page: str
) -> None:
    client = browser()
    answer = client.get(f"/app/{page}?{DAYS}")
    assert answer.status_code == 200, answer.text
    exposed = built.manifest().exposures["exposure.salesops.app"].depends_on.nodes
    assert read
    assert read <= {node.split(".")[-1] for node in exposed}
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "private, no-store"
    # Whatever is loaded is from here, and is there.
    loaded = re.findall(r'(?:src|rel="stylesheet" href)="([^"]+)"', answer.text)
    assert loaded
    for address in loaded:
        assert address.startswith("/app/static/")
        assert client.get(address).status_code == 200
    # What files say is text, and no page has a script of its own.
    parsed = Tags()
    parsed.feed(answer.text)
    assert not {"img", "iframe", "object", "style"} & {tag for tag, _ in parsed.found}
    for tag, attributes in parsed.found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not str(attributes.get("href", "")).startswith("javascript:")
        if tag == "script":
            assert attributes.get("src") or attributes.get("type") == "application/json"


class Tags(HTMLParser):
    """The tags of a page, each with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_hostile_names_are_shown_and_can_be_asked_about(browser: Browser, built: Warehouse) -> None:
    client = browser()
    for name in HOSTILE:
        answer = client.get(
            "/app/sales",
            params={"seller": name, "start_date": "2026-06-08", "end_date": "2026-06-14"},
        )
        said = text_of(answer)
        assert name in unescape(answer.text)
        assert "$1,00" in said
        assert f"'{name}" in client.get(
            "/app/tables/products.csv",
            params={"seller": name, "start_date": "2026-06-08", "end_date": "2026-06-14"},
        ).text or not name.startswith("=")
    unknown = client.get("/app/sales", params={"seller": "Nobody <b>"})
    assert unknown.status_code == 422
    assert "There is no seller &#39;Nobody &lt;b&gt;&#39;" in unknown.text


def test_figures_are_those_of_the_reports(browser: Browser, built: Warehouse) -> None:
    client = browser()
    said = text_of(client.get(f"/app/sales?{DAYS}"))
    days = "date '2026-03-02', date '2026-06-14'"
    for currency, revenue, orders in built.query(
        f"select currency, revenue, order_count from reports.sales_summary({days})"
    ):
        assert f"{revenue:,.2f}" in said, currency
        assert f"{orders:,}" in said
    for name, sql in {
        "places": f"select revenue from reports.region_store_breakdown({days}) "
        "where place_level = 'region'",
        "categories": "select sum(line.revenue) from marts.fact_sales_line as line "
        "inner join marts.dim_product using (product_key) "
        "inner join marts.dim_date on line.sale_date_key = dim_date.date_key "
        "where full_date between date '2026-03-02' and date '2026-06-14' "
        "group by currency, category",
        "products": "select sum(line.revenue) from marts.fact_sales_line as line "
        "inner join marts.dim_date on line.sale_date_key = dim_date.date_key "
        "where full_date between date '2026-03-02' and date '2026-06-14' "
        "group by currency, product_key",
        "rpt_weekly_seller_ranking": f"select revenue from reports.seller_ranking({days})",
        "periods": f"select revenue from reports.weekly_summary({days})",
    }.items():
        rows = rows_of(client.get(f"/app/tables/{name}.csv?{DAYS}"))
        told = sorted(Decimal(row["revenue"]) for row in rows)
        assert told == sorted(row[0] for row in built.query(sql)), name


def test_customers_of_days_add_up_and_compare(browser: Browser, built: Warehouse) -> None:
    client = browser()
    rows = rows_of(
        client.get("/app/tables/customers.csv?start_date=2026-05-18&end_date=2026-06-14")
    )
    sums = built.query(
        "select currency, sum(revenue), count(distinct dim_customer.customer_durable_key) "
        "from marts.fact_sales_line as line inner join marts.dim_customer using (customer_key) "
        "inner join marts.dim_date on line.sale_date_key = dim_date.date_key "
        "where full_date between date '2026-05-18' and date '2026-06-14' group by currency"
    )
    for currency, revenue, count in sums:
        told = [Decimal(row["revenue"]) for row in rows if row["currency"] == currency]
        assert (sum(told), len(told)) == (revenue, count)


def test_each_grain_adds_up_to_the_days(browser: Browser, built: Warehouse) -> None:
    client = browser()
    (total,) = built.query(
        "select sum(revenue) from reports.sales_summary(date '2026-03-04', date '2026-06-14')"
    )
    for grain in ("day", "week", "month", "quarter", "year", "fiscal_quarter"):
        rows = rows_of(
            client.get(
                f"/app/tables/periods.csv?start_date=2026-03-04&end_date=2026-06-14&grain={grain}"
            )
        )
        assert sum(Decimal(row["revenue"]) for row in rows) == total[0]
        if grain == "week":
            # The days cut its beginning off.
            assert [row["is_complete"] for row in rows][:2] == ["false", "true"]
        if grain == "year":
            assert {row["is_complete"] for row in rows} == {"false"}


def test_the_bridge_leads_from_the_days_before_to_the_days(built: Warehouse) -> None:
    weeks = built.query(
        "select week_start_date, currency, previous_week_revenue, volume_effect, mix_effect, "
        "price_effect, new_product_effect, lost_product_effect, other_effect, revenue "
        "from reports.rpt_revenue_bridge where revenue <> 0 or previous_week_revenue <> 0 "
        "order by week_start_date desc, currency limit 6"
    )
    assert weeks
    for start, *week in weeks:
        told = built.query(
            "select * from reports.revenue_bridge(cast(:start as date), cast(:start as date) + 6) "
            "where currency = :currency",
            start=start,
            currency=week[0],
        )
        assert told == [tuple(week)]


def test_filters_stay_in_the_address(browser: Browser, built: Warehouse) -> None:
    client = browser()
    region, city = built.query(
        "select region, city from reports.rpt_weekly_region_store "
        "where place_level = 'store' and region is not null and city <> 'Unknown' "
        "order by 1, 2 limit 1"
    )[0]
    page = client.get("/app/sales", params={"start_date": "2026-03-02", "end_date": "2026-06-14"})
    (to_region,) = {
        link
        for link in links(page)
        if parse_qs(urlsplit(link).query).get("region") == [region]
        and urlsplit(link).path == "/app/sales"
    }
    assert parse_qs(urlsplit(to_region).query)["start_date"] == ["2026-03-02"]
    of_region = client.get(to_region)
    for link in links(of_region):
        if urlsplit(link).path in [f"/app/{page}" for page in PAGES] and "region" not in link:
            # Only what takes the filter away is without it.
            assert f'href="{link}"'.replace("&", "&amp;") in of_region.text
    assert all(
        parse_qs(urlsplit(link).query).get("region") == [region]
        for link in links(of_region)
        if urlsplit(link).path in ("/app/customers", "/app/products", "/app/lines")
    )
    to_city = next(
        link for link in links(of_region) if parse_qs(urlsplit(link).query).get("city") == [city]
    )
    stores = rows_of(client.get(to_city.replace("/sales?", "/tables/places.csv?")))
    (revenue,) = built.query(
        "select sum(revenue) from reports.sales_lines(date '2026-03-02', date '2026-06-14', "
        "for_region => :region, for_city => :city)",
        region=region,
        city=city,
    )
    assert sum(Decimal(row["revenue"]) for row in stores) == revenue[0]


def test_a_figure_leads_to_its_lines_and_each_to_its_row(
    browser: Browser, built: Warehouse
) -> None:
    client = browser()
    asked = "start_date=2026-06-08&end_date=2026-06-14&currency=EUR"
    seen: list[str] = []
    following = f"/app/lines?{asked}"
    while following:
        page = client.get(following)
        seen += re.findall(r'href="/app/lines/(-?[0-9]+)"', page.text)
        following = next((link for link in links(page) if "cursor=" in link), "")
    expected = built.query(
        "select sales_line_key, source_file, source_sheet, source_row_number "
        "from reports.sales_lines(date '2026-06-08', date '2026-06-14', for_currency => 'EUR')"
    )
    assert sorted(map(int, seen)) == sorted(row[0] for row in expected)
    for key, file, sheet, row in expected[:3]:
        said = text_of(client.get(f"/app/lines/{key}"))
        assert f"File {file}" in said
        assert sheet is None or f"Sheet {sheet}" in said
        assert f"Row {row}" in said
        _, number, _, headers = built.query(
            "select delivered.*, parts.headers from (select _file_version_id, line_total, "
            "_file_part_number from raw.sales_lines where _source_row_number = :row and "
            "_file_version_id = (select file_version_id from reports.sales_lines("
            "date '2026-06-08', date '2026-06-14') where sales_line_key = :key)) as delivered "
            "inner join raw.file_parts as parts on parts.file_version_id = _file_version_id and "
            "parts.file_part_number = _file_part_number",
            row=row,
            key=key,
        )[0]
        (header,) = json.loads(headers)["line_total"]
        assert f"{header} line_total {number} " in said
    assert client.get("/app/lines/123").status_code == 404


# ------------------------------------------------------------------------ what can be taken along


def test_tables_open_in_excel_with_the_same_figures(browser: Browser) -> None:
    client = browser()
    for name in ("categories", "places", "customers", "rpt_product_pareto", "rules"):
        rows = rows_of(client.get(f"/app/tables/{name}.csv?{DAYS}"))
        answer = client.get(f"/app/tables/{name}.xlsx?{DAYS}")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        assert sheet.max_row - 1 == len(rows) > 0
        assert "attachment" in answer.headers["content-disposition"]
    assert client.get("/app/tables/nothing.csv").status_code == 404
    assert client.get("/app/tables/places.exe").status_code == 404


def test_the_pack_is_of_the_days_and_filters(browser: Browser, built: Warehouse) -> None:
    client = browser()
    asked = "start_date=2026-06-08&end_date=2026-06-14&region=South"
    (revenue,) = built.query(
        "select revenue from reports.sales_summary(date '2026-06-08', date '2026-06-14', "
        "for_region => 'South') where currency = 'EUR'"
    )
    pdf = pypdf.PdfReader(io.BytesIO(client.get(f"/app/pack.pdf?{asked}").content))
    said = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)
    assert f"{revenue[0]:,.2f}" in said
    assert "region South" in said
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/app/pack.xlsx?{asked}").content))
    values = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any(
        isinstance(value, int | float) and abs(value - float(revenue[0])) < 0.005
        for value in values
    )


@pytest.mark.parametrize(
    "query",
    ["start_date=2026-13-01&end_date=2026-13-02", "start_date=2026-06-02", "grain=hour", "x=1"],
)
def test_what_cannot_be_asked_is_said(browser: Browser, query: str) -> None:
    answer = browser().get(f"/app/sales?{query}")
    assert answer.status_code == 422
    assert "<h1>Invalid parameter</h1>" in answer.text
