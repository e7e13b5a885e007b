"""Writes the empty workbook for a layout, in which what a load would refuse cannot be typed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from loader.contracts import ENTITIES
from loader.layout_keys import Calculated, Constant, Join, SkipRows
from loader.layouts import Layout, LayoutFile
from loader.raw_tables import ENTITY_TABLES, FILE_VERSIONS
from warehouse.printing import printable

ROWS = 5_000
"""Rows that are ready to be filled."""

MOST_CHOICES = 20_000
"""More values than these make no list."""

LISTS = "Lists"
"""The hidden sheet of the values to choose from."""

FIRST_DAY = date(2000, 1, 1)

_CHOSEN = {
    # our column -> the master data that list it, and whether a new value may be typed
    "seller_id": ("sellers", False),
    "seller_name": ("sellers", False),
    "store_id": ("stores", False),
    "store_name": ("stores", False),
    "shipping_company_id": ("shipping_companies", False),
    "shipping_company_name": ("shipping_companies", False),
    "product_id": ("products", True),
    "product_name": ("products", True),
    "category": ("products", True),
    "currency": ("sales_lines", True),
}

_EXAMPLES: dict[str, Any] = {
    "order_id": "A-1001",
    "line_number": 1,
    "product_id": "P-100",
    "product_name": "Tea, black",
    "category": "Drinks",
    "customer_id": "C-17",
    "customer_name": "Larch & Co",
    "seller_id": "E01",
    "seller_name": "Ada Lindt",
    "store_id": "S1",
    "store_name": "Main Street",
    "city": "Leeds",
    "region": "North",
    "country": "United Kingdom",
    "unit_price": 3.5,
    "units": 2,
    "discount_amount": 0,
    "discount_rate": 0.05,
    "line_total": 7,
    "currency": "EUR",
    "email": "ada@example.com",
    "is_active": "yes",
}

_MONEY, _DAY, _TEXT = "#,##0.00", "yyyy-mm-dd", "@"

Lists = dict[str, list[str]]


def write_template(layouts: LayoutFile, path: Path, connection: Connection | None) -> None:
    """Write the workbook, a sheet for each document of a layout.

    Args:
        layouts: the layout.
        path: of the workbook; one that is there is replaced.
        connection: to a warehouse, whose values are to choose from; None if there is none.
    """
    lists = _Lists(connection)
    with Workbook(path, {"default_date_format": _DAY}) as workbook:
        workbook.set_properties({"title": f"Template for {layouts.name}"})
        used: set[str] = set()
        for layout in layouts.layouts:
            name = _sheet_name(layout, used)
            used.add(name)
            _write_sheet(workbook, workbook.add_worksheet(name), layout, lists)
        lists.write(workbook)


def _sheet_name(layout: Layout, used: set[str]) -> str:
    plain = next((name for name in layout.sheets if not set(name) & set("*?[]")), "")
    name = (plain or layout.entity.replace("_", " ").capitalize())[:31]
    number = 2
    while name in used:
        name = f"{name[:28]} {number}"
        number += 1
    return name


def _fields(layout: Layout) -> Iterator[tuple[str, str]]:
    """Yield each heading with our column, if it has one; one that is read twice comes once."""
    seen = set()
    for name, column in _named(layout):
        if name not in seen:
            seen.add(name)
            yield name, column


def _named(layout: Layout) -> Iterator[tuple[str, str]]:
    for column, source in layout.columns.items():
        if isinstance(source, Join):
            yield from ((name, "") for name in source.join)
        elif isinstance(source, Calculated):
            yield from ((name, "") for name in source.names)
        elif not isinstance(source, Constant):
            yield source[0], column
    across = layout.unpivot
    if across is not None:
        yield from ((name, across.values) for name in across.columns if not set(name) & set("*?"))
    # A load looks for these, too.
    asked = [*(layout.keep_rows_where or {}), *layout.fill_down]
    if isinstance(layout.skip_rows_where, SkipRows):
        asked.append(layout.skip_rows_where.column)
    yield from ((name, "") for name in asked if name not in layout.columns)


def _write_sheet(workbook: Any, sheet: Any, layout: Layout, lists: "_Lists") -> None:
    fields = list(_fields(layout))
    head = layout.header[-1] - 1 if isinstance(layout.header, list) else 3
    shaded = {"bg_color": "#DDE5DB", "bottom": 1, "valign": "vcenter", "text_wrap": True}
    bold = workbook.add_format({"bold": True, **shaded})
    needed = workbook.add_format({"bold": True, **shaded, "font_color": "#7A1F1F"})
    required = {
        column
        for item in layout.contract.required
        for column in (item if isinstance(item, list) else [item])
    }
    if head >= 3:
        grey = workbook.add_format({"italic": True, "font_color": "#707070"})
        sheet.write(
            0, 0, "One line a row, below the headings; those in red are needed. For example:", grey
        )
    for position, (name, column) in enumerate(fields):
        kind = _kind(layout, column)
        form = _number_format(column, kind)
        example = _example(column, kind, lists)
        width = max(13, min(max(len(name), len(str(example))) + 2, 40))
        sheet.set_column(
            position,
            position,
            width,
            workbook.add_format({"num_format": form}) if form else None,
        )
        if head >= 3:
            style = {"italic": True, "font_color": "#707070", "align": "left"}
            cell = workbook.add_format({**style, "num_format": form} if form else style)
            _write_cell(sheet, head - 2, position, example, cell)
        sheet.write_string(head, position, name, needed if column in required else bold)
        rule = _rule(column, kind, lists)
        if rule:
            shown = example.isoformat() if isinstance(example, date) else f"{example}"
            message = {
                "input_title": printable(name)[:32],
                "input_message": f"For example {printable(shown)}"[:255],
            }
            sheet.data_validation(head + 1, position, head + ROWS, position, {**rule, **message})
    sheet.set_row(head, 30)
    sheet.freeze_panes(head + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write_cell(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)  # never a formula
    elif value is not None:
        sheet.write_number(row, column, value, style)


def _kind(layout: Layout, column: str) -> str:
    known = ENTITIES[layout.entity].columns.get(column)
    return known.type if known else "text"


def _number_format(column: str, kind: str) -> str:
    if kind in ("timestamp", "date"):
        return _DAY
    if column == "discount_rate":
        return "0%"
    if kind == "decimal":
        return "General" if column == "units" else _MONEY
    return _TEXT if column.endswith("_id") else ""


def _example(column: str, kind: str, lists: "_Lists") -> Any:
    if kind in ("timestamp", "date"):
        return date.today().replace(day=1)
    if known := lists.values(column):
        return known[0]
    return _EXAMPLES.get(column, 100 if kind == "decimal" else "…")


def _rule(column: str, kind: str, lists: "_Lists") -> dict[str, Any] | None:
    """Return what may be typed into a column."""
    if kind in ("timestamp", "date"):
        return {
            "validate": "date",
            "criteria": ">=",
            "value": FIRST_DAY,
            "error_title": "A date, please",
            "error_message": "Type a date as your Excel writes dates.",
        }
    if column == "discount_rate":
        return _number_rule(0, 1, "A share from 0 % to 100 %.")
    if kind == "integer":
        return _number_rule(0, 1_000_000, "A whole number.", whole=True)
    if kind == "decimal":
        return _number_rule(-1e12, 1e12, "A number, without units or currency signs.")
    if kind == "boolean":
        return {"validate": "list", "source": ["yes", "no"]}
    place = lists.place(column)
    if place is None:
        return None
    new = column in _CHOSEN and _CHOSEN[column][1]
    return {
        "validate": "list",
        "source": place,
        "error_type": "warning" if new else "stop",
        "error_title": "Not in the list",
        "error_message": "Nothing of this name has been sold yet."
        if new
        else "Choose one from the list: another spelling would count as another one.",
    }


def _number_rule(least: float, most: float, wanted: str, *, whole: bool = False) -> dict[str, Any]:
    return {
        "validate": "integer" if whole else "decimal",
        "criteria": "between",
        "minimum": least,
        "maximum": most,
        "error_title": "A number, please",
        "error_message": wanted,
    }


class _Lists:
    """The values that the warehouse knows, on a sheet of their own."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection
        self._values: Lists = {}

    def values(self, column: str) -> list[str]:
        """Return what the warehouse has for a column, if it is one to choose from."""
        if column not in _CHOSEN or self._connection is None:
            return []
        if column not in self._values:
            entity, _ = _CHOSEN[column]
            found = _known(self._connection, entity, column)
            if not found and entity != "sales_lines":
                found = _known(self._connection, "sales_lines", column)
            self._values[column] = found if len(found) <= MOST_CHOICES else []
        return self._values[column]

    def place(self, column: str) -> str | None:
        """Return the range of the values of a column; None if there are none."""
        values = self.values(column)
        if not values:
            return None
        letters = xl_col_to_name(
            [name for name, known in self._values.items() if known].index(column)
        )
        return f"={LISTS}!${letters}$2:${letters}${len(values) + 1}"

    def write(self, workbook: Any) -> None:
        """Write the sheet, if there is anything to choose from."""
        columns = [(name, values) for name, values in self._values.items() if values]
        if not columns:
            return
        sheet = workbook.add_worksheet(LISTS)
        for position, (name, values) in enumerate(columns):
            for row, text in enumerate([name, *values]):
                sheet.write_string(row, position, text)
        sheet.hide()


def _known(connection: Connection, entity: str, column: str) -> list[str]:
    """Return the different texts of a column in what counts now, in order."""
    table = ENTITY_TABLES[entity]
    active = sa.select(FILE_VERSIONS.c.file_version_id).where(FILE_VERSIONS.c.status == "active")
    rows: Sequence[Any] = connection.execute(
        sa.select(table.c[column])
        .distinct()
        .where(table.c[column].is_not(None), table.c._file_version_id.in_(active))
        .limit(MOST_CHOICES + 1)
    ).all()
    texts = {" ".join(text.split()) for (text,) in rows}
    return sorted(filter(None, texts), key=str.casefold)
