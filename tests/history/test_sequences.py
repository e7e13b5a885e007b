"""What incremental models get wrong elsewhere: a line in several files, of which some go again."""

import pytest

from tests.history.conftest import NewHistory
from tests.history.rebuild import copy
from tests.history.sales import lines, sale
from tests.history.steps import (
    Build,
    BuildLines,
    ChangeLayout,
    Copy,
    Deliver,
    Rename,
    Restore,
    Withdraw,
)

ON_DUCKDB = ["duckdb", pytest.param("postgres", marks=pytest.mark.deep)]
"""On the other engine too where there is time."""


@pytest.mark.parametrize("engine", ON_DUCKDB)
def test_lines_in_several_files(new_history: NewHistory, engine: str) -> None:
    history = new_history(engine)
    history.play(
        Deliver("lines-1.csv", (sale("A", line_total=10), sale("A", 2, line_total=11))),
        Deliver("lines-2.csv", (sale("B", line_total=20), sale("C", line_total=30))),
        # A file without an identity and without line numbers: what is there twice was sold twice.
        Deliver("till-1.csv", (sale("T", "", line_total=1), sale("T", "", line_total=1))),
        Deliver("till-3.csv", (sale("N", line_total=3),)),
        BuildLines(),
        # A late delivery of the same line wins; another repeats it with the same value.
        Deliver("lines-3.csv", (sale("A", line_total=15), sale("B", line_total=20))),
        Deliver("lines-5.csv", (sale("A", 2, line_total=16),)),
        # Without an identity, equal numbers are a correction on one day, and a sale on another.
        Deliver(
            "till-4.csv",
            (sale("N", line_total=4), sale("N", day="2026-01-31", line_total=5)),
        ),
        BuildLines(),
    )
    assert lines(history) == [
        ("A", 1, 15, "lines-3.csv"),
        ("A", 2, 16, "lines-5.csv"),
        ("B", 1, 20, "lines-3.csv"),
        ("C", 1, 30, "lines-2.csv"),
        ("N", 1, 4, "till-4.csv"),
        ("N", 1, 5, "till-4.csv"),
        ("T", None, 1, "till-1.csv"),
        ("T", None, 1, "till-1.csv"),
    ]
    history.play(
        # The winner is corrected and has the line no more, or is withdrawn: the older line counts
        # again. A line moves between files. The till has fewer rows.
        Deliver("lines-2.csv", (sale("B", line_total=20),)),
        Deliver("lines-1.csv", (sale("A", line_total=10), sale("A", 2, line_total=11), sale("C"))),
        Deliver("lines-3.csv", (sale("A", line_total=15),)),
        Withdraw("lines-5.csv"),
        Deliver("till-1.csv", (sale("T", "", line_total=1),)),
        Withdraw("till-4.csv"),
        BuildLines(),
    )
    assert lines(history) == [
        ("A", 1, 15, "lines-3.csv"),
        ("A", 2, 11, "lines-1.csv"),
        ("B", 1, 20, "lines-2.csv"),
        ("N", 1, 3, "till-3.csv"),
        ("T", None, 1, "till-1.csv"),
    ]
    history.play(
        # Corrected twice, renamed and corrected, withdrawn and restored, between two builds.
        Deliver("lines-1.csv", (sale("A", line_total=12),)),
        Deliver("lines-1.csv", (sale("A", line_total=13),)),
        Rename("lines-2.csv", "lines-4.csv"),
        Deliver("lines-4.csv", (sale("B", line_total=21), sale("B", 2, line_total=22))),
        Withdraw("till-1.csv"),
        Restore("till-1.csv"),
        Copy("till-1.csv", "till-2.csv"),
        BuildLines(),
        # The ledger is again what it was at the build before last: what was built since is not.
        Withdraw("lines-1.csv"),
        Restore("lines-1.csv", back=1),
        ChangeLayout("lines"),
        BuildLines(),
        Withdraw("lines-1.csv"),
        Withdraw("lines-3.csv"),
        Withdraw("lines-4.csv"),
        Withdraw("till-1.csv"),
        Withdraw("till-3.csv"),
        BuildLines(),
    )
    assert lines(history) == []
    history.play(Restore("lines-4.csv"), Build())
    assert lines(history) == [("B", 2, 22, "lines-4.csv")]  # by its new identity, one line


def test_a_table_that_went_wrong_is_found(new_history: NewHistory) -> None:
    history = new_history("duckdb")
    history.play(Deliver("lines-1.csv", (sale("A", line_total=5), sale("B"))))
    history.warehouse.build_from_nothing()
    copy(history.warehouse, history.second)
    history.hold()
    table = "marts.fact_sales_line"
    history.warehouse.execute(f"update {table} set revenue = revenue + 1")
    history.warehouse.execute("drop table reports.rpt_weekly_summary")
    with pytest.raises(AssertionError) as found:
        history.hold()
    said = str(found.value)
    assert "Deliver(name='lines-1.csv'" in said
    assert f"{table}: 1 rows are only in the warehouse, 1 in the rebuild" in said
    assert "revenue: - 6.0000 + 5.0000" in said
    assert "reports.rpt_weekly_summary is only in the rebuild" in said
