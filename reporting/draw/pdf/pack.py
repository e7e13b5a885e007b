"""The PDF: one to three pages for those who decide."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst
import vl_convert

from reporting.ask.pack.content import Pack, Section
from reporting.draw.charts import Chart, bridge, trend
from reporting.draw.written import (
    WrittenCell,
    WrittenTable,
    currency_heading,
    readable,
    written,
    written_headline,
    written_table,
)
from reporting.tables import Kind, Table

TEMPLATE = Path(__file__).with_name("pack.typ")

FONTS = Path(__file__).with_name("fonts")
"""Source Sans Pro; a machine's own fonts are asked for letters that it does not have."""

FONT = "Source Sans Pro"

TABLES = {
    "rpt_weekly_seller_ranking": 10,
    "rpt_weekly_top_products": 10,
    "rpt_weekly_region_store": 6,
    "rpt_weekly_region_store_store": 6,
    "rpt_weekly_shipping_breakdown": 6,
    "rpt_target_attainment": 6,
}
"""The reports that management asks for, in order, with the number of rows that are shown; the page
and the workbook have the others."""

_ROWS_OF_MANY = 5
"""The most rows of a table in the currencies after the first."""

_RESTATEMENTS = 8
_SENTENCES = 6

_LONGEST = 60
"""Letters of a cell before it is cut: the page and the workbook have them all."""

_LONGEST_TITLE = 64
_LONGEST_SENTENCE = 420

_WIDTH = 660
_TREND_WIDTH = 400
_BRIDGE_WIDTH = 270
"""Pixels of a chart: across the page, and of the two beside each other. Its letters are then a bit
smaller than the text."""


def write_pdf(pack: Pack, path: Path) -> None:
    """Write a pack as PDF; the same pack makes the same bytes.

    Args:
        pack: what it says.
        path: of the file, whatever its name.
    """
    path.write_bytes(pdf(pack))


def pdf(pack: Pack) -> bytes:
    """Return a pack as PDF."""
    drawn = typst.compile(
        TEMPLATE,
        font_paths=[FONTS],
        format="pdf",
        # Nothing of a pack is ever read as markup: it enters as data, and leaves as text.
        sys_inputs={"pack": json.dumps(content(pack), ensure_ascii=False)},
        timestamp=int(pack.made_at.timestamp()),
    )
    assert isinstance(drawn, bytes)
    return drawn


def content(pack: Pack) -> dict[str, Any]:
    """Return what the PDF says, as the template takes it."""
    # Charts are measured with the letters that they will be drawn with.
    vl_convert.register_font_directory(str(FONTS))
    locale = pack.locale
    restatements = pack.restatements if pack.restatements and pack.restatements.rows else None
    return {
        "title": _cut(readable(pack.title), _LONGEST_TITLE),
        "period": _cut(readable(pack.period), _LONGEST_TITLE),
        "days": [written(day, Kind.DATE, "", locale) for day in (pack.first_day, pack.last_day)],
        "made": f"{written(pack.made_at, Kind.DATE, '', locale)} {pack.made_at.tzname() or ''}",
        "is_complete": pack.is_complete,
        "quality": _cut(readable(pack.quality), 20),
        "quality_sentences": _sentences(pack.quality_sentences),
        "sections": [
            _section(section, number > 0, locale)
            for number, section in enumerate(pack.sections)
        ],
        "restatements": (
            _table(restatements, _RESTATEMENTS, locale) if restatements else None
        ),
    }  # fmt: skip


def _section(section: Section, is_brief: bool, locale: str) -> dict[str, Any]:
    trend_chart, bridge_chart = trend(section, locale), bridge(section, locale)
    are_two = bool(trend_chart and bridge_chart)
    tables = [
        _table(table, min(rows, _ROWS_OF_MANY) if is_brief else rows, locale)
        for name, rows in TABLES.items()
        for table in section.tables
        if table.name == name and table.rows
    ]
    headlines = [
        asdict(written_headline(one, section.currency, locale)) for one in section.headlines
    ]
    for headline in headlines:
        headline["label"] = _cut(headline["label"], _LONGEST)
        headline["text"] = _cut(headline["text"], _LONGEST)
    return {
        "heading": currency_heading(section, locale),
        "headlines": headlines,
        "sentences": _sentences(section.sentences),
        "trend": _picture(trend_chart, _TREND_WIDTH if are_two else _WIDTH),
        "forecast_note": _cut(readable(section.forecast_note), _LONGEST_SENTENCE),
        "bridge": _picture(bridge_chart, _BRIDGE_WIDTH if are_two else _WIDTH),
        "bridge_note": _cut(readable(section.bridge_note), _LONGEST_SENTENCE),
        "tables": tables,
    }


def _picture(chart: Chart | None, width: int) -> dict[str, str] | None:
    if chart is None:
        return None
    return {
        "title": chart.title,
        "description": _cut(chart.description, _LONGEST_SENTENCE),
        "svg": chart.svg(width, FONT),
    }


def _table(table: Table, rows: int, locale: str) -> dict[str, Any]:
    shown: WrittenTable = written_table(table, locale)
    places = [place for place, column in enumerate(shown.columns) if column.is_brief]
    return {
        "title": _cut(shown.title, _LONGEST),
        "note": _cut(shown.note, _LONGEST_SENTENCE),
        "columns": [
            {
                "heading": _cut(shown.columns[place].heading, _LONGEST),
                "is_figure": shown.columns[place].is_figure,
            }
            for place in places
        ],
        "rows": [[_cell(row[place]) for place in places] for row in shown.rows[:rows]],
        "left_out": max(len(shown.rows) - rows, 0),
    }


def _cell(cell: WrittenCell) -> dict[str, str]:
    return {"text": _cut(cell.text, _LONGEST), "tone": cell.tone}


def _sentences(sentences: Sequence[str]) -> list[str]:
    return [_cut(readable(sentence), _LONGEST_SENTENCE) for sentence in sentences[:_SENTENCES]]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
