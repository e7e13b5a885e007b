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

from demo.workbooks import write_demo
from tests.conftest import Warehouse
from tests.reporting.served import AUDITOR, LOADER, READER, Api, served
from tests.reporting.test_app import DAYS, DEMO, PAGES
from tests.reporting.test_app import built as built

pytestmark = pytest.mark.app

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


MINUTES = 60_000
"""In milliseconds: what takes a minute on a quiet machine may take ten on a busy one."""

OPEN = b"Order ID,Order Date,Product,Units,Unit Price,Currency\nQ1,2026-06-09,Tent,2,15.000,EUR\n"
"""A file that can be read in two ways."""


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inbox of the app, with the files that the warehouse was built from."""
    folder = tmp_path_factory.mktemp("app") / "inbox"
    write_demo(folder, **DEMO)
    (folder.parent / "layouts").mkdir()
    return folder


@pytest.fixture(scope="module")
def api(built: Warehouse, inbox: Path) -> Iterator[Api]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALES_DATA_FILE", str(inbox))
        patch.setenv("LAYOUTS_DIR", str(inbox.parent / "layouts"))
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
    sign_in(page, AUDITOR)
    yield page
    context.close()
    assert left == []
    assert complaints == []


def sign_in(page: Any, key: str) -> None:
    page.context.clear_cookies()
    page.goto("/app/sales")
    page.get_by_label("Your key").fill(key)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/app/sales"))


def grave(page: Any) -> list[tuple[str, list[str]]]:
    """Return what keeps people from using a page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    return [
        (item["id"], [node["html"] for node in item["nodes"]][:3])
        for item in axe.run(page).response["violations"]
        if item["impact"] in ("serious", "critical")
    ]


def numbers_of(page: Any, link: str, file: Path) -> list[float]:
    """Take a workbook along; return all numbers in it."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link, exact=True).click()
    download.value.save_as(file)
    return [
        float(cell)
        for sheet in openpyxl.load_workbook(file)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, int | float)
    ]


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
    values = numbers_of(page, "Workbook", tmp_path / "pack.xlsx")
    assert any(abs(value - float(sums[0])) < 0.005 for value in values)
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
    key = built.one("select max(sales_line_key) from marts.fact_sales_line")
    for scheme, width in (("light", 1440), ("dark", 1440), ("light", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/app/{name.replace('KEY', str(key))}?{DAYS}")
        if page.locator(".drawn").count():
            page.locator(".drawn svg").first.wait_for()
        assert grave(page) == [], (scheme, width)
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


# ------------------------------------------------------------------ from a file to the figure


def correct(workbook: Path) -> tuple[int, float, float]:
    """Sell two units more on the first line; return its row, and its total before and since."""
    book = openpyxl.load_workbook(workbook)
    sheet: Any = book.active
    columns = {cell.value: cell.column for cell in sheet[3]}
    row = next(
        row
        for row in range(4, sheet.max_row + 1)
        if sheet.cell(row, columns["Discount Rate"]).value == 0
    )
    price, units, total = (
        sheet.cell(row, columns[name]) for name in ("Unit Price", "Units", "Line Total")
    )
    before = float(total.value)
    units.value += 2
    total.value = round(price.value * units.value, 2)
    book.save(workbook)
    return row, before, float(total.value)


def test_who_may_not_deliver_is_told(chromium: Any, api: Api) -> None:
    context = chromium.new_context(base_url=api.url)
    page = context.new_page()
    sign_in(page, READER)
    assert page.get_by_role("link", name="Deliver").count() == 0
    for path in ("deliver", "files", "answer"):
        page.goto(f"/app/{path}")
        assert "role loader" in page.get_by_role("main").inner_text()
    context.close()


def test_from_a_dropped_file_to_its_row_and_a_published_week(
    page: Any, built: Warehouse, inbox: Path, tmp_path: Path
) -> None:
    """The last one, as it changes the warehouse."""
    name = "Sales 2026-W24.xlsx"
    shutil.copy(inbox / name, tmp_path / name)
    row, before, after = correct(tmp_path / name)
    (tmp_path / "open.csv").write_bytes(OPEN)
    of_week = "reports.sales_summary(date '2026-06-08', date '2026-06-14') where currency = 'EUR'"
    revenue = float(built.one(f"select revenue from {of_week}"))

    sign_in(page, LOADER)
    page.get_by_role("link", name="Deliver").click()
    page.get_by_label("Drop workbooks").set_input_files([tmp_path / name, tmp_path / "open.csv"])
    page.get_by_role("button", name="Read them").click()
    page.get_by_role("button", name="Load 1 file of 2").wait_for(timeout=10 * MINUTES)
    main = page.get_by_role("main")
    assert f"{name} in the inbox is replaced" in main.inner_text()
    assert "0 added, 0 removed, 1 changed" in main.inner_text()
    assert grave(page) == []
    page.locator("form", has=page.locator("input[value='--decimal .']")).get_by_role(
        "button"
    ).click()
    page.get_by_role("button", name="Load 2 files").wait_for(timeout=10 * MINUTES)
    weeks = page.locator("section", has=page.get_by_role("heading", name="Revenue before and"))
    # Files may be loaded before it is known what that would change.
    weeks.wait_for(timeout=10 * MINUTES)
    told = weeks.locator("tr", has_text="2026-W24").filter(has_text="EUR").inner_text().split()
    change = after - before + 30
    assert told[-3:] == [f"{amount:,.2f}" for amount in (revenue, revenue + change, change)]
    assert float(built.one(f"select revenue from {of_week}")) == revenue

    page.get_by_role("button", name="Load 2 files").click()
    page.get_by_role("heading", name="The figures have it").wait_for(timeout=20 * MINUTES)
    assert (inbox / "open.csv").read_bytes() == OPEN
    page.goto("/app/sales?start_date=2026-06-08&end_date=2026-06-14&currency=EUR")
    assert f"{revenue + change:,.2f}" in page.locator(".headline .value").first.inner_text()
    values = numbers_of(page, "Workbook", tmp_path / "pack.xlsx")
    assert any(abs(value - revenue - change) < 0.005 for value in values)

    key = built.one(
        "select sales_line_key from marts.fact_sales_line "
        "where source_file = :name and source_row_number = :row",
        name=name,
        row=row,
    )
    page.get_by_role("main").get_by_role("link", name="Lines").click()
    page.locator(f"tbody th a[href$='/{key}']").click()
    page.get_by_role("heading", name="As it was delivered").wait_for()
    said = main.inner_text()
    assert name in said
    assert f"{after:g}" in page.locator("dt:has-text('Line Total') + dd").inner_text()
    sheet = openpyxl.load_workbook(inbox / name).active
    assert sheet is not None
    assert after in [cell.value for cell in sheet[row]]

    # Given away, and changed since.
    page.goto("/app/answer")
    assert grave(page) == []
    page.locator("#week").select_option("2026-W24")
    page.get_by_role("button", name="Publish", exact=True).click()
    published = page.locator("summary", has_text="Publishing 2026-W24")
    published.wait_for(timeout=10 * MINUTES)
    assert "done" in published.inner_text()
    page.goto("/app/files")
    assert grave(page) == []
    page.locator("tr", has_text="open.csv").get_by_role("button", name="Withdraw").click()
    withdrawn = page.locator("summary", has_text="Taking out version")
    withdrawn.wait_for(timeout=20 * MINUTES)
    assert "done" in withdrawn.inner_text()
    page.goto("/app/sales?start_date=2026-06-08&end_date=2026-06-14&currency=EUR")
    assert f"{revenue + change - 30:,.2f}" in page.locator(".headline .value").first.inner_text()
    assert "2026-W24, edition 1, changed since" in main.inner_text()
    assert page.get_by_role("heading", name="Changed since published").is_visible()
