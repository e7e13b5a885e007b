"""The workbook of a pack as programs draw it: its charts, its heights, its pages."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import openpyxl
import pytest

from reporting.ask.pack.content import Pack
from reporting.draw.excel.pack import write_workbook
from tests.reporting.packs import PACKS, SELLERS, german, normal

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def charts(pack: Pack, path: Path) -> dict[str, Element]:
    """Write a workbook; return its charts by their titles."""
    write_workbook(pack, path)
    with zipfile.ZipFile(path) as parts:
        found = [
            fromstring(parts.read(name))  # noqa: S314
            for name in parts.namelist()
            if "charts/chart" in name
        ]
    return {_title(one): one for one in found}


def _title(chart: Element) -> str:
    title = chart.find(f"{C}chart/{C}title")
    assert title is not None
    return "".join(text.text or "" for text in title.iter(f"{A}t"))


def setting(axis: Element, name: str) -> str:
    found = axis.find(f".//{C}{name}")
    return "" if found is None else found.attrib["val"]


def axis(chart: Element, kind: str) -> Element:
    (found,) = chart.iter(f"{C}{kind}")
    return found


def cached(series: Element, part: str) -> list[str]:
    return [value.text or "" for value in series.findall(f"{C}{part}//{C}pt/{C}v")]


def test_the_first_seller_is_on_top_and_has_a_name(tmp_path: Path) -> None:
    chart = charts(normal(), tmp_path / "book.xlsx")["Revenue by seller"]
    assert setting(chart, "barDir") == "bar"
    names, values = axis(chart, "catAx"), axis(chart, "valAx")
    # From top to bottom, at the left, written out.
    assert setting(names, "orientation") == "maxMin"
    assert (setting(names, "axPos"), setting(names, "tickLblPos")) == ("l", "low")
    assert setting(names, "delete") in ("", "0")
    # From left to right; the bars say how long they are.
    assert setting(values, "orientation") == "minMax"
    assert setting(values, "delete") == "1"
    assert setting(chart, "showVal") == "1"
    (series,) = chart.iter(f"{C}ser")
    assert cached(series, "cat") == list(SELLERS)
    amounts = [float(value) for value in cached(series, "val")]
    assert amounts == sorted(amounts, reverse=True)


def test_weeks_run_from_left_to_right(tmp_path: Path) -> None:
    pack = normal()
    chart = charts(pack, tmp_path / "book.xlsx")["Revenue by week"]
    weeks, values = axis(chart, "catAx"), axis(chart, "valAx")
    assert (setting(weeks, "orientation"), setting(values, "orientation")) == ("minMax", "minMax")
    assert "1" not in (setting(weeks, "delete"), setting(values, "delete"))
    series = list(chart.iter(f"{C}ser"))
    assert cached(series[0], "cat") == [point.label for point in pack.sections[0].trend]


@pytest.mark.parametrize("make", [normal, PACKS["negative_week"], german])
def test_each_step_of_the_bridge_is_labelled_above_its_bar(
    make: Callable[[], Pack], tmp_path: Path
) -> None:
    pack = make()
    chart = charts(pack, tmp_path / "book.xlsx")["What moved revenue"]
    *bars, labels = chart.iter(f"{C}ser")
    assert not [bar for bar in bars if bar.find(f"{C}dLbls") is not None]
    assert setting(labels, "dLblPos") == "t"
    colours = [bar.find(f"{C}spPr/{A}solidFill/{A}srgbClr") for bar in bars]
    assert [colour is None for colour in colours] == [True] + 5 * [False]
    steps = pack.sections[0].bridge
    said = [
        "".join(text.text or "" for text in one.iter(f"{A}t"))
        for one in labels.findall(f"{C}dLbls/{C}dLbl")
    ]
    assert len(said) == len(steps)
    mark = "," if pack.locale == "de_DE" else "."
    for step, text in zip(steps, said, strict=True):
        assert mark in text[-3:]
        assert text.startswith("+") is (step.amount > 0 and not step.is_total)
    # A label is at the upper end of its bar; bars below zero end there.
    level, ends = Decimal(0), []
    for step in steps:
        start, level = (Decimal(0) if step.is_total else level), level + step.amount
        if step.is_total:
            level = step.amount
        ends.append(float(max(start, level)))
    assert [float(value) for value in cached(labels, "val")] == pytest.approx(ends)


def test_no_wrapped_text_runs_over_the_row_below(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    words = "A sentence of some words, again and again. "
    pack = replace(
        normal(),
        definitions=(("Short", "A few words."), ("Long", words * 8), ("Lines", "a\nb\nc")),
        quality_sentences=("All is well.", words * 10),
    )
    write_workbook(pack, path)
    book = openpyxl.load_workbook(path)
    sheet = book["Definitions"]
    heights = {row[0].value: sheet.row_dimensions[row[0].row or 0].height or 15 for row in sheet}
    # 344 letters in a column of 110.
    assert heights["Short"] == 15
    assert heights["Long"] >= 3 * 15
    assert heights["Lines"] >= 3 * 15
    summary = book["Summary"]
    (long,) = [cell for row in summary for cell in row if cell.value == words * 10]
    width = sum(summary.column_dimensions[letter].width for letter in "ABCDEF")
    assert summary.row_dimensions[long.row or 0].height >= 15 * len(words * 10) / (1.2 * width)
    assert long.alignment.wrap_text
    # A chart is on one page.
    assert len(summary.row_breaks.brk) == 1


def test_a_figure_keeps_its_distance_from_the_text_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(normal(), path)
    sheet = openpyxl.load_workbook(path)["Sellers"]
    header, first = list(sheet.iter_rows(min_row=3, max_row=4))
    for above, below in zip(header, first, strict=True):
        if isinstance(below.value, int | float):
            assert (above.alignment.horizontal, below.alignment.horizontal) == ("right", "right")
            assert (above.alignment.indent, below.alignment.indent) == (1, 1)
        elif below.value is not None:
            assert above.alignment.horizontal in (None, "left")
            assert below.alignment.horizontal == "left"
