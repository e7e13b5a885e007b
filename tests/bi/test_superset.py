"""Superset, really run, with Chromium in front of it: `make test-bi`."""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import openpyxl
import pytest

from bi.dashboards import Chart, read_dashboards
from bi.datasets import Described, sql_of
from tests.bi.conftest import PASSWORD, PATIENCE, Superset
from tests.conftest import Warehouse
from warehouse.connection import warehouse_url
from warehouse.published import published_path

pytestmark = pytest.mark.bi

DASHBOARDS = read_dashboards()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CENT = Decimal("0.01")


@dataclass
class Pages:
    """The dashboards of a warehouse, in a browser.

    Attributes:
        warehouse: what they show.
        inbox: the workbooks that it was loaded from.
        home: what Superset keeps.
        page: the browser's page (of Playwright).
        root: where Superset is.
        left: requests to other machines that the browser made, or did not make but wanted to.
        stopped: those of them that the page's own policy stopped.
    """

    warehouse: Warehouse
    inbox: Path
    home: Path
    page: Any
    root: str
    left: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def open(self, dashboard: str, days: str = "") -> None:
        """Open a dashboard, of all days or a span of them, and wait until it shows its charts."""
        address = f"{self.root}/superset/dashboard/{dashboard}/"
        if days:
            chosen = (
                f"(NATIVE_FILTER-days:(extraFormData:(time_range:'{days}'),"
                f"filterState:(value:'{days}'),id:NATIVE_FILTER-days,ownState:()))"
            )
            address += f"?native_filters={quote(chosen)}"
        self.page.goto(address)
        self.page.locator("[data-test-chart-name]").first.wait_for()
        self.settle()

    def settle(self) -> None:
        """Wait until no chart waits for its figures."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function(
            "() => !document.querySelector('[data-test=\"loading-indicator\"]')"
            " && !document.body.innerText.includes('Waiting on')"
        )

    def choose(self, name: str, value: str) -> None:
        """Choose a value of a filter, and apply it."""
        box = self.page.get_by_role("combobox", name=name)
        box.click()
        box.fill(value)
        self.page.get_by_role("option", name=value).first.wait_for(state="attached")
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Escape")
        self.page.get_by_role("button", name="Apply filters").click()
        self.settle()

    def chart(self, title: str) -> Any:
        """Return a chart, by its title."""
        return self.page.locator(f'[data-test-chart-name="{title}"]')

    def figure(self, title: str) -> Decimal:
        """Return the figure of a chart that shows one."""
        *_, text = self.chart(title).inner_text().split("\n")
        return number(text)

    def rows(self, title: str) -> list[list[str]]:
        """Return the rows of a table, without its head."""
        return cells(self.chart(title))

    def menu(self, title: str, value: str, entry: str) -> None:
        """Click a value of a table with the right button, and go to an entry of its menu."""
        cell = self.chart(title).locator("td").get_by_text(value, exact=True)
        cell.click(button="right")
        self.page.wait_for_timeout(500)  # it moves, and does not know whom it moves away from
        entries = self.page.get_by_role("menuitem", name=re.compile(f"^{entry}"))
        entries.filter(visible=True).first.hover()

    def dialog(self) -> Any:
        """Return the window that has opened, with its table."""
        dialog = self.page.get_by_role("dialog").last
        dialog.locator("td, .virtual-table-cell").first.wait_for()
        self.settle()
        return dialog

    def close_dialog(self) -> None:
        """Close the window."""
        self.page.get_by_role("dialog").last.get_by_role("button", name="Close").last.click()
        self.page.get_by_role("dialog").last.wait_for(state="hidden")


def cells(element: Any) -> list[list[str]]:
    """Return the rows of the table in a part of a page, without its head."""
    found: list[list[str]] = element.evaluate(
        "element => [...element.querySelectorAll('tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return [row for row in found if any(row)]


def cells_in_sight(dialog: Any) -> list[list[str]]:
    """Return the rows and columns that are in sight of a table which draws no others."""
    found: list[list[str]] = dialog.evaluate(
        "dialog => { const rows = {};"
        " for (const cell of dialog.querySelectorAll('.virtual-table-cell'))"
        "  (rows[cell.style.top] ??= []).push(cell.innerText.trim());"
        " return Object.values(rows); }"
    )
    return found


def number(text: str) -> Decimal:
    """Read a figure as it is written: 1,234.50, -3 or 46.4%."""
    plain = text.strip().replace(",", "").replace("\N{MINUS SIGN}", "-")
    return Decimal(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)


@pytest.fixture(scope="module")
def pages(published: Warehouse, inbox: Path, superset: Superset) -> Iterator[Pages]:
    """Superset, with somebody logged in."""
    with in_chromium(superset.root) as (page, left, stopped):
        yield Pages(published, inbox, superset.home, page, superset.root, left, stopped)


@contextmanager
def in_chromium(root: str) -> Iterator[tuple[Any, list[str], list[str]]]:
    from playwright.sync_api import sync_playwright

    quiet = ("background-networking", "component-update", "sync", "gpu")
    left: list[str] = []
    stopped: list[str] = []

    def note(request: Any) -> None:
        if not request.url.startswith((f"{root}/", "data:", "blob:")):
            left.append(request.url)

    def note_failure(request: Any) -> None:
        if request.failure == "csp":
            stopped.append(request.url)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)],
        )
        # High enough for all of a dashboard, as charts are drawn when they come into sight.
        context = browser.new_context(viewport={"width": 1440, "height": 2600})
        context.set_default_timeout(1000 * PATIENCE)
        context.on("request", note)
        context.on("requestfailed", note_failure)
        page = context.new_page()
        page.goto(f"{root}/login/")
        page.wait_for_load_state("networkidle")
        page.locator("input[type=text]").fill("admin")
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("button[type=submit]").click()
        page.wait_for_url("**/welcome/**", wait_until="commit")
        yield page, left, stopped
        browser.close()


def test_what_is_imported_again_is_there_once(pages: Pages) -> None:
    with sqlite3.connect(pages.home / "superset.db") as kept:
        counts = {
            table: kept.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("dbs", "tables", "slices", "dashboards", "ab_user")
        }
    charts = [chart for each in DASHBOARDS.dashboards.values() for chart in each.charts]
    assert counts == {
        "dbs": 1,
        "tables": len(DASHBOARDS.datasets),
        "slices": len(charts),
        "dashboards": len(DASHBOARDS.dashboards),
        "ab_user": 1,
    }


def test_a_week_leads_to_region_store_and_the_rows_of_workbooks(pages: Pages) -> None:
    warehouse = pages.warehouse
    ((week, revenue, orders, average, margin),) = warehouse.query(
        "select iso_week, revenue, order_count, average_order_value, margin_share "
        "from reports.rpt_weekly_summary where is_week_complete order by 1 desc limit 1"
    )
    pages.open("sales-overview")
    pages.choose("Week", week)
    assert pages.figure("Revenue") == revenue.quantize(CENT)
    assert pages.figure("Orders") == orders
    assert pages.figure("Average order value") == average.quantize(CENT, ROUND_HALF_UP)
    assert pages.figure("Margin") == margin.quantize(Decimal("0.001"), ROUND_HALF_UP)

    def places(level: str, column: str, region: str = "%") -> dict[str, tuple[Decimal, int]]:
        rows = warehouse.query(
            f"select {column}, revenue, order_count from reports.rpt_weekly_region_store "
            "where iso_week = :week and place_level = :level and region like :region",
            **{"week": week, "level": level, "region": region},
        )
        return {name: (amount.quantize(CENT), count) for name, amount, count in rows}

    def shown(rows: list[list[str]]) -> dict[str, tuple[Decimal, int]]:
        return {name: (number(amount), int(number(count))) for name, amount, count, *_ in rows}

    regions = places("region", "region")
    assert shown(pages.rows("Revenue by region")) == regions
    assert shown(pages.rows("Revenue by store")) == places("store", "store_name")

    region = next(name for name in sorted(regions) if len(places("store", "store_name", name)) > 1)
    pages.menu("Revenue by region", region, "Drill by")
    columns = pages.page.locator('[data-test="drill-by-submenu"]')
    # Without the mouse, on whose way there the menu may close.
    columns.get_by_text("Store name", exact=True).dispatch_event("click")
    stores = cells(pages.dialog())
    assert shown(stores) == places("store", "store_name", region)
    pages.close_dialog()

    lines = {
        (order, file, sheet, str(row)): amount
        for order, file, sheet, row, amount in warehouse.query(
            "select order_id, source_file, source_sheet, source_row_number, revenue "
            "from reports.sales_lines('1900-01-01', '9999-12-31', for_region => :region) as line "
            "inner join marts.dim_date on line.sale_date_key = dim_date.date_key "
            "where dim_date.iso_week = :week",
            **{"week": week, "region": region},
        )
    }
    pages.menu("Revenue by region", region, "Drill to detail by")
    values = pages.page.get_by_role("menuitem", name=re.compile(f"{region}$"))
    values.filter(visible=True).dispatch_event("click")
    dialog = pages.dialog()
    assert f"{len(lines)} rows" in dialog.inner_text()
    in_sight = cells_in_sight(dialog)
    assert in_sight
    for _, order, amount, file, sheet, row, *_ in in_sight:
        assert number(amount) == lines[order, file, sheet, row]
    pages.close_dialog()

    pages.chart("Revenue by region").locator("td").get_by_text(region, exact=True).click()
    pages.settle()
    assert pages.figure("Revenue") == regions[region][0]
    of_region = pages.rows("Lines, with file, sheet and row")
    assert len(of_region) == min(20, len(lines))
    for _, order, *_, amount, _, file, sheet, row in of_region:
        assert number(amount) == lines[order, file, sheet, row].quantize(CENT)
    _, order, *_, file, sheet, row = of_region[0]
    workbook = openpyxl.load_workbook(pages.inbox / file, read_only=True)[sheet]
    assert order in [cell.value for cell in workbook[int(row)]]


def test_days_are_those_of_the_report(pages: Pages) -> None:
    ((first, revenue),) = pages.warehouse.query(
        "select week_start_date, revenue from reports.rpt_weekly_summary "
        "where is_week_complete order by 1 desc limit 1"
    )
    after = date.fromordinal(first.toordinal() + 7)
    pages.open("sales-overview", f"{first} : {after}")
    assert pages.figure("Revenue") == revenue.quantize(CENT)


@pytest.mark.parametrize("slug", DASHBOARDS.dashboards)
def test_every_chart_shows_the_figures_of_the_warehouse(pages: Pages, slug: str) -> None:
    manifest = pages.warehouse.manifest().writable_manifest().to_dict(omit_none=False)
    described = Described(manifest)
    pages.open(slug)

    def asked(chart: Chart) -> list[tuple[Any, ...]]:
        dataset = DASHBOARDS.datasets[chart.dataset]
        rows = f"({sql_of(dataset)})" if dataset.source else f"reports.{dataset.model}"
        figures = {figure.name: figure.expression for figure in described.figures(dataset)}
        by = ", ".join(chart.by)
        metrics = ", ".join(f"cast({figures[name]} as decimal(38, 12))" for name in chart.metrics)
        return pages.warehouse.query(
            f"select {by + ', ' if by else ''}{metrics} from {rows} as rows_of_chart "
            f"{'group by ' + by if by else ''}"
        )

    for chart in DASHBOARDS.dashboards[slug].charts:
        text = pages.chart(chart.title).inner_text()
        assert not re.search("error|no results|no data|unable|invalid", text, re.IGNORECASE), text
        if chart.kind == "number":
            ((figure,),) = asked(chart)
            *_, shown = text.split("\n")
            assert number(shown) == figure_as_shown(figure, shown), chart.title
        elif chart.kind == "table":
            known = {row[: len(chart.by)]: row[len(chart.by) :] for row in asked(chart)}
            rows = pages.rows(chart.title)
            assert len(rows) == len(known), chart.title
            for row in rows:
                names = tuple(None if name == "N/A" else name for name in row[: len(chart.by)])
                for cell, figure in zip(row[len(chart.by) :], known[names], strict=True):
                    if cell != "N/A":
                        assert number(cell) == figure_as_shown(figure, cell), (chart.title, row)
        elif chart.kind != "lines":
            assert pages.chart(chart.title).locator("canvas").count(), chart.title


def figure_as_shown(figure: Decimal, shown: str) -> Decimal:
    """Round a figure to the digits that are shown of it."""
    digits = len(shown.rstrip("%").partition(".")[2]) + 2 * shown.endswith("%")
    return figure.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def test_no_request_leaves_the_machine(pages: Pages) -> None:
    pages.open("sales-overview")
    # Superset's own count of who opens its pages is asked for, and stopped before it leaves.
    assert set(pages.left) == set(pages.stopped)
    assert all("scarf.sh" in address for address in pages.left)


# The last of all files' tests, as the copy is another one afterwards.
def test_what_is_built_next_shows_at_once(pages: Pages) -> None:
    if pages.warehouse.engine != "duckdb":
        pytest.skip("DuckDB only: there another file takes the place of the one that is open")
    pages.open("sales-overview")
    before = pages.figure("Orders")
    copy = published_path(str(warehouse_url(pages.warehouse.url).database))
    following = copy.with_suffix(".next")
    shutil.copy(copy, following)
    following.chmod(0o600)
    with duckdb.connect(following) as connection:
        order = "(select min(order_id) from marts.fact_sales_line)"
        connection.execute(f"delete from marts.fact_sales_line where order_id = {order}")
    os.replace(following, copy)
    pages.open("sales-overview")
    assert pages.figure("Orders") == before - 1
