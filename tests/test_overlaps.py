"""Files that hold the same sales: told by their layout's identity, or only suspected."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from loader import corrections
from tests.conftest import Warehouse
from tests.loader.conftest import write_csv
from warehouse.connection import connect, warehouse_url

# No line number, so that nothing identifies a line.
HEADER = ["Order ID", "Order Date", "Product", "Units", "Unit Price"]
MONDAY = [
    ["A", "2026-01-05", "Tea", "2", "3.50"],
    ["A", "2026-01-05", "Tea", "2", "3.50"],
    ["B", "2026-01-05", "Cocoa", "1", "4"],
]
TUESDAY = [["C", "2026-01-06", "Tea", "1", "3.50"], ["D", "2026-01-06", "Tea", "1", "3.50"]]
OVERLAPS = (
    "select source_file, other_source_file, sale_date, line_count, line_share, revenue "
    "from quality.dq_file_overlap order by 1, 2, 3"
)


def test_files_with_the_same_sales_are_named(warehouse: Warehouse, tmp_path: Path) -> None:
    write_csv(tmp_path / "till 1.csv", [HEADER, *MONDAY, *TUESDAY])
    # Two lines of Monday again (one is there twice), and one of three on Tuesday: no suspicion.
    second = [MONDAY[0], MONDAY[1], TUESDAY[0], ["E", *TUESDAY[0][1:]], ["F", *TUESDAY[0][1:]]]
    write_csv(tmp_path / "till 2.csv", [HEADER, *second])
    warehouse.load(tmp_path)
    build = (
        *("build", "--select", "+dq_file_overlap", "+fact_sales_line"),
        *("--resource-type", "model", "--resource-type", "seed"),
    )
    assert warehouse.dbt(*build).success
    assert warehouse.query(OVERLAPS) == [
        ("till 2.csv", "till 1.csv", date(2026, 1, 5), 2, Decimal(1), Decimal(14))
    ]
    # Nothing is merged by itself.
    assert warehouse.one("select count(*) from marts.fact_sales_line") == 10

    write_csv(tmp_path / "till 3.csv", [HEADER, *MONDAY])
    warehouse.load(tmp_path)
    with connect(warehouse_url(warehouse.url)).connect() as connection:
        corrections.withdraw(connection, 2)
    assert warehouse.dbt(*build).success
    assert warehouse.query(OVERLAPS) == [
        ("till 3.csv", "till 1.csv", date(2026, 1, 5), 3, Decimal(1), Decimal(18))
    ]

    # A rebuild of the lines without what comes before it would lose all but the last few.
    refused = warehouse.dbt("run", "--full-refresh", "--select", "int_sales_lines")
    assert not refused.success
    assert warehouse.one("select count(*) from staging.int_sales_lines") == 8
