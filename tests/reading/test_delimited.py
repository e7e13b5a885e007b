"""CSV and TSV: every cell to the letter, at the row that Excel shows, in any usual encoding."""

import csv
import gzip
import re
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loader.reading import delimited
from loader.reading.opening import is_table_file, open_sheets
from loader.reading.sheet import BadFile

from .conftest import Read

PORTUGUESE = "cliente;cidade\r\nJoão Araújo;São Paulo\r\nConceição;Brasília\r\n"
GERMAN = "Kunde;Straße\r\nMüller;Größe\r\nJäger;Köln\r\n"
FRENCH = "nom;prénom\r\nLefèvre;Hélène\r\nGarçon;Noël élève\r\n"


def read(
    folder: Path, content: str | bytes, name: str = "f.csv", encoding: str | None = None
) -> Read:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Read(path, encoding=encoding)


def refusal(
    folder: Path, content: str | bytes, name: str = "f.csv", encoding: str | None = None
) -> str:
    with pytest.raises(BadFile) as caught:
        read(folder, content, name, encoding)
    return str(caught.value)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("\r\n\t"))
TABLE = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), min_size=1, max_size=8)
)


@settings(deadline=None)
@given(
    TABLE,
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from([".csv", ".tsv", ".csv.gz"]),
)
def test_any_table_comes_back_to_the_letter(
    table: list[list[str]], newline: str, suffix: str
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"t{suffix}")
        open_file = gzip.open if suffix == ".csv.gz" else open
        with open_file(path, "wt", encoding="utf-8", newline="") as file:
            csv.writer(
                file,
                delimiter="\t" if suffix == ".tsv" else ",",
                lineterminator=newline,
                quoting=csv.QUOTE_ALL,
            ).writerows(table)
        sheet = Read(path)
    assert sheet.rows == [[cell or None for cell in row] for row in table]


def test_rows_are_numbered_as_excel_numbers_them(tmp_path: Path) -> None:
    sheet = read(tmp_path, 'a,b\r\n\r\n"two\r\nlines",x\r\nlast,y\r\n')
    assert sheet.grid == {
        (1, 1): "a", (1, 2): "b", (3, 1): "two\r\nlines", (3, 2): "x", (4, 1): "last", (4, 2): "y",
    }  # fmt: skip


def test_ragged_rows_are_kept_whole(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1\n1,2,3,4\n").rows == [
        ["a", "b", None, None],
        ["1", None, None, None],
        ["1", "2", "3", "4"],
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_newline(tmp_path: Path, newline: str) -> None:
    assert read(tmp_path, f"a,b{newline}1,2").rows == [["a", "b"], ["1", "2"]]


def test_text_is_not_interpreted(tmp_path: Path) -> None:
    cells = ["00123", "NA", "NULL", "true", " x ", "1e5", "'", '5" pipe']
    assert read(tmp_path, ",".join(cells)).rows == [cells]


def test_blocks_number_on_and_may_differ_in_width(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "BLOCK_ROWS", 2)
    blocks = read(tmp_path, "a,b\n1,2\n3,4,5\n6\n7\n").blocks
    assert [(block.first_row, block.height, len(block.columns)) for block in blocks] == [
        (1, 2, 2),
        (3, 2, 3),
        (5, 1, 1),
    ]


# ------------------------------------------------------------------ delimiter


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    rows = [["name", "amount", "note"], ["Ann", "1,5", "a; b"], ["Bob", "2,5", "c | d"]]
    path = tmp_path / "f.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    sheet = Read(path)
    assert sheet.rows == rows
    assert bool(sheet.notes) == (delimiter != ",")


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("a;b\n1,5;2,5\n1,5;2,5\n", 2),
        ("Sales, first quarter\n\na;b;c\n1,0;2,0;3\n4,0;5,0;6\n", 3),
        ('"x;y;z",b\n"p;q;r",c\n', 2),
        ('"","|"\n', 2),
        ('a;"two\nlines, with, commas"\n1;2\n', 2),
        ("name\nAnn\nBob; the builder\nCid\n", 1),
        ("only\n", 1),
    ],
)
def test_text_that_holds_other_delimiters(tmp_path: Path, text: str, width: int) -> None:
    assert len(read(tmp_path, text).blocks[0].columns) == width


def test_the_sep_line_of_excel(tmp_path: Path) -> None:
    sheet = read(tmp_path, "sep=;\r\na;b,c\r\n")
    assert sheet.rows == [[None, None], ["a", "b,c"]]
    assert sheet.notes == ["row 1 names the delimiter (semicolon)"]


# ------------------------------------------------------------------ encoding


@pytest.mark.parametrize("text", [PORTUGUESE, GERMAN, FRENCH])
@pytest.mark.parametrize(
    "encoding",
    ["cp1252", "cp850", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"],
)
def test_the_encoding_is_found_out(tmp_path: Path, text: str, encoding: str) -> None:
    sheet = read(tmp_path, text.encode(encoding))
    assert sheet.rows == [line.split(";") for line in text.splitlines()]
    noted = any(note.lower().startswith(f"read as {encoding}") for note in sheet.notes)
    assert noted == (not encoding.startswith("utf-8"))


def test_accents_that_come_late_count(tmp_path: Path) -> None:
    text = "a;b\n" + "x;y\n" * 50_000 + "São;Müller\n"
    assert read(tmp_path, text.encode("cp1252")).rows[-1] == ["São", "Müller"]


def test_a_character_across_the_edge_of_a_chunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "_CHUNK", 3)
    assert read(tmp_path, "ab€€ü,ñ\n").rows == [["ab€€ü", "ñ"]]


def test_a_declared_encoding_is_kept_to(tmp_path: Path) -> None:
    assert read(tmp_path, "Łódź,b\n".encode("cp1250"), encoding="cp1250").rows == [["Łódź", "b"]]
    message = refusal(tmp_path, "ok,ok\nJoão,b\n".encode("cp1252"), encoding="utf-8")
    assert "byte 9 (line 2) is not utf-8" in message


@pytest.mark.parametrize(
    ("texts", "encoding"),
    [
        ("Иванов,Петров", "cp1251"),
        ("Иванов,Москва", "koi8-r"),
        ("Иванов,Петров", "cp866"),
        ("Gdańsk Sklep,Łódź Sklep", "cp1250"),
        ("Łódź,Kraków,Świętokrzyskie", "cp852"),
        ("Čapek,Dvořák,Žižkov", "iso8859-2"),
        ("İstanbul,Şişli,Ağaç", "cp1254"),
        ("Rīga,Jēkabs,Šķēde", "cp1257"),
        ("Παπαδόπουλος,Αθήνα", "cp1253"),
        ("Καφές,Αθήνα Α.Ε.", "cp1253"),
        ("Peña,Ñandú,Crème brûlée,Straße", "cp1252"),
        ("£10 off,Smith’s – best,José", "cp1252"),
        ("Müller,José,Señor", "mac-roman"),
        ("Müller,José", "cp437"),
        ("甲公司,乙公司", "gbk"),
        ("株式会社トヨタ,東京", "cp932"),
        ("台北公司,高雄", "big5"),
    ],
)
def test_words_tell_the_code_page(tmp_path: Path, texts: str, encoding: str) -> None:
    sheet = read(tmp_path, ("name\n" + texts.replace(",", "\n")).encode(encoding))
    assert [row[0] for row in sheet.rows[1:]] == texts.split(",")
    assert "in which its words are words" in sheet.notes[0]


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("Datum;Antal;Á-pris;Belopp", "cp1252"),
        ("Data;Ilość;Wartość", "cp1250"),
        ("Data;Quantità;Importo", "cp1252"),
        ("Nº pedido;Producto", "cp1252"),
    ],
)
def test_words_of_the_vocabulary_tell_the_code_page(
    tmp_path: Path, header: str, encoding: str
) -> None:
    sheet = read(tmp_path, f"{header}\n1;2\n".encode(encoding))
    assert sheet.rows[0][: header.count(";") + 1] == header.split(";")
    assert f"read as {encoding}" in sheet.notes[0]


@pytest.mark.parametrize(
    ("texts", "encoding", "other"),
    [
        ("Müller,Gdańsk", "cp1250", "Gdañsk"),
        ("Szőke,Győr", "cp1250", "Gyõr"),
        ("São Paulo", "cp1252", "Săo"),
        ("서울상사,부산", "cp949", "何魂"),
        ("ИВАНОВ,МОСКВА", "cp1251", "хбюмнб"),
        ("בית,חנות", "cp1255", "бйъ"),
    ],
)
def test_words_that_leave_the_code_page_open(
    tmp_path: Path, texts: str, encoding: str, other: str
) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(("name\n" + texts.replace(",", "\n")).encode(encoding))
    with open_sheets(path) as [sheet]:
        (question,) = sheet.questions
    said = " ".join(reading.meaning for reading in question.readings)
    assert other in said
    assert any(word in said for word in re.split("[ ,]", texts))
    assert f"encoding: {encoding}" in [reading.line for reading in question.readings]


def test_a_bad_byte_in_utf_8(tmp_path: Path) -> None:
    sheet = read(tmp_path, "name\nMüller\nŁódź\n".encode() + b"Jos\xe9\n")
    assert [row[0] for row in sheet.rows[1:]] == ["Müller", "Łódź", "Jos\ufffd"]
    assert "is UTF-8 but for 1 word (the first in line 4, byte 25)" in sheet.notes[0]


@pytest.mark.parametrize("page", ["cp1252", "mac-roman"])
def test_words_that_were_encoded_twice_are_read_as_meant(tmp_path: Path, page: str) -> None:
    text = "n° facture;produit;client\n1;Cuillère;NESTLÉ®\n2;Théière;Ça va\n"
    sheet = read(tmp_path, text.encode().decode(page, "replace"))
    meant = [line.split(";") for line in text.splitlines()]
    assert sheet.rows[1][1] == meant[1][1]
    assert "were encoded twice" in sheet.notes[0]
    if page == "mac-roman":  # cp1252 has no letter for each byte
        assert sheet.rows == meant


def test_some_lines_that_were_encoded_twice(tmp_path: Path) -> None:
    twice = "Größe XL".encode().decode("cp1252")
    sheet = read(tmp_path, f"Größe S\nNESTLÉ®\nMAÇÃ\u00a0\n{twice}\n5 m²\n")
    names = [row[0] for row in sheet.rows]
    assert names == ["Größe S", "NESTLÉ®", "MAÇÃ\u00a0", "Größe XL", "5 m²"]


@pytest.mark.parametrize(("page", "word"), [("cp1252", "Löffel"), ("cp1250", "Łyżka")])
def test_lines_of_two_encodings_are_each_read_in_their_own(
    tmp_path: Path, page: str, word: str
) -> None:
    others = {"cp1252": ["Schüssel", "grün", "groß"], "cp1250": ["Dzbanek żółty", "Świeca", "mąka"]}
    old = "\n".join([word, *others[page]])
    sheet = read(tmp_path, b"Name\n" + old.encode(page) + f"\n{old}\n".encode())
    names = [row[0] for row in sheet.rows[1:]]
    assert names == old.split("\n") * 2
    assert f"in {page}" in sheet.notes[0]


def test_files_that_are_put_together_with_their_marks(tmp_path: Path) -> None:
    one = "\ufeffa,b\n1,2\n"
    assert read(tmp_path, one + one).rows == [["a", "b"], ["1", "2"]] * 2


def test_texts_that_are_kept_from_excel_by_a_formula(tmp_path: Path) -> None:
    sheet = read(tmp_path, 'a,b\n="00123","=""12,50"""\n"=""two""&A1",x\n')
    assert sheet.rows[1:] == [["00123", "12,50"], ['="two"&A1', "x"]]


@pytest.mark.parametrize("encoding", ["klingon", "base64"])
def test_an_encoding_that_is_none(tmp_path: Path, encoding: str) -> None:
    assert f"'{encoding}', which there is not" in refusal(tmp_path, "a\n", encoding=encoding)


# ------------------------------------------------------------------ bad files


@pytest.mark.parametrize(
    "line", ['4,"Tea 5" green",6', '4,"Tea,6', '"4,5,6', '4,5,"', 'x,"y"z,"two" more']
)
@pytest.mark.parametrize("behind", ["7,8,9", '7,"Rum, dark",9', '7,"two\nlines",9'])
def test_one_row_that_cannot_be_split_is_kept_as_it_is(
    tmp_path: Path, line: str, behind: str
) -> None:
    sheet = read(tmp_path, f"a,b,c\n1,2,3\n{line}\n{behind}\n10,11,12\n")
    assert sheet.rows[2] == [None, None, None, line]
    assert [len([cell for cell in row if cell]) for row in sheet.rows] == [3, 3, 1, 3, 3]
    assert "1 row of 5 cannot be split into cells" in sheet.notes[0]
    assert "(row 3)" in sheet.notes[0]


def test_too_many_rows_that_cannot_be_split(tmp_path: Path) -> None:
    rows = ["1,2,3"] * 1_000
    rows[300] = rows[500] = '"4"x,5,6'
    assert len(read(tmp_path, "a,b,c\n" + "\n".join(rows)).rows) == 1_001
    rows[100::50] = ['"4"x,5,6'] * 18
    assert "a quotation mark closes" in refusal(tmp_path, "a,b,c\n" + "\n".join(rows))


def test_lines_that_are_quoted_as_a_whole(tmp_path: Path) -> None:
    sheet = read(tmp_path, '"a;b;c"\r\n"1;""x; y"";2"\r\n"3;4;5"\r\n')
    assert sheet.rows == [["a", "b", "c"], ["1", "x; y", "2"], ["3", "4", "5"]]
    assert any("each line is one quoted text" in note for note in sheet.notes)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b'"a,b\n1,2\n3,4\n5,6\n', "row 1: a quotation mark opens"),
        (b'a,b\n1,2\n"3,4\n5\n', "row 3: a quotation mark opens"),
        (b'a,b\n"' + b"x\n" * 700_000, "row 2: a quotation mark opens"),
        (b'a,b\n"' + b"x" * 1_000_001 + b'",2\nx\n', "row 2 has a field of over 1,000,000"),
        (b'a,b\n"x"y,2\n1,2\n"x"y,2\n', "row 4: a quotation mark closes"),
        (b"a,b\n1,2\n3,\x00\n", "row 3 holds a NUL"),
        (bytes(range(256)) * 20, "binary data"),
        (b"PK\x03\x04" + bytes(100), "an Excel workbook"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"<html><table>", "a web page (HTML)"),
        (b"a,b\n" + b"x" * (17 << 20), "row 2 is over 16,777,216 characters"),
        (b"a,b\n" + b"," * 20_000, "row 2 has 20,001 columns"),
    ],
)
def test_bad_files_are_refused_in_plain_words(tmp_path: Path, content: bytes, says: str) -> None:
    assert says in refusal(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        b"no gzip at all",
        gzip.compress(b"a,b\n" * 100_000)[:-9],
        gzip.compress(b"a,b\n")[:12] + b"\xff" * 20,
    ],
    ids=["plain text", "cut short", "damaged"],
)
def test_damaged_gzip(tmp_path: Path, content: bytes) -> None:
    assert "damaged or cut short" in refusal(tmp_path, content, "f.csv.gz")


def test_other_files_are_no_tables(tmp_path: Path) -> None:
    names = [
        "a.csv",
        "B.CSV",
        "a.tsv.gz",
        "a.b.xlsx",
        "x.XLSM",
        "~$a.xlsx",
        "a.doc",
        "a.gz",
        "csv",
    ]
    assert [name for name in names if is_table_file(tmp_path / name)] == names[:5]
    assert "'.doc'" in refusal(tmp_path, "a", "f.doc")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name, says in (("folder.csv", "folder"), ("none.csv", "cannot be read")):
        with pytest.raises(BadFile, match=says), open_sheets(tmp_path / name):
            pass


# ------------------------------------------------------------------ memory


def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "BLOCK_ROWS", 500)
    monkeypatch.setattr(delimited, "_CHUNK", 10_000)
    peaks = []
    for rows in (4_000, 40_000):
        path = tmp_path / "f.csv"
        path.write_bytes("número,São Paulo,3\r\n".encode("cp1252") * rows)
        tracemalloc.start()
        with open_sheets(path) as [sheet]:
            assert sum(block.height for block in sheet.blocks()) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_a_rare_delimiter_inside_the_texts_splits_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,kind,units\nA;B,x,1\nC;D,y,2\n")
    with open_sheets(tmp_path / "a.csv") as (sheet,):
        (block,) = sheet.blocks()
    assert block.columns[0].to_pylist() == ["name", "A;B", "C;D"]
