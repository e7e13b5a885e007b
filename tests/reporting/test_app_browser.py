"""The app in a browser: by mouse and keyboard, at any width, in the light and in the dark."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest

from tests.conftest import Warehouse
from tests.reporting.served import AUDITOR, Api, served
from tests.reporting.test_app import DAYS, PAGES
from tests.reporting.test_app import built as built

pytestmark = pytest.mark.app

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def api(built: Warehouse) -> Iterator[Api]:
    with served(built.url) as api:
        yield api


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="`make test-app` installs it")
    assert CHROMIUM, "There is no Chromium on this machine: install it, or name it in CHROMIUM."
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, api: Api) -> Iterator[Any]:
    """A page of whoever has signed in; nothing may leave, and nothing be refused."""
    context = chromium.new_context(base_url=api.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    left: list[str] = []
    complaints: list[str] = []
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((api.url, "data:")) else left.append(request.url)
        ),
    )
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )
    page.goto("/app/sales")
    page.get_by_label("Your key").fill(AUDITOR)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/app/sales"))
    yield page
    context.close()
    assert left == []
    assert complaints == []


def query(page: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def test_from_a_region_to_the_row_in_excel(page: Any, built: Warehouse, tmp_path: Path) -> None:
    page.goto(f"/app/sales?{DAYS}&currency=EUR")
    page.locator("summary").click()
    page.locator("#region").select_option("South")
    page.wait_for_url(re.compile("region=South"))
    # Charts are drawn, and names lead further.
    page.locator(".drawn svg").first.wait_for()
    city = page.locator(".block").filter(has=page.get_by_role("heading", name="Cities"))
    name = city.locator("tbody a").first.inner_text()
    city.locator("tbody a").first.click()
    page.wait_for_url(re.compile("city="))
    stores = page.locator(".block").filter(has=page.get_by_role("heading", name="Stores"))
    store = stores.locator("tbody th a").first.inner_text()
    stores.locator("tbody th a").first.click()
    page.wait_for_url(re.compile("store="))
    asked = query(page)
    assert (asked["region"], asked["city"], asked["store"]) == ("South", name, store)
    (sums,) = built.query(
        "select revenue, line_count from reports.sales_summary(date '2026-03-02', "
        "date '2026-06-14', for_region => 'South', for_store => :store, for_currency => 'EUR')",
        store=store,
    )
    assert f"{sums[0]:,.2f}" in page.locator(".headline .value").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Workbook", exact=True).click()
    file = tmp_path / "pack.xlsx"
    download.value.save_as(file)
    values = [
        cell
        for sheet in openpyxl.load_workbook(file)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    ]
    assert any(
        isinstance(value, int | float) and abs(value - float(sums[0])) < 0.005 for value in values
    )
    page.get_by_role("main").get_by_role("link", name="Lines").click()
    page.wait_for_url(re.compile("/app/lines"))
    page.locator("tbody th a").first.click()
    page.wait_for_url(re.compile("/app/lines/-?[0-9]+"))
    key = int(page.url.rsplit("/", 1)[1].split("?")[0])
    (origin,) = built.query(
        "select source_file, source_sheet, source_row_number from marts.fact_sales_line "
        "where sales_line_key = :key",
        key=key,
    )
    said = page.get_by_role("main").inner_text()
    assert all(str(part) in said for part in origin if part is not None)


def test_a_column_is_a_filter(page: Any) -> None:
    page.goto(f"/app/sales?{DAYS}&currency=EUR&grain=month")
    page.locator(".chart").first.locator(".mark-rect path").last.click()
    page.wait_for_url(re.compile("grain=day"))
    assert query(page)["start_date"][:7] == query(page)["end_date"][:7]
    assert query(page)["currency"] == "EUR"


@pytest.mark.parametrize("name", [*PAGES, "lines/KEY"])
def test_everybody_can_use_it(page: Any, built: Warehouse, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    key = built.one("select max(sales_line_key) from marts.fact_sales_line")
    for scheme, width in (("light", 1440), ("dark", 1440), ("light", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/app/{name.replace('KEY', str(key))}?{DAYS}")
        if page.locator(".drawn").count():
            page.locator(".drawn svg").first.wait_for()
        found = axe.run(page).response["violations"]
        serious = [
            (item["id"], [node["html"] for node in item["nodes"]][:3])
            for item in found
            if item["impact"] in ("serious", "critical")
        ]
        assert serious == [], (scheme, width)
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert beyond <= 0, (name, width)


def test_it_goes_by_keyboard_and_without_script(page: Any, chromium: Any, api: Api) -> None:
    page.goto(f"/app/sales?{DAYS}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    cookies = page.context.cookies()
    context = chromium.new_context(base_url=api.url, java_script_enabled=False)
    context.add_cookies(cookies)
    plain = context.new_page()
    plain.goto(f"/app/sales?{DAYS}")
    plain.get_by_role("link", name="Month to date").click()
    plain.get_by_role("button", name="Show").click()
    assert plain.locator("table").first.is_visible()
    context.close()
