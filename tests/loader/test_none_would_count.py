"""Files of which no row would count are refused by the load, not told of after the build."""

import pytest

from loader.deliveries import find_deliveries
from loader.learning import Answers, learn, open_points
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, Row, failed, loaded

HEADER = ["Order ID", "Order Date", "Product", "Units", "Line total"]


def _on(days: list[str]) -> list[Row]:
    return [HEADER, *([f"A{i}", day, "Tea", 2, 7] for i, day in enumerate(days))]


@pytest.mark.parametrize(
    "day", ["FY26 P03", "Q2 2026", "T1 2026", "01-Mar", "Mar 01", "12. Januar", "KW 12", "lunes 3"]
)
def test_days_that_nobody_can_read_are_told_by_the_load(
    duckdb_warehouse: Warehouse, drop: Dropped, day: str
) -> None:
    message = failed(duckdb_warehouse.load(drop("a.csv", _on([day] * 6))))
    assert f"no day can be read in 6 of its 6 rows, such as '{day}' under 'Order Date'" in message


@pytest.mark.parametrize(
    "days",
    [
        ["soon"] * 4,
        ["soon"] * 5 + ["2026-01-12"],
        ["12-January-2026 10:00"] * 6,
        ["Mon, 12 Jan 2026 10:00:00"] * 6,
        ["2026年1月12日"] * 6,
        ["46034.5"] * 6,
    ],
)
def test_some_days_or_few_rows_are_for_the_build_to_tell(
    duckdb_warehouse: Warehouse, drop: Dropped, days: list[str]
) -> None:
    loaded(duckdb_warehouse.load(drop("a.csv", _on(days))))


def test_learning_names_days_that_nobody_can_read_as_open(drop: Dropped) -> None:
    path = drop("a.csv", _on(["Q2 2026"] * 6))
    lesson = learn(find_deliveries([path], path.parent).deliveries, Answers())
    assert lesson.is_open
    assert any("no day can be read in 6 of its 6 rows" in point for point in open_points(lesson))


def test_commas_taken_for_separators_all_over_a_file(
    duckdb_warehouse: Warehouse, drop: Dropped
) -> None:
    lines = "".join(f"A{i},2026-01-12,Tea,2,7,50\n" for i in range(6))
    message = failed(duckdb_warehouse.load(drop("a.csv", ",".join(HEADER) + "\n" + lines)))
    assert message.startswith("all of its 6 rows have more cells than the header (row 1)")
