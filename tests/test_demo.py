"""The demo workbooks: the same every time, what they promise, and wrong only where planned."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from demo import workbooks as demo
from demo.company import PLANTED_FAULTS, UNKNOWN_PRODUCT
from demo.workbooks import write_demo
from loader.contracts import ENTITIES as ENTITY_COLUMNS
from loader.understanding.vocabulary import meanings

LINES = 3_000
END = date(2026, 11, 15)
ENTITIES = {
    "Sales": "sales_lines",
    "Customers": "customers",
    "Products": "products",
    "Sellers": "sellers",
    "Stores": "stores",
    "Shipping companies": "shipping_companies",
    "Targets": "sales_targets",
}

Row = dict[str, Any]


def digests(folder: Path, paths: list[Path]) -> dict[str, str]:
    assert {path.name for path in paths} == {path.name for path in folder.iterdir()}
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths}


def rows_of(path: Path, sheet: str, header: int = 1) -> list[Row]:
    """Read the rows below the header (its row number as Excel shows it); empty cells are ''."""
    cells = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    headers = [str(cell) for cell in cells[header - 1]]
    return [dict(zip(headers, row, strict=True)) for row in cells[header:]]


def cents(amount: float) -> Decimal:
    return Decimal(repr(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def computed(line: Row) -> Decimal:
    """Return price x units x (1 - discount), to the cent."""
    rate = 1 - Decimal(repr(line["Discount Rate"]))
    exact = Decimal(repr(line["Unit Price"])) * Decimal(line["Units"]) * rate
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, lines=LINES)
    return folder


@pytest.fixture(scope="module")
def weeks(folder: Path) -> dict[str, list[Row]]:
    """The lines of every sales workbook, by the week in its name."""
    return {
        path.stem.removeprefix("Sales "): rows_of(path, "Sales", header=3)
        for path in sorted(folder.glob("Sales 2*.xlsx"))
    }


@pytest.fixture(scope="module")
def lines(weeks: dict[str, list[Row]]) -> list[Row]:
    return [line for rows in weeks.values() for line in rows]


def test_same_arguments_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = write_demo(tmp_path / "again", lines=LINES)
    assert digests(tmp_path / "again", again) == digests(folder, list(folder.iterdir()))


def test_processes_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = digests(tmp_path / "one", write_demo(tmp_path / "one", lines=1_000, months=2))
    monkeypatch.setattr(demo, "LINES_A_PROCESS", 500)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert digests(tmp_path / "two", write_demo(tmp_path / "two", lines=1_000, months=2)) == one


def test_large_sheets_hold_the_same(
    folder: Path, weeks: dict[str, list[Row]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "LARGE_SHEET", 30)
    write_demo(tmp_path, lines=LINES)
    name = "Sales 2026-W03.xlsx"
    assert (tmp_path / name).read_bytes() != (folder / name).read_bytes()
    assert rows_of(tmp_path / name, "Sales", header=3) == weeks["2026-W03"]


def test_another_seed_is_another_history(tmp_path: Path) -> None:
    one = digests(tmp_path / "1", write_demo(tmp_path / "1", lines=1_000, months=1))
    two = digests(tmp_path / "2", write_demo(tmp_path / "2", lines=1_000, months=1, seed=2))
    assert one.keys() == two.keys()
    assert not set(one.values()) & set(two.values())


def test_files_sheets_and_headers(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert len([name for name in names if name.startswith("Sales 2")]) == 79
    assert len([name for name in names if name.startswith("Customers 2")]) == 19
    assert {"Sales 2025-W20.xlsx", "Sales 2026-W03.xlsx", "Sales 2026-W46.xlsx"} <= names
    assert {"Customers 2025-05.xlsx", "Customers 2026-11.xlsx"} <= names

    week = CalamineWorkbook.from_path(folder / "Sales 2026-W03.xlsx")
    assert week.sheet_names == ["Sales"]
    top = week.get_sheet_by_name("Sales").to_python()[:3]
    assert top[0][0] == "Weekly sales, week 3 of 2026"
    assert not any(top[1])
    assert tuple(top[2]) == demo.SALES

    sheets: dict[str, dict[str, tuple[str, ...]]] = {
        "Customers 2026-11.xlsx": {"Customers": demo.CUSTOMERS},
        "Master data.xlsx": demo.MASTER_DATA,
        "Sales targets.xlsx": {"Targets": demo.TARGETS},
    }
    for name, headers in sheets.items():
        assert CalamineWorkbook.from_path(folder / name).sheet_names == list(headers)
        for sheet, expected in headers.items():
            assert tuple(rows_of(folder / name, sheet)[0]) == expected


def test_headers_need_no_layout() -> None:
    sheets = {
        "Sales": demo.SALES,
        "Customers": demo.CUSTOMERS,
        "Targets": demo.TARGETS,
    }
    for sheet, headers in (sheets | demo.MASTER_DATA).items():
        columns = ENTITY_COLUMNS[ENTITIES[sheet]].columns
        for header in headers:
            meant = {meaning.column for meaning in meanings(header, ENTITIES[sheet])}
            assert meant <= columns.keys(), header


def test_as_many_lines_as_asked_for(lines: list[Row]) -> None:
    assert len(lines) == LINES
    assert len({(line["Order ID"], line["Line Number"]) for line in lines}) == LINES


def test_progress_counts_the_lines(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_demo(tmp_path, lines=1_000, months=1, progress=lambda *counts: seen.append(counts))
    assert seen[-1] == (1_000, 1_000)
    assert seen == sorted(seen)
    assert len(seen) == len(list(tmp_path.glob("Sales 2*.xlsx")))


def test_a_week_has_the_days_of_its_week(weeks: dict[str, list[Row]]) -> None:
    for week, rows in weeks.items():
        times = [line["Order Date"] for line in rows if isinstance(line["Order Date"], datetime)]
        assert {f"{time:%G-W%V}" for time in times} == {week}
        assert times == sorted(times)
        assert max(times).date() <= END


def test_planted_faults_are_the_only_ones(folder: Path, lines: list[Row]) -> None:
    products = rows_of(folder / "Master data.xlsx", "Products")
    list_prices = {row["Product ID"]: row["List Price"] for row in products}
    found: list[str] = []
    for line in lines:
        known_price = list_prices.get(line["Product ID"])
        if not isinstance(line["Order Date"], datetime):
            assert line["Order Date"].startswith("31.02.20")
            found.append("unparseable date")
        if not line["Product ID"] and not line["Product Name"]:
            found.append("missing product")
        elif known_price is None:
            assert line["Product ID"] == UNKNOWN_PRODUCT
            found.append("unknown product")
        elif not 0.9 * known_price < line["Unit Price"] <= known_price:
            assert 9 * known_price < line["Unit Price"] <= 10 * known_price
            found.append("price typo")
        if isinstance(line["Units"], str):
            assert line["Units"] == "two"
            found.append("units as text")
        elif (difference := cents(line["Line Total"]) - computed(line)) == 10:
            found.append("total too high")
        elif difference:
            assert difference == computed(line)
            found.append("total doubled")
    assert found == list(PLANTED_FAULTS)


def test_returns_are_negative_and_few(lines: list[Row]) -> None:
    returns = [line for line in lines if line["Order ID"].startswith("R")]
    assert 0.005 < len(returns) / len(lines) < 0.03
    for line in lines:
        negative = line["Order ID"].startswith("R")
        assert (line["Line Total"] < 0) == negative
        assert isinstance(line["Units"], str) or (line["Units"] < 0) == negative


def test_only_the_last_weeks_lack_customers_or_carriers(lines: list[Row]) -> None:
    lacking = [line for line in lines if not line["Customer ID"] or not line["Carrier ID"]]
    walk_ins = [line for line in lacking if not line["Customer ID"]]
    assert walk_ins
    assert not any(line["Carrier ID"] for line in walk_ins)
    assert len(walk_ins) < len(lacking)
    assert all(line["Order Date"].date() > END - timedelta(days=21) for line in lacking)
    assert any(line["Customer ID"].startswith("C-ST") for line in lines)


def test_master_data_knows_every_member(folder: Path, lines: list[Row]) -> None:
    path = folder / "Master data.xlsx"
    for header, sheet, key in [
        ("Product ID", "Products", "Product ID"),
        ("Seller ID", "Sellers", "Seller ID"),
        ("Store ID", "Stores", "Store ID"),
        ("Carrier ID", "Shipping companies", "Shipping Company ID"),
    ]:
        known = {row[key] for row in rows_of(path, sheet)}
        assert {line[header] for line in lines} - known <= {"", UNKNOWN_PRODUCT}


def test_customers_change_over_time(folder: Path, lines: list[Row]) -> None:
    history: dict[str, list[Row]] = defaultdict(list)
    for path in sorted(folder.glob("Customers 2*.xlsx")):
        next_month = date.fromisoformat(f"{path.stem[-7:]}-28") + timedelta(days=4)
        for row in rows_of(path, "Customers"):
            assert row["Updated At"] < min(next_month.replace(day=1), END + timedelta(days=1))
            assert row["Email"].endswith(("@example.com", "@example.org"))
            history[row["Customer ID"]].append(row)
    for rows in history.values():
        for earlier, later in pairwise(rows):
            assert earlier["Updated At"] <= later["Updated At"]
            assert (earlier == later) == (earlier["Updated At"] == later["Updated At"])
    for header in ("City", "Loyalty Tier"):
        assert any(len({row[header] for row in rows}) > 1 for rows in history.values())
    assert len({len(rows) for rows in history.values()}) > 1, "all customers joined at once"
    assert {line["Customer ID"] for line in lines} - {""} <= history.keys()


def test_every_seller_and_month_has_a_target(folder: Path, lines: list[Row]) -> None:
    targets = rows_of(folder / "Sales targets.xlsx", "Targets")
    sold = {
        (line["Order Date"].date().replace(day=1), line["Seller ID"])
        for line in lines
        if isinstance(line["Order Date"], datetime)
    }
    assert sold <= {(row["Month"], row["Seller ID"]) for row in targets}
    assert all(row["Target Amount"] > 0 for row in targets)


@pytest.mark.parametrize(
    "arguments", [{"lines": 999}, {"months": 0}, {"lines": 8_000_000, "months": 1}]
)
def test_impossible_sizes(tmp_path: Path, arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="lines"):
        write_demo(tmp_path / "demo", **arguments)  # type: ignore[arg-type]
    assert not (tmp_path / "demo").exists()
