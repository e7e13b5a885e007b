"""Every rule of data quality finds exactly its faults, on both engines."""

import csv
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.conftest import ENGINES, Warehouse
from tests.quality.planted import Places, write_faulty, write_layouts, write_sound
from warehouse.settings import CHECKOUT


class Faulty:
    """A warehouse with one planted fault a rule."""

    def __init__(self, warehouse: Warehouse, places: Places) -> None:
        self.warehouse = warehouse
        self.places = places


@pytest.fixture(scope="module", params=ENGINES)
def faulty(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> Faulty:
    folder = tmp_path_factory.mktemp("faulty")
    warehouse = new_warehouse(request.param)
    places = write_faulty(folder / "inbox")
    warehouse.load(folder / "inbox", layouts=write_layouts(folder / "layouts"))
    warehouse.build_from_nothing()
    return Faulty(warehouse, places)


@pytest.fixture(scope="module", params=ENGINES)
def sound(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    folder = tmp_path_factory.mktemp("sound")
    warehouse = new_warehouse(request.param)
    write_sound(folder / "inbox")
    warehouse.load(folder / "inbox", layouts=write_layouts(folder / "layouts"))
    warehouse.build_from_nothing()
    return warehouse


def rules() -> dict[str, dict[str, str]]:
    with (CHECKOUT / "seeds" / "dq_rules.csv").open(encoding="utf-8") as file:
        return {row["rule"]: row for row in csv.DictReader(file)}


def test_every_rule_finds_its_fault_and_no_other(faulty: Faulty) -> None:
    found = faulty.warehouse.query(
        "select rule, source_file, source_row_number from quality.dq_issue order by 1, 2, 3"
    )
    assert set(faulty.places) == set(rules()), "a fault is planted for every rule of the seed"
    assert found == sorted(
        (rule, *place) for rule, places in faulty.places.items() for place in places
    )


def test_what_is_sound_is_left_alone(sound: Warehouse) -> None:
    assert sound.query("select * from quality.dq_issue") == []
    assert sound.query("select * from quality.dq_quarantine") == []
    assert sound.query("select distinct status from reports.rpt_weekly_data_quality") == [("ok",)]


def test_what_an_amount_is_of_and_includes_is_reckoned(sound: Warehouse) -> None:
    found = sound.query(
        "select revenue, discount_amount, revenue_basis from marts.fact_sales_line "
        "where source_file = 'mill.csv' order by sold_at"
    )
    assert found == [
        (Decimal(20), Decimal(0), "computed"),
        (Decimal(20), Decimal(0), "computed"),
        (Decimal(20), Decimal(2), "computed"),
        (Decimal(20), Decimal(0), "reported"),
        (Decimal("16.6667"), Decimal("3.3333"), "computed"),
    ]


def test_severity_decides_what_becomes_of_a_row(faulty: Faulty) -> None:
    found = dict(faulty.warehouse.query("select rule, row_status from quality.dq_issue"))
    severities = {rule: row["severity"] for rule, row in rules().items()}
    assert {rule: found[rule] for rule in found if severities[rule] == "reject"} == {
        rule: "quarantined" for rule in found if severities[rule] == "reject"
    }
    kept = {rule: found[rule] for rule in found if severities[rule] == "warn"}
    assert kept.pop("duplicate_in_file") == "duplicate"
    assert kept.pop("control_total_disagrees") == "skipped"
    assert set(kept.values()) == {"accepted"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("unreadable_units", ("units", "two", None, Decimal("20.0000"))),
        ("ambiguous_date", ("sold_at", "03/04/2026", None, Decimal("20.0000"))),
        ("unreadable_discount_amount", ("discount_amount", "much", None, Decimal("20.0000"))),
        ("missing_amount", ("line_total", None, None, None)),
        ("missing_product", ("product_id", None, None, Decimal("20.0000"))),
        ("price_mismatch", ("line_total", "25", "they give 20.0000", Decimal("25.0000"))),
        ("unreadable_cost", ("unit_cost", "cheap", None, Decimal("20.0000"))),
        (
            "date_outside_period",
            ("sold_at", "2026-02-01", "2026-01-01 to 2026-01-31", Decimal("20.0000")),
        ),
        ("duplicate_in_file", (None, None, "row 112 counts", Decimal("20.0000"))),
        ("price_list_in_other_currency", ("currency", "XXX", None, Decimal("20.0000"))),
        (
            "line_corrected",
            ("line_total", "6", "row 3 of shop-1.csv has 3.0000", Decimal("6.0000")),
        ),
        ("line_number_reused", ("line_number", "1", "as row 2 of shop-3.csv", Decimal("3.0000"))),
        ("overlap_across_files", (None, None, "also in till-1.csv", Decimal("3.0000"))),
        ("price_outlier", ("unit_price", "1000", "usually 10.000000", Decimal("2000.0000"))),
        ("customer_not_in_master", ("customer_id", "C77", None, Decimal("20.0000"))),
        ("unreadable_freight", ("freight_amount", "cheap", None, None)),
    ],
)
def test_an_issue_says_what_is_wrong_where(
    faulty: Faulty, rule: str, expected: tuple[object, ...]
) -> None:
    found = faulty.warehouse.query(
        "select column_name, offending_text, expected_text, amount_at_stake "
        "from quality.dq_issue where rule = :rule order by source_row_number",
        rule=rule,
    )
    assert found[0] == expected


def test_a_rule_that_hits_all_over_a_file_is_one_matter_of_it(faulty: Faulty) -> None:
    assert faulty.warehouse.query(
        "select distinct rule, source_file from quality.dq_issue where is_widespread"
    ) == [("line_number_reused", "shop-3.csv")]
    assert faulty.warehouse.query(
        "select issue_count, is_widespread from quality.dq_summary "
        "where rule = 'line_number_reused' order by source_file"
    ) == [(1, False), (11, True)]


def test_a_totals_row_is_compared_with_its_rows(faulty: Faulty) -> None:
    assert faulty.warehouse.query(
        "select column_name, offending_text, expected_text, amount_at_stake "
        "from quality.dq_issue where rule = 'control_total_disagrees'"
    ) == [("line_total", "24026", "the rows give 24025.0000", 1)]


def test_a_totals_row_that_agrees(sound: Warehouse) -> None:
    totals = "select column_name, stated_total, sum_of_rows from staging.int_control_totals"
    assert sorted(sound.query(totals)) == [("line_total", 1580, 1580), ("units", 158, 158)]


def test_a_tax_that_a_total_includes_is_no_revenue(sound: Warehouse) -> None:
    amounts = sound.query(
        "select revenue, gross_amount, reported_total from marts.fact_sales_line "
        "where source_file like 'shop-%' and order_id = '1' order by revenue"
    )
    assert amounts == [(Decimal(net),) * 3 for net in ("2.5", "3")]


def test_every_row_and_every_amount_is_accounted_for(faulty: Faulty) -> None:
    rows = faulty.warehouse.query(
        "select entity, sum(rows_read), sum(rows_accepted), sum(rows_rejected), "
        "sum(rows_duplicate), sum(rows_skipped) from quality.dq_reconciliation "
        "group by entity order by entity"
    )
    assert rows == [
        ("customers", 4, 3, 1, 0, 0),
        ("orders", 4, 3, 1, 0, 0),
        ("product_categories", 2, 1, 1, 0, 0),
        ("products", 8, 7, 1, 0, 0),
        ("sales_lines", 147, 127, 16, 3, 1),
        ("sales_targets", 6, 2, 4, 0, 0),
        ("sellers", 3, 2, 1, 0, 0),
        ("shipping_companies", 2, 1, 1, 0, 0),
        ("stores", 2, 1, 1, 0, 0),
    ]
    faulty.warehouse.assert_data_are_right("dq_reconciliation_rows_hold", "dq_reconciliation_grain")


def test_the_delivered_cells_are_there_under_their_own_headings(faulty: Faulty) -> None:
    cells = faulty.warehouse.query(
        "select header_text, delivered_text "
        f"from {faulty.warehouse.built('quality')}.dq_issue_cell "
        "where source_file = 'Sales 2026-01.xlsx' and source_row_number = :row "
        "order by column_number",
        row=faulty.places["unreadable_units"][0][1],
    )
    assert ("Pieces", "two") in cells
    assert ("Item", "Tea") in cells
    assert len(cells) == 15
