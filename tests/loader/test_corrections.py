"""Versions taken out, brought back and forgotten: what counts afterwards, and what never may."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from loader import ledger as ledger_module
from loader.corrections import (
    Prunable,
    Refused,
    find_prunable,
    prune,
    restore,
    withdraw,
)
from loader.deliveries import find_deliveries
from loader.layouts import read_layouts
from loader.load import Outcome, check
from loader.raw_tables import FILE_PARTS, FILE_VERSIONS, create_raw_tables
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LAYOUT, LINE, Dropped, LaidOut, ledger, raw
from warehouse.connection import connect, warehouse_url

GOOD = [HEADER, LINE]
BETTER = [HEADER, ["A1", *LINE[1:3], "5", "3.50"], ["A2", *LINE[1:]]]
BEST = [HEADER, ["A1", *LINE[1:3], "7", "3.50"]]
OTHER = [HEADER, ["B1", *LINE[1:]]]
BAD = [["nothing", "known"], ["1", "2"]]

HISTORY = "history of customers, by which earlier sales are shown"

COUNTED = """
    select file_version_id, path, order_id, units from raw.sales_lines
    inner join raw.file_versions on file_version_id = _file_version_id
    where status = 'active' order by file_version_id, order_id
"""


@contextmanager
def connected(warehouse: Warehouse) -> Iterator[Connection]:
    with connect(warehouse_url(warehouse.url)).connect() as connection:
        yield connection


def take_out(warehouse: Warehouse, version: int) -> int | None:
    with connected(warehouse) as connection:
        return withdraw(connection, version).older


def bring_back(warehouse: Warehouse, version: int) -> int | None:
    with connected(warehouse) as connection:
        done = restore(connection, version).superseded
    assert_nothing_counts_twice(warehouse)
    return done


def forget(warehouse: Warehouse, keep_days: int = 0) -> tuple[list[int], list[int]]:
    """Prune, and return the ids of what went and of what stayed."""
    with connected(warehouse) as connection:
        found = find_prunable(connection, keep_days)
        if found.versions:
            prune(connection, found.versions)
    return ids(found)


def ids(found: Prunable) -> tuple[list[int], list[int]]:
    stayed = [row.file_version_id for rows in found.needed.values() for row in rows]
    return [row.file_version_id for row in found.versions], sorted(stayed)


def load(
    warehouse: Warehouse, inbox: Path, layouts: Path | None = None
) -> list[tuple[str, str, list[str]]]:
    """Load, having made sure that `check` says the same; return path, status and notes."""
    with connected(warehouse) as connection:
        known = read_layouts(layouts) if layouts else []
        deliveries = find_deliveries([inbox], inbox).deliveries
        has_ledger = bool(warehouse.tables("raw"))
        checked = shown(list(check(connection if has_ledger else None, deliveries, known)))
    loaded = shown(warehouse.load(inbox, layouts=layouts))
    assert checked == loaded
    assert_nothing_counts_twice(warehouse)
    return loaded


def shown(outcomes: list[Outcome]) -> list[tuple[str, str, list[str]]]:
    return [(str(item.delivery.known_as), item.status, item.notes) for item in outcomes]


def assert_nothing_counts_twice(warehouse: Warehouse) -> None:
    for column in ("path", "file_id"):
        assert not warehouse.query(
            f"select {column} from raw.file_versions where status = 'active' "
            f"group by {column} having count(*) > 1"
        )


def statuses(warehouse: Warehouse) -> list[str]:
    return [status for (status,) in ledger(warehouse, "status")]


# ------------------------------------------------------------------ withdraw


def test_a_withdrawn_file_does_not_come_back_by_itself(
    warehouse: Warehouse, drop: Dropped, inbox: Path, layouts: LaidOut
) -> None:
    drop("a.csv", GOOD)
    drop("b.csv", OTHER)
    load(warehouse, inbox)
    assert take_out(warehouse, 1) is None
    assert warehouse.query(COUNTED) == [(2, "b.csv", "B1", "2")]
    assert len(raw(warehouse, "*")) == 2
    note = "not loaded; `python -m loader restore 1` brings it back"
    for folder in (None, layouts(a=LAYOUT.replace('"*"', "a.csv"))):  # also by another layout
        assert load(warehouse, inbox, folder)[0] == ("a.csv", "withdrawn", [note])
    assert statuses(warehouse) == ["withdrawn", "active"]


def test_new_bytes_of_a_withdrawn_file(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    take_out(warehouse, 1)
    drop("a.csv", BETTER)
    assert load(warehouse, inbox) == [("a.csv", "loaded", [])]
    assert ledger(warehouse, "status, file_id, supersedes") == [
        ("withdrawn", 1, None),
        ("active", 1, None),
    ]
    # The bytes that were withdrawn stay out, whatever came after them.
    drop("a.csv", GOOD)
    assert load(warehouse, inbox) == [
        (
            "a.csv",
            "withdrawn",
            [
                "not loaded; `python -m loader restore 1` brings it back",
                "version 2 of it stays in place",
            ],
        )
    ]
    assert statuses(warehouse) == ["withdrawn", "active"]


def test_a_copy_of_a_withdrawn_file(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    take_out(warehouse, 1)
    (inbox / "a.csv").rename(inbox / "b.csv")
    note = (
        "has the same bytes as a.csv, which was withdrawn: not loaded; "
        "`python -m loader restore 1` brings it back"
    )
    for _ in range(2):
        assert load(warehouse, inbox) == [("b.csv", "copy", [note])]
    assert ledger(warehouse, "path, status, same_content_as") == [
        ("a.csv", "withdrawn", None),
        ("b.csv", "copy", 1),
    ]
    drop("b.csv", BETTER)  # renamed, so it goes on as the same file
    assert load(warehouse, inbox) == [("b.csv", "loaded", [])]
    assert ledger(warehouse, "file_id")[2] == (1,)


def test_a_file_overwritten_by_a_withdrawn_one(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    """What it held before stays; once the other counts again, it is a copy as any other."""
    drop("a.csv", GOOD)
    drop("b.csv", OTHER)
    load(warehouse, inbox)
    take_out(warehouse, 1)
    drop("b.csv", GOOD)
    outcome = load(warehouse, inbox)[1]
    assert outcome[:2] == ("b.csv", "copy")
    assert outcome[2][1] == "version 2 of it stays in place"
    assert warehouse.query(COUNTED) == [(2, "b.csv", "B1", "2")]
    bring_back(warehouse, 1)
    outcome = load(warehouse, inbox)[1]
    assert outcome[2][1] == "what this file held before is no longer counted"
    assert warehouse.query(COUNTED) == [(1, "a.csv", "A1", "2")]


def test_a_withdrawn_twin_of_a_file_that_counts(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    """Then it is a copy as any other."""
    drop("b.csv", GOOD)
    load(warehouse, inbox)
    drop("b.csv", OTHER)
    load(warehouse, inbox)
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    take_out(warehouse, 3)
    bring_back(warehouse, 1)
    (inbox / "b.csv").unlink()
    note = "has the same bytes as b.csv, which is loaded: not loaded twice"
    assert load(warehouse, inbox) == [("a.csv", "copy", [note])]


def test_withdrawing_a_superseded_version(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    drop("a.csv", BETTER)
    load(warehouse, inbox)
    assert take_out(warehouse, 1) is None
    assert statuses(warehouse) == ["withdrawn", "active"]


def test_the_older_version_that_could_count_instead(
    duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    for content in (GOOD, BETTER, BEST):
        drop("a.csv", content)
        load(duckdb_warehouse, inbox)
    assert take_out(duckdb_warehouse, 3) == 2


@pytest.mark.parametrize("correct", [withdraw, restore])
def test_what_cannot_be_corrected(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    inbox: Path,
    correct: Callable[[Connection, int], object],
) -> None:
    drop("a.csv", GOOD)
    drop("b.csv", GOOD)
    drop("c.csv", [["nothing", "known"], ["1", "2"]])
    drop("d.csv", OTHER)
    load(duckdb_warehouse, inbox)
    take_out(duckdb_warehouse, 4)
    forget(duckdb_warehouse)
    before = ledger(duckdb_warehouse, "*")
    for version, said in [
        (9, "There is no version 9: `python -m loader status` lists them."),
        (2, "Version 2 (b.csv) is a copy, of which nothing was loaded; its rows are those of ver"),
        (3, "Version 3 (c.csv) failed to load: nothing of it is in the warehouse."),
        (4, "Version 4 (d.csv) is pruned: its rows are gone for good. Only the file itself can"),
    ]:
        with connected(duckdb_warehouse) as connection, pytest.raises(Refused) as raised:
            correct(connection, version)
        assert str(raised.value).startswith(said)
    assert ledger(duckdb_warehouse, "*") == before


def test_withdrawing_twice(duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    drop("a.csv", GOOD)
    load(duckdb_warehouse, inbox)
    take_out(duckdb_warehouse, 1)
    with pytest.raises(Refused, match=r"Version 1 \(a.csv\) is withdrawn already."):
        take_out(duckdb_warehouse, 1)


# ------------------------------------------------------------------ restore


def test_a_restored_version_takes_the_place_of_the_other(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    """Also of the same bytes that still lie in the folder, until they are brought back."""
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    drop("a.csv", BETTER)
    load(warehouse, inbox)
    assert bring_back(warehouse, 1) == 2
    assert bring_back(warehouse, 1) is None
    assert warehouse.query(COUNTED) == [(1, "a.csv", "A1", "2")]
    note = (
        "not loaded again, as version 1 was restored in its place; "
        "`python -m loader restore 2` brings it back"
    )
    assert load(warehouse, inbox) == [("a.csv", "unchanged", [note])]
    drop("a.csv", BEST)
    assert load(warehouse, inbox) == [("a.csv", "replaced", [])]
    assert ledger(warehouse, "status, file_id, supersedes") == [
        ("superseded", 1, None),
        ("superseded", 1, 1),
        ("active", 1, 1),
    ]
    drop("a.csv", BETTER)  # bytes of old, delivered anew: a delivery as any other
    assert load(warehouse, inbox) == [("a.csv", "replaced", [])]


def test_withdrawn_and_restored(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    before = warehouse.query(COUNTED)
    take_out(warehouse, 1)
    assert bring_back(warehouse, 1) is None
    assert warehouse.query(COUNTED) == before
    assert load(warehouse, inbox) == [("a.csv", "unchanged", [])]


def test_no_restoring_of_rows_that_count_elsewhere(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    drop("b.csv", GOOD)
    load(warehouse, inbox)
    drop("b.csv", OTHER)
    load(warehouse, inbox)
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    before = ledger(warehouse, "*")
    with pytest.raises(Refused) as raised:
        bring_back(warehouse, 1)
    assert str(raised.value) == (
        "Version 1 (b.csv) has the same bytes as version 3 (a.csv), which counts: both would "
        "count. If you want this one, `python -m loader withdraw 3` first."
    )
    assert ledger(warehouse, "*") == before


def test_a_renamed_file_and_another_under_its_old_name(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    (inbox / "a.csv").rename(inbox / "b.csv")
    load(warehouse, inbox)
    drop("b.csv", BETTER)
    load(warehouse, inbox)
    drop("a.csv", OTHER)
    assert load(warehouse, inbox)[0] == ("a.csv", "loaded", [])
    assert ledger(warehouse, "path, status, file_id") == [
        ("a.csv", "superseded", 1),
        ("b.csv", "copy", None),
        ("b.csv", "active", 1),
        ("a.csv", "active", 4),
    ]
    with pytest.raises(Refused, match="has the name of another file that counts by now, version 4"):
        bring_back(warehouse, 1)


def test_a_renamed_file_whose_old_version_is_restored(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    """It goes on from there under its new name, and never counts twice."""
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    (inbox / "a.csv").rename(inbox / "b.csv")
    load(warehouse, inbox)
    drop("b.csv", BETTER)
    load(warehouse, inbox)
    assert bring_back(warehouse, 1) == 3
    assert load(warehouse, inbox)[0][:2] == ("b.csv", "unchanged")
    drop("b.csv", BEST)
    assert load(warehouse, inbox) == [("b.csv", "replaced", [])]
    assert warehouse.query(COUNTED) == [(4, "b.csv", "A1", "7")]


@pytest.mark.parametrize(
    ("before", "after", "counted"),
    [
        ("b=1", "b=2 a=1", "a=1 b=2"),  # renamed, and new bytes under the old name
        ("b=1", "b=2 z=1", "b=2 z=1"),
        ("b=1 c=2", "b=2 c=1", "b=2 c=1"),  # names swapped
        ("a=1 b=2 c=3", "a=2 b=3 c=1", "a=2 b=3 c=1"),
        ("b=1 c=2", "b=3 c=1", "b=3 c=1"),  # this week and last week
        ("b=1 c=2", "b=3 c=1 d=2", "b=3 c=1 d=2"),
        ("b=1 c=1", "b=2 c=1", "b=2 c=1"),  # a copy whose original is none any more
        ("b=1", "b=bad a=1", "a=1"),
        ("b=1 c=2", "b=bad c=2", "b=1 c=2"),
        ("b=1", "a=1", "b=1"),  # only renamed
        ("b=1", "b=1 a=1 c=1", "b=1"),
        ("b=1", "b=2 a=1 c=1", "a=1 b=2"),
    ],
)
def test_names_that_rotate(
    warehouse: Warehouse, drop: Dropped, inbox: Path, before: str, after: str, counted: str
) -> None:
    """What is a copy is told by what counts after the load."""
    for names in (before, after):
        for file in inbox.iterdir():
            file.unlink()
        for name, content in (item.split("=") for item in names.split()):
            drop(f"{name}.csv", BAD if content == "bad" else [HEADER, [content, *LINE[1:]]])
        load(warehouse, inbox)
    found = sorted(f"{path[0]}={order}" for _, path, order, _ in warehouse.query(COUNTED))
    assert " ".join(found) == counted
    again = [status for _, status, _ in load(warehouse, inbox)]
    assert set(again) <= {"unchanged", "copy", "failed"}


def test_any_sequence_counts_every_file_once(
    duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    """Deliveries, renames and corrections at random."""
    chance = random.Random(7)
    contents = [GOOD, BETTER, BEST, OTHER]
    drop("0.csv", GOOD)
    load(duckdb_warehouse, inbox)
    for _ in range(30):
        name = f"{chance.randrange(3)}.csv"
        known = [row[0] for row in ledger(duckdb_warehouse, "file_version_id")]
        deed = chance.randrange(6)
        try:
            if deed <= 1:
                drop(name, chance.choice(contents))
            elif deed == 2 and (inbox / name).exists():
                (inbox / name).rename(inbox / f"{chance.randrange(3)}.csv")
            elif deed == 3:
                take_out(duckdb_warehouse, chance.choice(known))
            elif deed == 4:
                bring_back(duckdb_warehouse, chance.choice(known))
            elif chance.random() < 0.3:
                forget(duckdb_warehouse)
        except Refused:
            pass
        load(duckdb_warehouse, inbox)
        again = duckdb_warehouse.load(inbox)
        assert not {outcome.status for outcome in again} & {"loaded", "replaced"}
        counting = {
            row[0]
            for row in duckdb_warehouse.query(
                "select sha256 from raw.file_versions where status = 'active'"
            )
        }
        for outcome in again:
            # Every delivered byte counts, but for what was taken out or displaced by hand.
            excused = "restore" in " ".join(outcome.notes) or "pruned" in " ".join(outcome.notes)
            assert excused or outcome.delivery.sha256() in counting


# ------------------------------------------------------------------ prune


def test_pruned_versions_are_gone_for_good(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    drop("a.csv", GOOD)
    drop("b.csv", OTHER)
    load(warehouse, inbox)
    drop("a.csv", BETTER)
    load(warehouse, inbox)
    take_out(warehouse, 2)
    before = warehouse.query(COUNTED)
    assert forget(warehouse, keep_days=1) == ([], [])
    assert forget(warehouse) == ([1, 2], [])
    assert forget(warehouse) == ([], [])
    assert statuses(warehouse) == ["pruned", "pruned", "active"]
    assert warehouse.query(COUNTED) == before
    assert {row[0] for row in raw(warehouse, "_file_version_id")} == {3}
    assert warehouse.query("select file_version_id from raw.file_parts") == [(3,)]
    # Taken out by hand is taken out, though under another name there is no more to hold it back.
    assert load(warehouse, inbox)[1] == (
        "b.csv",
        "withdrawn",
        [
            "not loaded: it was taken out, and its rows are pruned; to load it after all, deliver "
            "it under another name"
        ],
    )
    (inbox / "b.csv").rename(inbox / "c.csv")
    assert load(warehouse, inbox)[1] == ("c.csv", "loaded", [])
    # What was only superseded may be delivered again.
    drop("a.csv", GOOD)
    assert load(warehouse, inbox)[0] == ("a.csv", "replaced", [])


def test_what_the_last_build_reads_is_kept(
    warehouse: Warehouse, drop: Dropped, inbox: Path
) -> None:
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    warehouse.execute(
        "create schema staging",
        "create table staging.stg_file_versions as select file_version_id, true as is_active, "
        "false as is_history from raw.file_versions",
    )
    drop("a.csv", BETTER)
    load(warehouse, inbox)
    drop("a.csv", BEST)
    load(warehouse, inbox)
    with connected(warehouse) as connection:
        found = find_prunable(connection, 0)
    assert ids(found) == ([2], [1])
    assert list(found.needed) == ["read by the last build (run `dbt build` first, then prune)"]
    warehouse.execute("update staging.stg_file_versions set file_version_id = 3")
    assert forget(warehouse) == ([1, 2], [])


def test_a_prune_that_fails_midway(
    warehouse: Warehouse, drop: Dropped, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop("a.csv", GOOD)
    load(warehouse, inbox)
    take_out(warehouse, 1)
    with connected(warehouse) as connection:
        versions = find_prunable(connection, 0).versions
        monkeypatch.setattr("loader.corrections.FILE_VERSIONS", sa.table("nowhere"))
        with pytest.raises(sa.exc.SQLAlchemyError):
            prune(connection, versions)
    assert statuses(warehouse) == ["withdrawn"]
    assert len(raw(warehouse, "*")) == 1
    assert warehouse.one("select count(*) from raw.file_parts") == 1


def test_history_of_customers(warehouse: Warehouse, drop: Dropped, inbox: Path) -> None:
    """What newer extracts have superseded is kept, a correction too until it is withdrawn."""
    for name, day in [("Ada", 5), ("Ada L.", 5), ("Ada K.", 12)]:
        path = drop("c.csv", [["Customer ID", "Customer Name"], ["C1", name]])
        moment = datetime(2026, 1, day, tzinfo=UTC).timestamp()
        os.utime(path, (moment, moment))
        load(warehouse, inbox)
    with connected(warehouse) as connection:
        found = find_prunable(connection, 0)
    assert ids(found) == ([], [1, 2])
    assert list(found.needed) == [HISTORY]
    take_out(warehouse, 1)
    assert forget(warehouse) == ([1], [2])


def test_no_prune_changes_the_history_of_customers(duckdb_warehouse: Warehouse) -> None:
    """As the build sees it, over ledgers made at random."""
    warehouse = duckdb_warehouse
    with connected(warehouse) as connection, connection.begin():
        create_raw_tables(connection)
        _write_ledgers(connection, random.Random(3), files=400)
    counted = "select file_version_id from staging.stg_file_versions where is_history order by 1"
    assert warehouse.dbt("run", "--select", "stg_file_versions").success
    before = warehouse.query(counted)
    assert len(before) > 50
    went, _ = forget(warehouse)
    assert len(went) > 100
    assert warehouse.dbt("run", "--select", "stg_file_versions").success
    assert warehouse.query(counted) == before


def _write_ledgers(connection: Connection, chance: random.Random, files: int) -> None:
    """Write versions of files: of customers or not, on days in and out of order, one active."""
    versions, parts = [], []
    first = date(2026, 1, 1)
    file_ids = [file_id for file_id in range(files) for _ in range(chance.randrange(1, 6))]
    chance.shuffle(file_ids)
    active = {file_id: chance.random() < 0.8 for file_id in file_ids}
    for version, file_id in reversed(list(enumerate(file_ids, start=1))):
        status = chance.choice(["superseded", "superseded", "superseded", "withdrawn", "pruned"])
        if active[file_id] and chance.random() < 0.7:
            status, active[file_id] = "active", False
        moment = ledger_module.now()
        versions.append(
            {
                "file_version_id": version,
                "file_id": file_id,
                "path": f"{file_id}.csv",
                "status": status,
                "layout": "",
                "rows_loaded": 0,
                "as_of_date": first + timedelta(days=chance.randrange(4)),
                "loader_version": "test",
                "started_at": moment,
                "finished_at": moment,
            }
        )
        parts += [
            {
                "file_version_id": version,
                "file_part_number": number,
                "entity": entity,
                "sheet": "",
                "header_row": 1,
                "rows_read": 0,
                "rows_loaded": 0,
                "rows_skipped": "{}",
                "control_totals": "[]",
                "columns_delivered": [],
                "missing_texts": [],
                "identity_columns": [],
                "decimal_mark": ".",
                "is_complete_extract": False,
            }
            for number, entity in enumerate(
                chance.choice([["customers"], ["customers", "stores"], ["stores"]]), start=1
            )
        ]
    connection.execute(FILE_VERSIONS.insert(), versions)
    connection.execute(FILE_PARTS.insert(), parts)
