"""Which files are found, wherever they lie: in linked folders, in archives, in text files."""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from loader.deliveries import Found, find_deliveries
from loader.reading import archive
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LAYOUT, LINE, Dropped, LaidOut, failed, ledger, write_book

TABLE = "\n".join([",".join(HEADER), ",".join(LINE)])


def found(inbox: Path) -> Found:
    return find_deliveries([inbox], inbox)


def names(inbox: Path) -> list[str]:
    return [str(delivery.known_as) for delivery in found(inbox).deliveries]


def pack(path: Path, contents: Mapping[str, str | bytes]) -> Path:
    """Write a zip archive of files by their names."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    return path


# ------------------------------------------------------------------ folders


def test_linked_folders_and_files_are_followed(tmp_path: Path, drop: Dropped, inbox: Path) -> None:
    apart = tmp_path / "apart"
    (apart / "deep").mkdir(parents=True)
    (apart / "deep" / "b.csv").write_text(TABLE)
    (apart / "c.csv").write_text(TABLE)
    (inbox / "team").symlink_to(apart, target_is_directory=True)
    (inbox / "c.csv").symlink_to(apart / "c.csv")
    (apart / "deep" / "round").symlink_to(apart, target_is_directory=True)
    (inbox / "home").symlink_to(inbox, target_is_directory=True)
    assert names(inbox) == ["c.csv", "team/c.csv", "team/deep/b.csv"]
    there = tmp_path / "there"
    there.symlink_to(inbox, target_is_directory=True)
    linked = find_deliveries([there / "team"], inbox).deliveries
    assert [str(delivery.known_as) for delivery in linked] == ["team/c.csv", "team/deep/b.csv"]


def test_a_link_that_leads_nowhere_is_a_failed_file(
    duckdb_warehouse: Warehouse, inbox: Path
) -> None:
    (inbox / "a.csv").symlink_to(inbox / "gone.csv")
    os.mkfifo(inbox / "pipe.csv")
    assert "cannot be read: No such file" in failed(duckdb_warehouse.load(inbox))


def test_a_folder_that_cannot_be_looked_into(
    drop: Dropped, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop("a/a.csv", TABLE)
    drop("b/b.csv", TABLE)
    scan = os.scandir

    def refuse(path: str) -> object:
        if os.fspath(path).endswith("/a"):
            raise PermissionError(13, os.strerror(13), path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert names(inbox) == ["b/b.csv"]
    assert found(inbox).unreadable == [f"{inbox}/a: Permission denied"]


# ------------------------------------------------------------------ text


def test_text_files_that_are_tables(
    duckdb_warehouse: Warehouse, drop: Dropped, inbox: Path, layouts: LaidOut
) -> None:
    drop("a.txt", TABLE.replace(",", "\t"))
    drop("note.txt", "Dear all,\n\nplease find the orders attached, units as agreed.\n")
    drop("named.txt", "Order;Item;Pieces\nA1;Tea;2\n")
    drop("near.txt", "Order ID;Order Date;Product\nA1;2026-01-05;Tea\n")
    folder = layouts(a=LAYOUT.replace('"*"', "named.txt"))
    outcomes = duckdb_warehouse.load(inbox, layouts=folder)
    assert [(str(item.delivery.known_as), item.status) for item in outcomes] == [
        ("a.txt", "loaded"),
        ("named.txt", "loaded"),
        ("near.txt", "failed"),
        ("note.txt", "left alone"),
    ]
    assert len(ledger(duckdb_warehouse, "path")) == 3


# ------------------------------------------------------------------ archives


def test_the_tables_of_an_archive(
    warehouse: Warehouse, drop: Dropped, inbox: Path, layouts: LaidOut, tmp_path: Path
) -> None:
    book = write_book(tmp_path / "b.xlsx", {"S": [HEADER, ["B1", *LINE[1:]]]})
    path = inbox / "march.zip"
    files: dict[str, str | bytes] = {"a.csv": TABLE, "read me.pdf": "x"}
    files["sub/b.xlsx"] = book.read_bytes()
    pack(path, files | {"__MACOSX/._a.csv": b"x"})
    outcomes = warehouse.load(inbox)
    assert [(str(item.delivery.known_as), item.status) for item in outcomes] == [
        ("march.zip/a.csv", "loaded"),
        ("march.zip/sub/b.xlsx", "loaded"),
    ]
    assert [str(name) for name in found(inbox).left_alone] == ["march.zip/read me.pdf"]
    query = "select order_id, path from raw.sales_lines join raw.file_versions on "
    assert warehouse.query(query + "file_version_id = _file_version_id order by 1") == [
        ("A1", "march.zip/a.csv"),
        ("B1", "march.zip/sub/b.xlsx"),
    ]
    pack(path, files | {"c.csv": TABLE.replace("A1", "C1")})
    statuses = [item.status for item in warehouse.load(inbox)]
    assert statuses == ["unchanged", "loaded", "unchanged"]


def test_a_layout_names_an_archive(
    duckdb_warehouse: Warehouse, inbox: Path, layouts: LaidOut
) -> None:
    pack(inbox / "shop 1.zip", {"data.csv": "Order;Item;Pieces\nA1;Tea;2\n"})
    folder = layouts(a=LAYOUT.replace('"*"', '"shop *.zip"'))
    (outcome,) = duckdb_warehouse.load(inbox, layouts=folder)
    assert outcome.layout == "a"


def test_no_name_in_an_archive_leads_out_of_it(inbox: Path) -> None:
    hostile = {"../../up.csv": TABLE, "/etc/root.csv": TABLE, "C:\\w\\x.csv": TABLE, "..": "y"}
    with zipfile.ZipFile(inbox / "a.zip", "w") as packed:
        for name, content in hostile.items():
            packed.writestr(name, content)
    assert names(inbox) == ["a.zip/C:/w/x.csv", "a.zip/etc/root.csv", "a.zip/up.csv"]


def test_names_of_an_archive_that_says_no_encoding(inbox: Path) -> None:
    """Many programs write UTF-8 without the flag that says so."""
    path = pack(inbox / "a.zip", {"XXXX.csv": TABLE})
    path.write_bytes(path.read_bytes().replace(b"XXXX", "\u017e\xf3".encode()))
    assert names(inbox) == ["a.zip/\u017e\xf3.csv"]


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ({}, "holds neither a workbook nor a CSV file, but no file at all: unpack it"),
        ({"a.pdf": "x"}, "holds neither a workbook nor a CSV file, but 'a.pdf': unpack it"),
        ({"[Content_Types].xml": "x"}, "is a workbook: name it .xlsx"),
        ({"a.csv": "x" * 100_000_000}, "too much to be plausible: unpack it yourself"),
        ({f"{i}.csv": "" for i in range(archive.MAX_MEMBERS + 1)}, "1,001 files, more than 1,000"),
        ({"b/a.csv": TABLE, "../b/a.csv": TABLE}, "several files called 'b/a.csv'"),
    ],
)
def test_archives_that_are_refused(
    duckdb_warehouse: Warehouse, inbox: Path, contents: dict[str, str], said: str
) -> None:
    pack(inbox / "a.zip", contents)
    assert said in failed(duckdb_warehouse.load(inbox))


def test_damaged_and_protected_archives(duckdb_warehouse: Warehouse, inbox: Path) -> None:
    path = pack(inbox / "a.zip", {"a.csv": TABLE})
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    assert "cut short or damaged" in failed(duckdb_warehouse.load(inbox))
    start = whole.index(b"a.csv") + len("a.csv")
    path.write_bytes(whole[:start] + b"\xff" * 20 + whole[start + 20 :])
    assert "damaged in its zip archive" in failed(duckdb_warehouse.load(inbox))
    central = whole.index(b"PK\x01\x02")
    path.write_bytes(whole[: central + 8] + b"\x01" + whole[central + 9 :])
    assert "protected by a password" in failed(duckdb_warehouse.load(inbox))
