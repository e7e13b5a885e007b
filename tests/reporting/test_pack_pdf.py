"""The PDF says what the pack says, whatever its texts are, and nothing in it runs."""

import functools
import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, PdfObject

from reporting.ask.pack.content import Pack
from reporting.draw.pdf.pack import TABLES, pdf, write_pdf
from reporting.tables import Kind, Table
from reporting.words import write_value
from tests.reporting import packs

BROKEN = "\N{REPLACEMENT CHARACTER}"


@functools.cache
def drawn(name: str) -> bytes:
    return pdf(packs.PACKS[name]())


def read(name: str) -> PdfReader:
    return PdfReader(io.BytesIO(drawn(name)))


def text_of(name: str) -> str:
    return plain("\n".join(page.extract_text() for page in read(name).pages))


def plain(text: str) -> str:
    """A text without what lines are made of: where it breaks is the PDF's own affair."""
    return re.sub(r"[\s\u200b\u200e\u200f]+", "", text)


def dictionary(entry: PdfObject) -> DictionaryObject:
    found = entry.get_object()
    assert isinstance(found, DictionaryObject)
    return found


def shown_tables(pack: Pack) -> list[tuple[Table, int]]:
    """The tables of a pack's first currency that the PDF has, with their number of rows."""
    return [
        (table, min(TABLES[table.name], len(table.rows)))
        for table in pack.sections[0].tables
        if table.name in TABLES
    ]


@pytest.mark.parametrize("name", packs.PACKS)
def test_a_pack_fits_on_few_pages(name: str) -> None:
    pages = len(read(name).pages)

    further_currencies = max(len(packs.PACKS[name]().sections) - 1, 0)
    assert 1 <= pages <= 3 + further_currencies


@pytest.mark.parametrize("name", packs.PACKS)
def test_headlines_are_those_of_the_pack(name: str) -> None:
    pack = packs.PACKS[name]()
    text = text_of(name)

    for section in pack.sections:
        for headline in section.headlines:
            if headline.kind is not Kind.TEXT:
                value = write_value(headline.value, headline.kind, section.currency, pack.locale)
                assert plain(headline.label + (value or "–")) in text
            for change in headline.changes:
                if change.percent is not None:
                    assert plain(write_value(change.percent, Kind.CHANGE, "", pack.locale)) in text


@pytest.mark.parametrize("name", ["normal", "many_sellers", "german", "unfinished"])
def test_tables_are_those_of_the_pack(name: str) -> None:
    pack = packs.PACKS[name]()
    text = text_of(name)
    tables = shown_tables(pack)

    assert tables
    for table, count in tables:
        places = [
            place
            for place, column in enumerate(table.columns)
            if not table.brief_columns or column.name in table.brief_columns
        ]
        for row in table.rows[:count]:
            cells = [
                write_value(row[place], table.columns[place].kind, "", pack.locale)
                for place in places
            ]
            assert plain("".join(cells)) in text


def test_rows_left_out_are_counted() -> None:
    assert plain("And 50 more.") in text_of("many_sellers")
    assert "more." not in text_of("one_seller")


def test_the_bridge_and_the_trend_are_drawn() -> None:
    text = text_of("normal")

    for step in packs.bridge():
        assert plain(write_value(abs(step.amount), Kind.AMOUNT, "EUR")) in text
    assert "forecast" in text
    assert "unfinished" not in text
    assert "unfinished" in text_of("unfinished")


def test_every_page_says_which_report_it_is_of() -> None:
    pages = [plain(page.extract_text()) for page in read("normal").pages]

    for number, page in enumerate(pages, 1):
        assert plain("Weekly sales report") in page
        assert "2026-W03" in page
        assert plain("Made Jan 20, 2026, 7:30:00 AM UTC") in page
        assert plain(f"Page {number} of {len(pages)}") in page


def test_an_unfinished_week_is_said_to_be_one() -> None:
    assert plain("2026-W04 is not finished.") in text_of("unfinished")
    assert plain("is not finished") not in text_of("normal")


def test_quality_and_restatements_are_there() -> None:
    text = text_of("normal")

    assert plain("Data quality: warn") in text
    assert plain("3 of 2,310 rows were kept out: EUR 412.00.") in text
    assert plain("2026/week-01/sales_1.xlsx corrected 120,300.00 119,850.50 -449.50") in text


def test_a_week_without_sales_says_so() -> None:
    for name in ("empty", "no_sections"):
        assert plain("There are no sales in these days.") in text_of(name)


def test_changes_are_read_without_colours() -> None:
    text = text_of("normal")

    assert plain("▲ +12.4% on last week") in text
    assert plain("▼ -3.1% on the mean of four weeks") in text
    assert plain("0.0% on last week") in text
    assert plain("▲ 0.0%") not in text


def test_texts_stay_texts() -> None:
    text = text_of("hostile")

    for hostile in packs.HOSTILE[:6]:
        assert plain(hostile) in text
    for harmful in ("root:x:", "\x1b", "\u202e"):
        assert harmful not in text
    assert BROKEN in text


def test_every_hostile_text_can_be_drawn_anywhere() -> None:
    pack = packs.hostile()
    section = pack.sections[0]

    for hostile in packs.HOSTILE:
        one = replace(
            pack,
            title=hostile,
            period=hostile,
            quality=hostile,
            quality_sentences=(hostile,),
            sections=(replace(section, sentences=(hostile,), trend=(), bridge=(), tables=(
                packs.sellers([hostile]),
            )),),
        )  # fmt: skip
        assert pdf(one).startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["normal", "hostile"])
def test_nothing_in_it_runs_or_leads_anywhere(name: str) -> None:
    reader = read(name)
    root = dictionary(reader.trailer["/Root"])

    assert not {"/OpenAction", "/AA", "/AcroForm"} & root.keys()
    assert not reader.attachments
    assert all("/Annots" not in page and "/AA" not in page for page in reader.pages)


def test_it_needs_no_font_of_the_machine() -> None:
    resources = [dictionary(page["/Resources"]) for page in read("normal").pages]
    fonts = {
        str(dictionary(font)["/BaseFont"])
        for resource in resources
        for font in dictionary(resource["/Font"]).values()
    }

    assert fonts
    assert all("SourceSansPro" in font for font in fonts)


def test_the_same_pack_makes_the_same_bytes(tmp_path: Path) -> None:
    # As while a file is replaced: its name says nothing yet.
    path = tmp_path / ".half-written"
    write_pdf(packs.one_seller(), path)
    later = replace(packs.one_seller(), made_at=packs.one_seller().made_at + timedelta(hours=1))

    assert path.read_bytes() == drawn("one_seller")
    assert pdf(later) != drawn("one_seller")


def test_it_is_tagged_and_titled_for_those_who_cannot_see_it() -> None:
    reader = read("normal")
    root = dictionary(reader.trailer["/Root"])

    assert dictionary(root["/MarkInfo"])["/Marked"]
    assert str(root["/Lang"]).startswith("en")
    assert reader.metadata is not None
    assert reader.metadata.title == "Weekly sales report, 2026-W03"
