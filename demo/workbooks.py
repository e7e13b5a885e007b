"""Writes the workbooks of the demo.

The folder has a sales workbook for every ISO week, an extract of all customers for every month,
the master data and the sales targets. They load without a layout.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from xlsxwriter import Workbook

from demo.catalogue import (
    CARRIERS,
    COMPANY,
    LEAVER,
    SELLERS,
    STORES,
)
from demo.company import (
    MINIMUM_LINES,
    Business,
    Customer,
    Line,
    Week,
    invent,
    monday,
    month_end,
    month_ends,
    months_before,
    place_of,
    plant,
    sales_lines,
    weeks_of,
)

LINES_A_PROCESS = 50_000
"""Lines that are worth starting another process for."""

LARGE_SHEET = 100_000
"""Rows that are no longer kept in memory while they are written (about 2 KiB each)."""

EXCEL_ROWS = 1_048_576

ROWS_ABOVE_SALES = 3  # title, blank, header

Cell = str | int | float | bool | date | datetime | None

SALES = (
    *("Order Date", "Order ID", "Line Number", "Product ID", "Product Name"),
    *("Customer ID", "Seller ID", "Store ID", "Carrier ID"),
    *("Unit Price", "Units", "Discount Rate", "Line Total", "Currency"),
)

CUSTOMERS = (
    *("Customer ID", "Customer Name", "Email", "Loyalty Tier", "Customer Segment"),
    *("City", "Region", "Country", "Updated At"),
)

MASTER_DATA = {
    "Products": (
        *("Product ID", "Product Name", "Category", "Subcategory", "Brand"),
        *("List Price", "Standard Cost"),
    ),
    "Sellers": ("Seller ID", "Seller Name", "Team", "Active"),
    "Stores": ("Store ID", "Store Name", "City", "Region", "Country"),
    "Shipping companies": ("Shipping Company ID", "Shipping Company Name"),
}

TARGETS = ("Month", "Seller ID", "Target Amount")

MONEY = "#,##0.00"

NUMBER_FORMATS = {
    "Order Date": "yyyy-mm-dd hh:mm",
    "Updated At": "yyyy-mm-dd",
    "Month": "mmm yyyy",
    "Discount Rate": "0%",
    **dict.fromkeys(("Unit Price", "Line Total", "List Price"), MONEY),
    **dict.fromkeys(("Standard Cost", "Target Amount"), MONEY),
}

WIDE_COLUMNS = {  # characters
    "Order Date": 17,
    "Product Name": 27,
    "Customer Name": 26,
    "Email": 38,
    "Customer Segment": 16,
    "Subcategory": 15,
    "Seller Name": 18,
    "Team": 14,
    "Store Name": 24,
    "Shipping Company Name": 22,
}

OTHER_COLUMNS = 13

Sales = Mapping[tuple[date, str], int]
"""Cents, by first day of the month and seller."""


def write_demo(
    folder: Path,
    *,
    seed: int = 1,
    lines: int = 12_000,
    months: int = 18,
    end: date = date(2026, 11, 15),
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write the demo workbooks; the same arguments give the same bytes.

    Args:
        folder: is made if need be; files of the same names are overwritten.
        seed: another seed is another history of the same company.
        lines: sales lines in all, at least MINIMUM_LINES.
        months: how far back the sales go; the first week is whole.
        end: last day of sales; the last week is whole if it is a Sunday.
        progress: is called after every week with the sales lines written and those to write.

    Returns:
        The files written: master data, customers, sales, targets.

    Raises:
        ValueError: too few lines or months, or more lines than the sheet of a week can hold.
    """
    if lines < MINIMUM_LINES or months < 1:
        raise ValueError(f"A demo takes at least {MINIMUM_LINES} lines and 1 month.")
    rng = Random(seed)
    business = invent(rng, lines, monday(months_before(end, months)), end)
    weeks = weeks_of(rng, business, lines)
    if max(week.lines for week in weeks) > EXCEL_ROWS - ROWS_ABOVE_SALES:
        raise ValueError("A week has more lines than an Excel sheet has rows: take more months.")

    folder.mkdir(parents=True, exist_ok=True)
    paths = [_write_master_data(folder, business), *_write_customers(folder, business)]
    sales: Counter[tuple[date, str]] = Counter()
    done = 0
    written = _write_weeks(partial(_write_week, folder, business), weeks, lines)
    for week, (path, sales_of_week) in zip(weeks, written, strict=True):
        paths.append(path)
        sales.update(sales_of_week)
        done += week.lines
        if progress:
            progress(done, lines)
    return [*paths, _write_targets(folder, rng, business, sales)]


def _write_weeks(
    write: Callable[[Week], tuple[Path, Sales]], weeks: list[Week], lines: int
) -> Iterator[tuple[Path, Sales]]:
    """Write the weeks in their order, on all processors if that pays."""
    processes = min(os.cpu_count() or 1, lines // LINES_A_PROCESS)
    if processes < 2:
        yield from map(write, weeks)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(write, weeks)


def _write_week(folder: Path, business: Business, week: Week) -> tuple[Path, Sales]:
    year, number, _ = week.days[0][0].isocalendar()
    path = folder / f"Sales {year}-W{number:02}.xlsx"
    sales: Counter[tuple[date, str]] = Counter()

    def rows() -> Iterator[Sequence[Cell]]:
        for position, line in enumerate(sales_lines(business, week)):
            if isinstance(line.sold_at, datetime):
                sales[line.sold_at.date().replace(day=1), line.seller_id] += line.total
            fault = week.faults.get(position)
            yield _sales_row(plant(fault, line) if fault else line)

    with _workbook(path, week.days[-1][0], large=week.lines > LARGE_SHEET) as workbook:
        title = f"Weekly sales, week {number} of {year}"
        _write_sheet(workbook, "Sales", SALES, rows(), title)
    return path, sales


def _sales_row(line: Line) -> Sequence[Cell]:
    *texts, unit_price, units, discount, total = line
    return (*texts, unit_price / 100, units, discount / 100, total / 100, "EUR")


def _write_customers(folder: Path, business: Business) -> Iterator[Path]:
    for day in month_ends(business.start, business.end):
        path = folder / f"Customers {day:%Y-%m}.xlsx"
        known = [*business.customers, *business.counters.values()]
        rows = (_customer_row(each, day) for each in known if each.joined <= day)
        with _workbook(path, day) as workbook:
            _write_sheet(workbook, "Customers", CUSTOMERS, rows)
        yield path


def _customer_row(customer: Customer, day: date) -> Sequence[Cell]:
    """Return the customer as known on a day."""
    since, tier, place = [state for state in customer.states if state.since <= day][-1]
    who = (customer.customer_id, customer.name, customer.email)
    return (*who, tier, customer.segment, *place, since)


def _write_master_data(folder: Path, business: Business) -> Path:
    path = folder / "Master data.xlsx"
    rows: dict[str, Iterable[Sequence[Cell]]] = {
        "Products": (
            (*product[:5], product.prices[0] / 100, product.cost / 100)
            for product in business.products
        ),
        "Sellers": (
            (seller.seller_id, seller.name, seller.team, seller.seller_id != LEAVER)
            for seller in SELLERS
        ),
        "Stores": ((store.store_id, store.name, *place_of(store)) for store in STORES),
        "Shipping companies": ((carrier.carrier_id, carrier.name) for carrier in CARRIERS),
    }
    with _workbook(path, business.end) as workbook:
        for name, headers in MASTER_DATA.items():
            _write_sheet(workbook, name, headers, rows[name])
    return path


def _write_targets(folder: Path, rng: Random, business: Business, sales: Sales) -> Path:
    """Set the targets around what was sold, as if for whole months, in steps of 500."""
    path = folder / "Sales targets.xlsx"
    rows = []
    for (month, seller_id), cents in sorted(sales.items()):
        last = month_end(month)
        sold = (min(last, business.end) - max(month, business.start)).days + 1
        whole_month = max(cents, 0) * last.day / sold
        steps = round(whole_month * rng.uniform(0.85, 1.2) / 50_000)
        rows.append((month, seller_id, max(steps, 1) * 500))
    with _workbook(path, business.end) as workbook:
        _write_sheet(workbook, "Targets", TARGETS, rows)
    return path


@contextmanager
def _workbook(path: Path, made_on: date, *, large: bool = False) -> Iterator[Any]:
    workbook = Workbook(path, {"constant_memory": large})
    created = datetime.combine(made_on, time(19))
    workbook.set_properties({"title": path.stem, "author": COMPANY, "created": created})
    yield workbook
    workbook.close()


def _write_sheet(
    workbook: Any,
    name: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    title: str | None = None,
) -> None:
    """Write a table with a frozen header, below a title and a blank row if there is a title."""
    sheet = workbook.add_worksheet(name)
    for position, header in enumerate(headers):
        style = NUMBER_FORMATS.get(header)
        cell_format = workbook.add_format({"num_format": style}) if style else None
        sheet.set_column(position, position, WIDE_COLUMNS.get(header, OTHER_COLUMNS), cell_format)
    top = 0
    if title:
        sheet.write(0, 0, title, workbook.add_format({"bold": True, "font_size": 14}))
        top = ROWS_ABOVE_SALES - 1
    bold = workbook.add_format(
        {"bold": True, "bg_color": "#DDE5DB", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
    )
    sheet.set_row(top, 30)
    sheet.write_row(top, 0, headers, bold)
    sheet.freeze_panes(top + 1, 0)
    for row, cells in enumerate(rows, top + 1):
        sheet.write_row(row, 0, cells)
