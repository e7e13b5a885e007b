"""The workbook: a summary with charts, a sheet a report, and what is behind the figures."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from xlsxwriter import Workbook

from reporting.ask.pack.content import Pack
from reporting.draw.excel.cells import TEXTS_STAY_TEXTS, sheet_name
from reporting.draw.excel.charts import CHART_DATA, ChartData
from reporting.draw.excel.formats import Formats
from reporting.draw.excel.summary import write_summary_sheet
from reporting.draw.excel.tables import Sheet, write_table_sheet
from reporting.tables import Column, Kind, Table

_DEFINITION_COLUMNS = (Column("term", "Term", Kind.TEXT), Column("meaning", "Meaning", Kind.TEXT))


def write_workbook(pack: Pack, path: Path) -> None:
    """Write a pack as a workbook.

    Args:
        pack: what it says.
        path: of the workbook.
    """
    book = Workbook(path, TEXTS_STAY_TEXTS)
    formats = Formats.of(book)
    taken = {CHART_DATA.lower()}

    def named(name: str) -> str:
        free = sheet_name(name, taken)
        taken.add(free.lower())
        return free

    several = len(pack.sections) > 1
    summaries = [
        book.add_worksheet(named(f"Summary {section.currency}" if several else "Summary"))
        for section in pack.sections
    ]
    header = f"{pack.title} {pack.period}"
    for sheet in _sheets(pack):
        write_table_sheet(book.add_worksheet(named(sheet.title)), sheet, header, formats)
    data = ChartData(book, book.add_worksheet(CHART_DATA), formats)
    for summary, section in zip(summaries, pack.sections, strict=True):
        write_summary_sheet(summary, pack, section, data.draw(section, pack.locale), formats)
    book.set_properties({"title": header, "created": pack.made_at.astimezone(UTC)})
    book.close()


def _sheets(pack: Pack) -> Iterator[Sheet]:
    """Return what the sheets after the summary show."""
    tables: dict[str, list[tuple[str, Table]]] = {}
    for section in pack.sections:
        for table in section.tables:
            tables.setdefault(table.name, []).append((section.currency, table))
    # With several currencies, whoever has a table alone must still say in which one it is.
    yield from (Sheet.of(found, names_currency=len(pack.sections) > 1) for found in tables.values())
    for behind in (pack.restatements, pack.files, *pack.lines):
        if behind is not None:
            yield Sheet.of([("", behind)], names_currency=False)
    yield Sheet("Definitions", "", _DEFINITION_COLUMNS, pack.definitions, wide_column="meaning")
