"""Whatever stands in the cells: no traceback, every row accounted for, nothing live sent back."""

import csv
import datetime as dt
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reporting.__main__ import main as reporting
from tests.conftest import ENGINES, Warehouse

HEADER = [
    *("Order ID", "Line", "Order Date", "Product", "Customer ID", "Seller", "Carrier"),
    *("Units", "Unit Price", "Discount Amount", "Discount Rate", "Total", "Cost"),
]
ODD = [
    *(
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1",
        "-",
        "@SUM(A1)",
        "1e5",
        "1_000",
        "0x1F",
        "NaN",
        "infinity",
    ),
    *("-0", "1,234.50", "1.234,50", "(5)", "5-", "12 EUR", "٣", "９９", "1" * 40, "0." + "1" * 40),
    *(
        "31.02.2026",
        "01/02/2026",
        "2026-13-01",
        "0000-00-00",
        "now",
        "today",
        "9999-12-31",
        "20260105",
    ),
    *(
        "2026-01-05T24:00:00",
        "2026-01-05 09:05:00+02:00",
        "12 Foo 2026",
        "'",
        '"',
        "\\",
        "a\tb",
        "a\nb",
    ),
    *(
        "<b>x</b>",
        "{{ 7 * 7 }}",
        "$$",
        ";--",
        "%s",
        "%",
        "\u202eabc",
        "\u00a0",
        "\ufeff",
        "😀",
        "NULL",
        "null",
    ),
]
CELLS = st.one_of(
    st.none(),
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.integers(-(10**16), 10**16),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-1000, 1000, places=2),
    st.dates(dt.date(1900, 3, 1), dt.date(2100, 1, 1)),
    st.booleans(),
)
SOUND = ["A1", "1", "2026-01-05", "Tea", "C1", "Sue", "DHL", "2", "3.50", "", "", "7", "1"]
ROWS = st.lists(
    st.dictionaries(st.integers(0, len(HEADER) - 1), CELLS, max_size=len(HEADER)), max_size=12
)
DELIVERIES = st.lists(st.tuples(st.sampled_from(["csv", "xlsx"]), ROWS), min_size=8, max_size=16)


def write(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write a CSV file or a workbook; texts stay texts."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Sales")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif isinstance(value, dt.date):
                sheet.write_datetime(number, column, value)
            elif value is not None:
                sheet.write(number, column, value)
    book.close()


def deliver(folder: Path, deliveries: list[tuple[str, list[dict[int, object]]]]) -> None:
    """Write files of sound rows, in which some cells are replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number, (kind, rows) in enumerate(deliveries):
        filled = [[row.get(i, text) for i, text in enumerate(SOUND)] for row in rows]
        write(folder / f"sales {number}.{kind}", [HEADER, SOUND, *filled])


def fuzz(engine: str, examples: int, new: Callable[[str], Warehouse], folder: Path) -> None:
    """Deliver, build and send back, again and again."""

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(DELIVERIES)
    def run(deliveries: list[tuple[str, list[dict[int, object]]]]) -> None:
        if not any(rows for _, rows in deliveries):
            return  # what is drawn first is the simplest, of sound rows alone
        warehouse = new(engine)
        deliver(folder / "inbox", deliveries)
        outcomes = warehouse.load(folder / "inbox")
        assert {outcome.status for outcome in outcomes} <= {"loaded", "failed", "held", "copy"}
        assert "loaded" in {outcome.status for outcome in outcomes}
        warehouse.build_from_nothing()
        # The data tests are the proof: rows and amounts of every file add up.
        warehouse.assert_data_are_right()
        lost = "rows_read <> rows_accepted + rows_rejected + rows_duplicate + rows_skipped"
        assert warehouse.query(f"select * from quality.dq_reconciliation where {lost}") == []
        said = CliRunner().invoke(
            reporting,
            ["quality", "--out", str(folder / "out")],
            env={"DATABASE_URL": warehouse.url},
        )
        assert said.exit_code == 0, said.output

    run()


@pytest.mark.parametrize("engine", ENGINES)
def test_arbitrary_cells(
    engine: str, new_warehouse: Callable[[str], Warehouse], tmp_path: Path
) -> None:
    fuzz(engine, 2, new_warehouse, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("engine", ENGINES)
def test_many_arbitrary_cells(
    engine: str, new_warehouse: Callable[[str], Warehouse], tmp_path: Path
) -> None:
    fuzz(engine, 25, new_warehouse, tmp_path)
