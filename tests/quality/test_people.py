"""What people say about rows and names: it holds, without a full refresh, until they unsay it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import BUILD, INCREMENTAL, Warehouse
from tests.history.rebuild import differences, incremental_tables, rebuild, second_to
from tests.quality.planted import write_faulty, write_layouts

BUILD_MODELS = [*BUILD, "--exclude-resource-type", "seed"]
"""What people write into seeds is written into their tables here."""

SHOWN = (*INCREMENTAL, "dim_seller", "dq_issue")
BUILD_SHOWN = ["--select", *(f"+{name}" for name in SHOWN), *BUILD_MODELS]
"""Of what goes on from earlier builds, and what this test looks at."""

LAYOUT = """\
entity: sales_lines
files: "*.csv"
columns:
  {order_id: Order, sold_at: Date, product_name: Item, seller_name: Seller, units: Pieces,
   unit_price: Price, discount_amount: "Off", line_total: Total}
"""


def accept(warehouse: Warehouse, rule: str, row: int, until: str = "") -> None:
    """Write a row of dq_overrides."""
    warehouse.execute(
        "insert into reference.dq_overrides (source_file, source_sheet, source_row_number, rule, "
        "accepted_by, reason, valid_until) values ('a.csv', null, :row, :rule, 'Ann', 'as sold', "
        "cast(nullif(:until, '') as date))",
        rule=rule,
        row=row,
        until=until,
    )


def rename(warehouse: Warehouse, alias: str, name: str, approved_by: str | None = "Ann") -> None:
    """Write a row of name_aliases."""
    warehouse.execute(
        "insert into reference.name_aliases (kind, alias, name, approved_by) "
        "values ('seller', :alias, :name, :approved_by)",
        alias=alias,
        name=name,
        approved_by=approved_by,
    )


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.deep)])
def shop(
    request: pytest.FixtureRequest, new_warehouse: Callable[[str], Warehouse], tmp_path: Path
) -> Warehouse:
    """A warehouse of five lines: two quarantined, one flagged, one unreadable, one sound."""
    warehouse = new_warehouse(request.param)
    (tmp_path / "till.yml").write_text(LAYOUT)
    (tmp_path / "a.csv").write_text(
        "Order,Date,Item,Seller,Pieces,Price,Off,Total\n"
        "A,2026-01-05,Tea,Sue Jones,2,10,,20\n"
        "B,2026-01-05,Tea,S. Jones,2,10,some,\n"
        "C,2026-01-06,Tea,Sue Jonas,2,10,,25\n"
        "D,2026-01-06,Tea,Tom,two,10,,20\n"
        "E,2026-01-06,,Tom,1,10,,10\n"
    )
    warehouse.load(tmp_path / "a.csv", layouts=tmp_path)
    warehouse.build_from_nothing()
    return warehouse


def counted(warehouse: Warehouse) -> dict[str, int]:
    """Return revenue by order."""
    return dict(warehouse.query("select order_id, revenue from marts.fact_sales_line"))


def sellers(warehouse: Warehouse) -> dict[str, int]:
    """Return revenue by seller."""
    return dict(
        warehouse.query(
            "select seller_name, sum(revenue) from marts.fact_sales_line "
            "inner join marts.dim_seller using (seller_key) group by seller_name"
        )
    )


def stale(warehouse: Warehouse) -> list[tuple[object, ...]]:
    """Return what the test for acceptances that accept nothing finds."""
    test = warehouse.data_tests()["assert_overrides_are_in_use"]
    assert not test.is_error
    return warehouse.query(
        f"select source_row_number, rule, reason_why_not from ({test.sql}) as stale order by 1, 2"
    )


def test_what_people_say_holds_until_they_unsay_it(shop: Warehouse) -> None:
    def is_as_rebuilt() -> bool:
        rebuild(shop, second, keep=["reference"])
        return not differences(shop, second)

    second = second_to(shop)
    assert counted(shop) == {"A": 20, "C": 25}
    assert sellers(shop) == {"Sue Jones": 20, "Sue Jonas": 25}

    # Rows are accepted, and one name is said to be another.
    accept(shop, "unreadable_discount_amount", 3)
    accept(shop, "price_mismatch", 4)
    accept(shop, "missing_product", 6)
    accept(shop, "unreadable_units", 5)  # which no fact can hold
    accept(shop, "price_mismatch", 2)  # with which nothing is wrong
    accept(shop, "duplicate_in_file", 2, until="2026-01-31")  # which is over
    rename(shop, "S. Jones", "Sue Jones")
    rename(shop, "Sue Jonas", "Sue Jones", approved_by=None)
    # A file is owed for each of two weeks, and nobody else needs to hear that one fails.
    shop.execute(
        "insert into reference.deliveries values ('till', 'Sue', 'sue@example.com', 'A.*', "
        "'the till', 1, '09:00', 1, 24, '2026-01-12', '2026-01-19')",
        "insert into reference.alert_snoozes values ('quality/*', '9999-12-31', 'Ann', 'known')",
    )
    shop.build(*BUILD_MODELS)
    assert shop.query(
        "select iso_week, status, source_file, is_waited_for from quality.dq_delivery order by 1"
    ) == [("2026-W02", "late", "a.csv", False), ("2026-W03", "missing", None, False)]
    assert shop.query(
        "select alert_key, owner_address, snoozed_by from reports.rpt_alert order by 1"
    ) == [
        ("delivery/till/2026-01-19", "sue@example.com", None),
        ("quality/2026-W02/XXX", None, "Ann"),
    ]
    assert counted(shop) == {"A": 20, "B": 20, "C": 25, "E": 10}
    assert sellers(shop) == {"Sue Jones": 40, "Sue Jonas": 25, "Tom": 10}
    assert shop.query(
        "select source_row_number, rule, row_status, is_accepted from quality.dq_issue order by 1"
    ) == [
        (3, "unreadable_discount_amount", "accepted", True),
        (4, "price_mismatch", "accepted", True),
        (5, "unreadable_units", "quarantined", True),
        (6, "missing_product", "accepted", True),
    ]
    assert shop.query(
        "select quarantined_row_count, flagged_row_count, status from "
        "reports.rpt_weekly_data_quality"
    ) == [(1, 0, "fail")]
    assert stale(shop) == [
        (2, "duplicate_in_file", "its time is over"),
        (2, "price_mismatch", "the row does not break this rule"),
        (5, "unreadable_units", "a row that cannot be read cannot be accepted"),
    ]
    assert is_as_rebuilt()

    # They are not accepted any more, but one rule is no rule and another one is stricter.
    shop.execute(
        "delete from reference.dq_overrides",
        "create table reference.aside as select * from reference.dq_rules "
        "where rule = 'unreadable_discount_amount'",
        "delete from reference.dq_rules where rule = 'unreadable_discount_amount'",
        "update reference.dq_rules set severity = 'reject' where rule = 'price_mismatch'",
        "update reference.name_aliases set approved_by = 'Bob'",
    )
    shop.build(*BUILD_SHOWN)
    assert counted(shop) == {"A": 20, "B": 20}
    assert sellers(shop) == {"Sue Jones": 40}
    assert shop.query("select rule, row_status from quality.dq_issue order by 1") == [
        ("missing_product", "quarantined"),
        ("price_mismatch", "quarantined"),
        ("unreadable_units", "quarantined"),
    ]

    # The rule is as it was, and the name is another one.
    shop.execute(
        "update reference.dq_rules set severity = 'warn' "
        "where rule in ('price_mismatch', 'missing_product')",
        "update reference.name_aliases set name = 'Suzan' where alias = 'S. Jones'",
    )
    shop.build(*BUILD_SHOWN)
    assert counted(shop) == {"A": 20, "B": 20, "C": 25, "E": 10}
    assert sellers(shop) == {"Sue Jones": 45, "Suzan": 20, "Tom": 10}
    assert shop.query("select product_key from marts.fact_sales_line where order_id = 'E'") == [
        (-1,)
    ]
    rebuild(shop, second, keep=["reference"], until=INCREMENTAL)
    assert not differences(shop, second, incremental_tables(shop))

    # All is as the file and the seeds have it.
    shop.execute(
        "delete from reference.name_aliases",
        "update reference.dq_rules set severity = 'reject' where rule = 'missing_product'",
        "insert into reference.dq_rules select * from reference.aside",
        "drop table reference.aside",
    )
    shop.build(*BUILD_MODELS)
    assert counted(shop) == {"A": 20, "C": 25}
    assert sellers(shop) == {"Sue Jones": 20, "Sue Jonas": 25}
    assert is_as_rebuilt()


def test_the_history_of_tests_is_kept(duckdb_warehouse: Warehouse, tmp_path: Path) -> None:
    write_faulty(tmp_path / "inbox")
    duckdb_warehouse.load(tmp_path / "inbox", layouts=write_layouts(tmp_path / "layouts"))
    duckdb_warehouse.build_from_nothing()
    for arguments in ([], ["--full-refresh"]):
        only = ("--select", "dq_test_result", "dq_test_trend", "dq_file_overlap")
        assert duckdb_warehouse.dbt("build", *only, *arguments).success
    history = duckdb_warehouse.query(
        "select status, failure_count, severity, owner, model_name from quality.dq_test_result "
        "where test_name = 'dq_file_overlap_is_empty' order by run_started_at"
    )
    assert history == [("warn", 1, "warn", "sales operations", "dq_file_overlap")] * 2
    assert duckdb_warehouse.query(
        "select status, previous_status, run_count, problem_run_count, last_passed_at "
        "from quality.dq_test_trend where test_name = 'dq_file_overlap_is_empty'"
    ) == [("warn", "warn", 2, 2, None)]


def test_a_failed_test_says_what_it_means(
    duckdb_warehouse: Warehouse, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text("Date,Product,Units,Total\n2026-01-05,Tea,1,3\n")
    duckdb_warehouse.load(tmp_path / "a.csv")
    duckdb_warehouse.build_from_nothing()
    duckdb_warehouse.execute(
        "insert into reference.dq_rules select * from reference.dq_rules",
        "update reference.dq_rules set severity = 'severe' where rule = 'extra_cells'",
    )
    result = duckdb_warehouse.dbt("test", "--select", "dq_rules")
    assert not result.success
    said = capfd.readouterr().out
    assert "FAIL dq_rules_rule_unique" in said
    assert "a rule listed twice would double them" in said
    # Of a test of several conditions, what those mean that are broken.
    assert "FAIL dq_rules_rows_hold (2 found; sales operations): severity_known: " in said
    assert "rule_not_null" not in said
    assert "test_failures" in said
