"""The empty workbook for a layout: headings, lists to choose from, and it loads once filled."""

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from loader.__main__ import main
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, loaded, raw

LAYOUT = """\
entity: sales_lines
files: "Weekly *.xlsx"
columns:
  sold_at: Invoice Date
  order_id: Invoice
  product_name: [Article, Item]
  customer_name: {join: [First name, Last name]}
  seller_name: Sold by
  units: Qty
  unit_price: Price
  discount_rate: Discount
  currency: {constant: EUR}
---
entity: customers
files: "Weekly *.xlsx"
sheets: Clients
columns: {customer_id: No, city: Town}
"""

HEADINGS = [
    *("Invoice Date", "Invoice", "Article", "First name", "Last name"),
    *("Sold by", "Qty", "Price", "Discount"),
]
EVIL = "=2+5"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "layouts"
    folder.mkdir()
    (folder / "weekly.yml").write_text(LAYOUT, "utf-8")
    monkeypatch.setenv("LAYOUTS_DIR", str(folder))
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{tmp_path / 'none.duckdb'}")
    return folder


def template(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["template", *map(str, arguments)], catch_exceptions=False)


def test_headings_and_rules_without_a_warehouse(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "Weekly 1.xlsx"
    assert template("weekly", "--out", path).exit_code == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Sales lines", "Clients"]
    sheet = book["Sales lines"]
    assert [cell.value for cell in sheet[4]] == HEADINGS
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert rules["A5:A5004"].type == "date"
    assert (rules["G5:G5004"].type, rules["I5:I5004"].formula2) == ("decimal", "1")
    assert "F5:F5004" not in rules
    assert [cell.value for cell in book["Clients"][4]] == ["No", "Town"]


def test_every_column_that_a_load_looks_for_has_its_heading(folder: Path, tmp_path: Path) -> None:
    (folder / "targets.yml").write_text(
        "entity: sales_targets\nfiles: Targets.xlsx\ncolumns: {seller_name: Seller}\n"
        "unpivot: {columns: [Jan 2026, Feb 2026], names: month, values: target_amount}\n"
        "keep_rows_where: {State: final, seller_name: {not: Vacant}}\n"
        "skip_rows_where: {column: Kind, matches: ^Sum$}\n",
        "utf-8",
    )
    path = tmp_path / "Targets.xlsx"
    assert template("targets", "--out", path).exit_code == 0
    sheet = openpyxl.load_workbook(path)["Sales targets"]
    assert [cell.value for cell in sheet[4]] == ["Seller", "Jan 2026", "Feb 2026", "State", "Kind"]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert rules["B5:B5004"].type == rules["C5:C5004"].type == "decimal"


def test_lists_are_those_of_the_warehouse(
    folder: Path,
    tmp_path: Path,
    drop: Dropped,
    duckdb_warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    header = ["Order Date", "Order ID", "Product", "Sales Rep", "Units", "Unit Price"]
    rows = [["2026-01-05", "A1", EVIL, "Zoe"], ["2026-01-06", "A2", "Tea", "Ada  Lindt"]]
    loaded(duckdb_warehouse.load(drop("old.csv", [header, *([*row, "1", "2"] for row in rows)])))
    loaded(duckdb_warehouse.load(drop("staff.csv", [["Seller", "Team"], ["Ben", "North"]])))
    monkeypatch.setenv("DATABASE_URL", duckdb_warehouse.url)
    path = tmp_path / "Weekly 1.xlsx"
    assert template("weekly", "--out", path).exit_code == 0

    book = openpyxl.load_workbook(path)
    lists = book["Lists"]
    assert lists.sheet_state == "hidden"
    columns = {column[0].value: [cell.value for cell in column[1:]] for column in lists.columns}
    assert columns["seller_name"] == ["Ben", None]  # who sells is listed
    assert columns["product_name"] == [EVIL, "Tea"]
    assert all(cell.data_type == "s" for row in lists for cell in row if cell.value)
    sheet = book["Sales lines"]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    seller, product = rules["F5:F5004"], rules["C5:C5004"]
    assert (seller.type, seller.errorStyle or "stop") == ("list", "stop")
    assert product.errorStyle == "warning"  # a new product may be sold

    sold: tuple[Any, ...] = (datetime(2026, 1, 7), "A3", "Tea", "Cy", "Lund", "Ben", 2, 3.5, 0.1)
    for position, value in enumerate(sold, start=1):
        sheet.cell(5, position).value = value
    del book["Clients"]
    book.save(path)
    only_lines = folder / "weekly.yml"
    only_lines.write_text(LAYOUT.partition("---\n")[0], "utf-8")
    outcome = loaded(duckdb_warehouse.load(path, layouts=folder))
    assert outcome.rows_loaded == 1
    assert raw(duckdb_warehouse, "sold_at, customer_name, units, discount_rate")[-1] == (
        "2026-01-07 00:00:00", "Cy Lund", "2", "0.1",
    )  # fmt: skip


def test_a_layout_that_is_not_there(folder: Path) -> None:
    result = template("monthly")
    assert result.exit_code == 2
    assert "There is no layout 'monthly' in LAYOUTS_DIR; it has 'weekly'." in result.output
