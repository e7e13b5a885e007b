"""The comparison notices whatever a report could get wrong."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from tests.independent.comparison import differences
from tests.independent.tables import Report

COLUMNS = ["revenue", "week_start_date", "seller_key", "previous_rank"]
ROWS: list[tuple[Any, ...]] = [
    (Decimal("10.0000"), date(2026, 1, 12), 1152921504606846975, None),
    (Decimal("0.0100"), date(2026, 1, 19), 1152921504606846975, 2),
]


@pytest.fixture
def report() -> Report:
    table = pd.DataFrame(
        {
            "week_start_date": pd.to_datetime(["2026-01-12", "2026-01-19"]),
            "seller_key": [1152921504606846975, 1152921504606846975],
            "revenue": pd.Series([Decimal(10), Decimal("0.01")], dtype=object),
            "previous_rank": [float("nan"), 2],
        }
    )
    return Report(table, ["week_start_date", "seller_key"])


def test_equal_is_equal_in_any_order_and_type(report: Report) -> None:
    assert differences(report, COLUMNS, ROWS[::-1]) == []


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("revenue", Decimal("0.0101"), "revenue of (datetime.date(2026, 1, 19)"),
        ("revenue", None, "revenue of (datetime.date(2026, 1, 19)"),
        ("previous_rank", None, "previous_rank of (datetime.date(2026, 1, 19)"),
        # The next key that a floating-point number could not tell from it.
        ("seller_key", 1152921504606846976, "row missing"),
        ("week_start_date", date(2026, 1, 26), "row too many"),
    ],
)
def test_one_cell_is_noticed(report: Report, column: str, cell: Any, told: str) -> None:
    changed = list(ROWS[1])
    changed[COLUMNS.index(column)] = cell
    assert told in "\n".join(differences(report, COLUMNS, [ROWS[0], tuple(changed)]))


@pytest.mark.parametrize(
    ("rows", "told"),
    [(ROWS[:1], "row missing"), ([*ROWS, ROWS[1]], "3 rows in the warehouse, 2 by")],
)
def test_rows_are_counted(report: Report, rows: list[tuple[Any, ...]], told: str) -> None:
    assert told in "\n".join(differences(report, COLUMNS, rows))


def test_every_column_needs_a_figure(report: Report) -> None:
    (told,) = differences(report, [*COLUMNS, "units"], [(*row, 1) for row in ROWS])
    assert "units" in told
