"""What a load makes of files that are new, the same, corrected, copied, renamed, broken or gone."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from loader.load import LoadInProgress, Outcome, one_load_at_a_time
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LAYOUT, LINE, Dropped, LaidOut, ledger, raw
from warehouse.connection import connect, warehouse_url

GOOD = [HEADER, LINE]
BETTER = [HEADER, ["A1", *LINE[1:3], "5", "3.50"], ["A2", *LINE[1:]]]
BAD = [["nothing", "known"], ["1", "2"]]

ACTIVE = """
    select path, order_id, units from raw.sales_lines
    inner join raw.file_versions on file_version_id = _file_version_id
    where status = 'active' order by path, order_id
"""


def statuses(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(str(outcome.delivery.known_as), outcome.status) for outcome in outcomes]


def test_first_and_second_load(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    drop("b.csv", GOOD)
    drop("a/c.csv", BETTER)
    assert statuses(warehouse.load(inbox)) == [("a/c.csv", "loaded"), ("b.csv", "loaded")]
    before = ledger(warehouse, "*")
    assert [row[:4] for row in before] == [(1, 1, "a/c.csv", "active"), (2, 2, "b.csv", "active")]
    assert statuses(warehouse.load(inbox)) == [("a/c.csv", "unchanged"), ("b.csv", "unchanged")]
    assert ledger(warehouse, "*") == before
    assert len(raw(warehouse, "*")) == 3


def test_what_the_ledger_knows(warehouse: Warehouse, drop: Dropped) -> None:
    path = drop("a.csv", [*GOOD, [], HEADER])
    warehouse.load(path)
    columns = (
        "path, status, entity, layout, sha256, size_bytes, rows_read, rows_loaded, rows_skipped, "
        "control_totals, supersedes, error, loader_version"
    )
    ((*found,),) = ledger(warehouse, columns)
    assert found[:4] == ["a.csv", "active", "sales_lines", ""]
    assert len(found[4]) == 64
    assert found[5:8] == [path.stat().st_size, 3, 1]
    assert json.loads(found[8]) == {"blank": 1, "repeated_header": 1}
    assert found[9:] == ["[]", None, None, "0.1.0"]
    assert warehouse.one("select finished_at >= started_at from raw.file_versions")


def test_a_corrected_file_replaces_its_own_rows(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    drop("a.csv", GOOD)
    drop("b.csv", [HEADER, ["B1", *LINE[1:]]])
    warehouse.load(inbox)
    drop("a.csv", BETTER)
    assert statuses(warehouse.load(inbox)) == [("a.csv", "replaced"), ("b.csv", "unchanged")]
    assert ledger(warehouse, "file_version_id, path, status, supersedes") == [
        (1, "a.csv", "superseded", None),
        (2, "b.csv", "active", None),
        (3, "a.csv", "active", 1),
    ]
    assert [row[0] for row in raw(warehouse, "_file_version_id")] == [1, 2, 3, 3]
    assert warehouse.query(ACTIVE) == [
        ("a.csv", "A1", "5"), ("a.csv", "A2", "2"), ("b.csv", "B1", "2"),
    ]  # fmt: skip


def test_a_copy_is_recorded_once_and_not_loaded(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    drop("a.csv", GOOD)
    drop("b.csv", GOOD)
    outcomes = warehouse.load(inbox)
    assert statuses(outcomes) == [("a.csv", "loaded"), ("b.csv", "copy")]
    assert outcomes[1].notes == ["has the same bytes as a.csv, which is loaded: not loaded twice"]
    assert statuses(warehouse.load(inbox)) == [("a.csv", "unchanged"), ("b.csv", "copy")]
    assert ledger(warehouse, "path, status, same_content_as") == [
        ("a.csv", "active", None),
        ("b.csv", "copy", 1),
    ]
    assert len(raw(warehouse, "*")) == 1


def test_a_renamed_file_goes_on_under_its_new_name(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    drop("a.csv", GOOD)
    warehouse.load(inbox)
    (inbox / "a.csv").rename(inbox / "b.csv")
    assert statuses(warehouse.load(inbox)) == [("b.csv", "copy")]
    assert statuses(warehouse.load(inbox)) == [("b.csv", "unchanged")]
    drop("b.csv", BETTER)
    assert statuses(warehouse.load(inbox)) == [("b.csv", "replaced")]
    assert warehouse.query(ACTIVE) == [("b.csv", "A1", "5"), ("b.csv", "A2", "2")]


def test_a_renamed_file_whose_correction_fails_first(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    drop("a.csv", GOOD)
    warehouse.load(inbox)
    (inbox / "a.csv").rename(inbox / "b.csv")
    warehouse.load(inbox)
    drop("b.csv", BAD)
    (outcome,) = warehouse.load(inbox)
    assert outcome.error.endswith("The version loaded before stays in place.")
    assert warehouse.query(ACTIVE) == [("a.csv", "A1", "2")]
    drop("b.csv", BETTER)
    assert statuses(warehouse.load(inbox)) == [("b.csv", "replaced")]
    assert warehouse.query(ACTIVE) == [("b.csv", "A1", "5"), ("b.csv", "A2", "2")]


def test_a_file_that_becomes_a_copy_does_not_count_any_more(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    """As in a warehouse that only ever saw the files as they are now."""
    drop("a.csv", GOOD)
    drop("b.csv", [HEADER, ["B1", *LINE[1:]]])
    warehouse.load(inbox)
    drop("b.csv", GOOD)
    outcomes = warehouse.load(inbox)
    assert statuses(outcomes) == [("a.csv", "unchanged"), ("b.csv", "copy")]
    assert outcomes[1].notes[1] == "what this file held before is no longer counted"
    assert warehouse.query(ACTIVE) == [("a.csv", "A1", "2")]
    assert ledger(warehouse, "path, status, supersedes, same_content_as")[1:] == [
        ("b.csv", "superseded", None, None),
        ("b.csv", "copy", 2, 1),
    ]
    assert statuses(warehouse.load(inbox)) == [("a.csv", "unchanged"), ("b.csv", "copy")]
    assert len(ledger(warehouse, "*")) == 3


def test_a_copy_that_is_none_any_more(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    drop("a.csv", GOOD)
    drop("b.csv", GOOD)
    warehouse.load(inbox)
    drop("b.csv", BETTER)
    outcomes = warehouse.load(inbox)
    assert statuses(outcomes) == [("a.csv", "unchanged"), ("b.csv", "loaded")]
    assert outcomes[1].notes == [
        "was a copy of a.csv and is not any more, so both are counted: if one of them is only a "
        "backup, take it out"
    ]


def test_failed_files(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    """The others are in; nothing but a ledger row is left of the failure, however often it is."""
    drop("a.csv", GOOD)
    drop("b.csv", BAD)
    drop("c.csv", [HEADER, ["C1", *LINE[1:]]])
    wanted = [("a.csv", "loaded"), ("b.csv", "failed"), ("c.csv", "loaded")]
    assert statuses(warehouse.load(inbox)) == wanted
    assert statuses(warehouse.load(inbox))[1] == ("b.csv", "failed")
    assert ledger(warehouse, "file_version_id, status, rows_loaded") == [
        (1, "active", 1),
        (2, "failed", None),
        (3, "active", 1),
    ]
    assert [row[0] for row in raw(warehouse, "_file_version_id")] == [1, 3]
    drop("b.csv", [HEADER, ["B1", *LINE[1:]]])
    assert statuses(warehouse.load(inbox))[1] == ("b.csv", "loaded")


def test_a_failed_correction_leaves_what_was_there(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    """Also when it fails after rows of it were copied."""
    drop("a.xlsx", {"S": GOOD, "T": [HEADER, ["B1", *LINE[1:]]]})
    warehouse.load(inbox)
    drop("a.xlsx", {"S": BETTER, "T": [HEADER, [*LINE[:3], "=1+1", "2"]]})
    (outcome,) = warehouse.load(inbox)
    assert "cell D2 holds a formula without a saved value" in outcome.error
    assert outcome.error.endswith("The version loaded before stays in place.")
    assert warehouse.query(ACTIVE) == [("a.xlsx", "A1", "2"), ("a.xlsx", "B1", "2")]
    assert len(raw(warehouse, "*")) == 2
    assert warehouse.one("select count(*) from raw.file_parts") == 2


def test_a_file_that_cannot_be_read_leaves_one_row(
    duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop("a.csv", GOOD)
    duckdb_warehouse.load(inbox)

    def refuse(*_: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "open", refuse)
    for _ in range(2):
        (outcome,) = duckdb_warehouse.load(inbox)
        assert outcome.error == (
            "the file cannot be read: Permission denied. The version loaded before stays in place."
        )
    assert ledger(duckdb_warehouse, "status") == [("active",), ("failed",)]


def test_a_changed_layout_reads_the_file_again(
    warehouse: Warehouse, drop: Dropped, inbox: Path, layouts: LaidOut
) -> None:
    drop("a.csv", [["Order", "Item", "Pieces", "Town"], ["A1", "Tea", "2", "Leeds"]])
    warehouse.load(inbox, layouts=layouts(a=LAYOUT))
    with_city = LAYOUT.replace("units: Pieces", "units: Pieces, city: Town")
    folder = layouts(a=with_city)
    assert statuses(warehouse.load(inbox, layouts=folder)) == [("a.csv", "replaced")]
    folder = layouts(a=f"# only a comment\n{with_city}")
    assert statuses(warehouse.load(inbox, layouts=folder)) == [("a.csv", "unchanged")]
    assert raw(warehouse, "city") == [(None,), ("Leeds",)]
    assert ledger(warehouse, "status, supersedes") == [("superseded", None), ("active", 1)]


def test_a_file_that_is_gone_stays_loaded(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    drop("b.csv", GOOD)
    warehouse.load(inbox)
    (inbox / "b.csv").unlink()
    drop("c.csv", BETTER)
    warehouse.load(inbox)
    assert {path for path, *_ in warehouse.query(ACTIVE)} == {"b.csv", "c.csv"}


def test_one_load_at_a_time(new_warehouse: Callable[[str], Warehouse]) -> None:
    engine = connect(warehouse_url(new_warehouse("postgres").url))
    with engine.connect() as first, engine.connect() as second:
        with (
            one_load_at_a_time(first),
            pytest.raises(LoadInProgress),
            one_load_at_a_time(second),
        ):
            pass
        with one_load_at_a_time(second):
            pass
