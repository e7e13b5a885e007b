"""What stands in a cell stands in raw: text to the letter, typed cells in one canonical form."""

import string
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from loader.currencies import are_currencies
from loader.deliveries import find_deliveries
from loader.evidence.totals import total_words
from loader.file_reader import FileReader, choose_layouts
from loader.layouts import read_layouts
from loader.reading import workbook
from loader.understanding.vocabulary import says
from tests.conftest import Warehouse
from tests.loader.conftest import (
    HEADER,
    LAYOUT,
    LINE,
    Dropped,
    LaidOut,
    extra,
    loaded,
    raw,
    write_csv,
)

TEXTS = [
    "00123", "NA", "N/A", "null", "  both ends  ", "\ttab", "1,234.50", "=not a formula", "-",
    "'quoted'", 'say "hi"', "a\\b", "\\N", "\\.", "a\n\\.\nb", "two\nlines", "cr\r\nlf", "TRUE",
    "1e3", "0x1F", "\N{ZERO WIDTH SPACE}", "\N{RIGHT-TO-LEFT OVERRIDE}evil", "\x1b[31mred",
    "\N{GRINNING FACE}", "e\N{COMBINING ACUTE ACCENT}", "%s {0} $1", "x" * 32_767,
]  # fmt: skip


def test_text_to_the_letter_from_csv(warehouse: Warehouse, drop: Dropped) -> None:
    rows = [[text, "2026-01-05", text, "1", text, text] for text in TEXTS]
    loaded(warehouse.load(drop("file.csv", [[*HEADER, "Memo"], *rows])))
    found = raw(warehouse, "product_name, unit_price, _extra")
    assert [(name, price) for name, price, _ in found] == [(text, text) for text in TEXTS]
    assert [extra(text) for *_, text in found] == [{"Memo": text} for text in TEXTS]


def test_text_to_the_letter_from_a_workbook(duckdb_warehouse: Warehouse, inbox: Path) -> None:
    """A text that looks like a number or a formula is a text."""
    texts = [text for text in TEXTS if "\r" not in text]  # XML knows one kind of line break
    book = xlsxwriter.Workbook(inbox / "file.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [*HEADER, "Memo"])
    for i, text in enumerate(texts, start=1):
        for column in range(6):
            sheet.write_string(i, column, "2026-01-05" if column == 1 else text)
    book.close()
    loaded(duckdb_warehouse.load(inbox))
    found = raw(duckdb_warehouse, "product_name, unit_price, _extra")
    assert [(name, price) for name, price, _ in found] == [(text, text) for text in texts]
    assert [extra(text) for *_, text in found] == [{"Memo": text} for text in texts]


def test_typed_cells(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    cells = [
        (123, "123"), (1.5, "1.5"), (0.1 + 0.2, "0.3"), (1e15, "1000000000000000"), (-7, "-7"),
        (True, "true"), (date(2026, 1, 5), "2026-01-05 00:00:00"), (time(10, 30), "10:30:00"),
        (datetime(2026, 1, 5, 10, 30), "2026-01-05 10:30:00"),
    ]  # fmt: skip
    rows = [["A1", "2026-01-05", "Tea", 1, cell] for cell, _ in cells]
    loaded(duckdb_warehouse.load(drop("file.xlsx", {"S": [HEADER, *rows]})))
    texts = [text for (text,) in raw(duckdb_warehouse, "unit_price")]
    assert [text.lower() for text in texts] == [text for _, text in cells]


def test_row_numbers_are_those_of_excel(duckdb_warehouse: Warehouse, inbox: Path) -> None:
    """With a used area that starts elsewhere, blank rows between, and hidden and filtered rows."""
    book = xlsxwriter.Workbook(inbox / "file.xlsx")
    sheet = book.add_worksheet("S")
    sheet.write_row("C5", HEADER)
    for row in (6, 7, 10, 250):
        sheet.write_row(f"C{row}", [f"A{row}", *LINE[1:]])
    sheet.set_row(6, None, None, {"hidden": True})
    sheet.autofilter("C5:G250")
    book.close()
    outcome = loaded(duckdb_warehouse.load(inbox))
    assert raw(duckdb_warehouse, "order_id, _source_row_number, _source_sheet") == [
        (f"A{row}", row, "S") for row in (6, 7, 10, 250)
    ]
    assert outcome.rows_skipped == {"blank": 241}


def test_row_numbers_of_csv_count_records(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    """A line break inside a text makes no new row; a blank line is one."""
    rows = [HEADER, ["A2", "2026-01-05", "two\nlines", "1", "1"], [], ["A4", *LINE[1:]]]
    loaded(duckdb_warehouse.load(drop("file.csv", rows)))
    assert raw(duckdb_warehouse, "order_id, _source_row_number") == [("A2", 2), ("A4", 4)]


# ------------------------------------------------------------------ columns nobody mapped


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(
                    codec="utf-8", exclude_characters="\0|;\t", exclude_categories=["Cs"]
                ),
                max_size=6,
            ),
            min_size=4,
            max_size=4,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_nothing_in_extra_is_lost(tmp_path: Path, cells: list[list[str]]) -> None:
    """Other delimiters are left out: of so small a file they might be taken for the real one.

    So are columns of currencies, which are no others.
    """
    assume(not any(are_currencies([*filter(None, column)]) for column in zip(*cells, strict=True)))
    # Rows that may be totals, or no sales, are asked for.
    assume(
        not any(
            total_words().search(text) or says(text, "no_sale", "taken_back")
            for row in cells
            for text in row
        )
    )
    line = [*LINE[:2], "x" * 600, *LINE[3:]]  # so that control characters make it no binary file
    names = ['say "hi"', "two\nlines", "\x1b[31m", "a\\b"]
    path = write_csv(tmp_path / "file.csv", [HEADER + names, *[line + row for row in cells]])
    (delivery,) = find_deliveries([path], tmp_path).deliveries
    reading = FileReader(delivery, choose_layouts(delivery, []))
    texts: list[str | None] = []
    for _, batches in reading.parts_and_batches(version=1):
        for batch in batches:
            has_extra = "_extra" in batch.schema.names
            texts += batch["_extra"].to_pylist() if has_extra else [None] * len(batch)
    expected = [
        {name: text for name, text in zip(names, row, strict=True) if text} for row in cells
    ]
    assert [extra(text) for text in texts] == expected


def test_sparse_columns(warehouse: Warehouse, drop: Dropped) -> None:
    rows = [[*LINE, "", ""], [*LINE, "a", ""], [*LINE, "", "b"], [*LINE, "a", "b"]]
    loaded(warehouse.load(drop("file.csv", [[*HEADER, "x", "y"], *rows])))
    found = [extra(text) for (text,) in raw(warehouse, "_extra")]
    assert found == [{}, {"x": "a"}, {"y": "b"}, {"x": "a", "y": "b"}]


def test_repeated_and_blank_headers(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    header = [*HEADER, "Units", "", "Memo", "memo"]
    path = drop(
        "file.xlsx", {"S": [[None] * 10, [None, *header], [None, *LINE, "9", "8", "7", "6"]]}
    )
    outcome = loaded(duckdb_warehouse.load(path))
    ((units, text),) = raw(duckdb_warehouse, "units, _extra")
    assert units == "2"
    assert extra(text) == {"Units [G]": "9", "[H]": "8", "Memo": "7", "memo": "6"}
    assert outcome.notes == [
        "'Units' heads two columns, E2 and G2; the second is called 'Units [G]'",
        "kept in _extra, as no column takes them: 'Units [G]', 'Memo', 'memo'",
    ]


def test_cells_beyond_the_header(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    rows = [LINE, [*LINE, "x"], LINE, [*LINE, "", "y", "z"], *[[*LINE, "q"]] * 5]
    outcome = loaded(duckdb_warehouse.load(drop("file.csv", [HEADER, *rows])))
    found = [extra(text).get("_beyond_header") for (text,) in raw(duckdb_warehouse, "_extra")]
    assert found == [None, "x", None, "y | z", *["q"] * 5]
    (note,) = outcome.notes
    assert note.startswith(
        "more cells than the header in 7 rows (row 3, 5, 6, 7, 8, …): a separator"
    )


def test_cells_beside_the_table_of_a_workbook(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    """A cell of a workbook stands where it was put: nothing has been shifted."""
    path = drop("file.xlsx", {"S": [HEADER, LINE, [*LINE, None, "call back"]]})
    loaded(duckdb_warehouse.load(path))
    assert raw(duckdb_warehouse, "_extra") == [(None,), ('{"[G]": "call back"}',)]


def test_rows_shorter_than_the_header(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    loaded(duckdb_warehouse.load(drop("file.csv", [HEADER, ["A1"], LINE[:4]])))
    assert raw(duckdb_warehouse, "order_id, units, unit_price") == [
        ("A1", None, None),
        ("A1", "2", None),
    ]


def test_notes_stay_short(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    """Whatever stands in a header: 300 names of 3,000 letters, half of them twice."""
    names = [f"{i % 150}" + "x" * 3_000 for i in range(300)]
    outcome = loaded(duckdb_warehouse.load(drop("file.csv", [HEADER + names, LINE])))
    assert len(outcome.notes) == 7
    assert all(len(note) < 2_500 for note in outcome.notes)
    assert outcome.notes[5] == "145 more columns repeat a header"
    assert outcome.notes[6].endswith("and 270 more")


# ------------------------------------------------------------------ decimals and dates


def test_a_typed_number_is_no_grouped_text(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    """With decimal commas, the text 1.234 is a thousand; the number 1.234 is not."""
    cells: list[object] = ["1.234", 1.234, "-1.234", -1.234, 12.5, "12,5", 1234567.125, None]
    path = drop(
        "file.xlsx",
        {"S": [["Order", "Item", "Pieces"], *[["A1", "Tea", cell] for cell in cells]]},
    )
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=LAYOUT + 'decimal: ","\n')))
    assert [text for (text,) in raw(duckdb_warehouse, "units")] == [
        "1.234", "1.2340", "-1.234", "-1.2340", "12.5", "12,5", "1234567.125", None,
    ]  # fmt: skip


def test_the_last_rows_of_a_workbook_tell_how_to_read_its_first(
    duckdb_warehouse: Warehouse, drop: Dropped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No layout says how decimals are written; only a text in the last block shows it."""
    monkeypatch.setattr(workbook, "BLOCK_ROWS", 2)
    rows = [["A1", "2026-01-05", "Tea", cell, 1] for cell in (1.234, 2, 3, 4, 5, "12,5")]
    loaded(duckdb_warehouse.load(drop("file.xlsx", {"S": [HEADER, *rows]})))
    assert duckdb_warehouse.one("select decimal_mark from raw.file_parts") == ","
    assert [text for (text,) in raw(duckdb_warehouse, "units")][:2] == ["1.2340", "2"]


@pytest.mark.parametrize(
    ("cells", "is_left_out"),
    [
        (["", "", "", "", 0], True),
        (["", "", "", 0, "0,00 €"], True),
        (["", "", "", "#N/A", "$ -"], True),
        (["", "", "Tea", "", 0], False),
        (["A2", "", "", "", 0], False),
        (["", "", "", "", 4.5], False),
        (["", "", "#N/A", "", 0], False),  # what is broken everywhere was a row
    ],
)
def test_rows_that_wait_to_be_filled_in_are_left_out_and_counted(
    duckdb_warehouse: Warehouse, drop: Dropped, cells: list[object], is_left_out: bool
) -> None:
    rows = [[*HEADER, "Note"], [*LINE, "x"], [*cells, ""], [*cells, "call back"]]
    outcome = loaded(duckdb_warehouse.load(drop("file.xlsx", {"S": rows})))
    # What people noted beside it is no zero of a formula.
    assert outcome.rows_loaded == 3 - is_left_out
    assert outcome.rows_skipped == ({"unfilled": 1} if is_left_out else {})


# ------------------------------------------------------------------ every row is accounted for


@st.composite
def sheets(draw: st.DrawFn) -> list[list[str]]:
    """Rows of every kind below a header."""
    kinds = {
        "line": LINE,
        "blank": ["", " ", "", "", ""],
        "nothing": [],
        "repeated": HEADER,
        "total": ["Total", "", "", "9", "31.50"],
        "comment": ["# note", "7", "", "", ""],
        "ragged": [*LINE, "x"],
        "short": LINE[:2],
    }
    return [kinds[kind] for kind in draw(st.lists(st.sampled_from(sorted(kinds)), max_size=12))]


RULES = (
    "entity: sales_lines\nfiles: '*'\ncomment: '#'\n"
    "columns: {order_id: Order ID, sold_at: Order Date, product_name: Product, units: Units}\n"
    "skip_rows_where: {column: Order ID, matches: '^Total'}\n"
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=sheets(), rules=st.booleans(), above=st.integers(0, 3), limit=st.integers(0, 12))
def test_counts_add_up(
    tmp_path: Path, rows: list[list[str]], rules: bool, above: int, limit: int
) -> None:
    """Rows read = rows loaded + rows left out, by reason; and each row loaded has its number."""
    path = write_csv(tmp_path / "file.csv", [*[["title"]] * above, HEADER, LINE, *rows])
    layouts = []
    if rules:
        folder = tmp_path / "layouts"
        folder.mkdir(exist_ok=True)
        (folder / "a.yml").write_text(f"{RULES}rows: 1-{above + 2 + limit}\n")
        layouts = read_layouts(folder)
    (delivery,) = find_deliveries([path], tmp_path).deliveries
    reading = FileReader(delivery, choose_layouts(delivery, layouts))
    numbers: list[int] = []
    for _, batches in reading.parts_and_batches(version=1):
        for batch in batches:
            numbers += batch["_source_row_number"].to_pylist()
    (part,) = reading.parts
    assert part.rows_read == 1 + len(rows)
    assert part.rows_loaded == len(numbers) == len(set(numbers))
    assert part.rows_read == part.rows_loaded + sum(part.rows_skipped.values())
    left_out = {
        "blank": [[], ["", " ", "", "", ""]],
        "repeated_header": [HEADER],
        "total": [["Total", "", "", "9", "31.50"]] if rules else [],
        "comment": [["# note", "7", "", "", ""]] if rules else [],
    }
    kept = [LINE, *rows[:limit]] if rules else [LINE, *rows]
    expected = [
        above + 2 + i
        for i, row in enumerate(kept)
        if not any(row in kinds for kinds in left_out.values())
    ]
    assert numbers == expected
    assert len(part.control_totals) == part.rows_skipped["total"]


def test_only_letters_that_print_in_notes(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    header = [*HEADER, "\x1b[31mred\x1b[0m", "\N{RIGHT-TO-LEFT OVERRIDE}x", "a\nb", string.digits]
    outcome = loaded(duckdb_warehouse.load(drop("file.csv", [header, LINE])))
    assert all(note.isprintable() for note in outcome.notes)
