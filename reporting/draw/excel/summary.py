"""The first sheet: the figures at the top, what stands out, and the charts."""

from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reporting.ask.pack.content import Headline, Pack, Section
from reporting.draw.excel.cells import cell_text, fit_height, set_up_print
from reporting.draw.excel.charts import Charts
from reporting.draw.excel.formats import INK, Formats, write_cell
from reporting.tables import Kind
from reporting.words import currency_words

_WIDTHS = (26, 20, 16, 16, 20, 26)
_LAST = len(_WIDTHS) - 1
_CHART_WIDTH = 890
_CHART_HEIGHT = 260
_CHART_ROWS = 14
"""Rows of 20 pixels that a chart takes."""

_QUALITY = {
    "ok": "Data quality: ok",
    "warn": "Data quality: look at what is kept out or flagged",
    "fail": "Data quality: do not rely on these figures",
}


def write_summary_sheet(
    sheet: Worksheet, pack: Pack, section: Section, charts: Charts, formats: Formats
) -> None:
    """Fill the first sheet of a section."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    set_up_print(sheet)
    row = _write_title(sheet, pack, section, formats)
    row = _write_headlines(sheet, row + 1, section, charts, formats)
    row = _write_sentences(sheet, row + 1, "What stands out", section.sentences, formats)
    row = _write_charts(sheet, row + 1, charts)
    _write_sentences(sheet, row, "About the forecast", (section.forecast_note,), formats)


def _write_title(sheet: Worksheet, pack: Pack, section: Section, formats: Formats) -> int:
    sheet.write_string(0, 0, cell_text(f"{pack.title} {pack.period}"), formats.title)
    currency = currency_words(section.currency, pack.locale)
    about = f"{pack.first_day} to {pack.last_day}"
    about += f", amounts in {currency}" if currency else ", amounts without a currency"
    about += f". Made on {pack.made_at:%Y-%m-%d at %H:%M %Z}."
    sheet.write_string(1, 0, cell_text(about), formats.label)
    row = 2
    if not pack.is_complete:
        said = "Not complete: the sales do not reach its end yet, so nothing is compared."
        _write_across(sheet, row, said, formats.statuses["warn"])
        row += 1
    if pack.quality:
        _write_across(sheet, row, _QUALITY[pack.quality], formats.statuses[pack.quality])
        row += 1
    for sentence in pack.quality_sentences:
        _write_across(sheet, row, sentence, formats.wrapped)
        row += 1
    return row


def _write_headlines(
    sheet: Worksheet, row: int, section: Section, charts: Charts, formats: Formats
) -> int:
    # Each headline says what it is compared with; most of them only with what was before.
    labels = list(
        dict.fromkeys(change.label for headline in section.headlines for change in headline.changes)
    )
    sheet.write_string(row, 0, "", formats.header)
    sheet.write_string(row, 1, "", formats.header)
    for column in range(2, _LAST):
        place = column - 2
        label = f"On {labels[place]}" if place < len(labels) else ""
        sheet.write_string(row, column, label, formats.header_right)
    sheet.write_string(row, _LAST, "Week by week" if charts.histories else "", formats.header)
    for headline in section.headlines:
        row += 1
        _write_headline(sheet, row, headline, labels, charts, formats)
    return row + 1


def _write_headline(
    sheet: Worksheet,
    row: int,
    headline: Headline,
    labels: list[str],
    charts: Charts,
    formats: Formats,
) -> None:
    sheet.set_row(row, 21)
    sheet.write_string(row, 0, cell_text(headline.label), formats.kinds[Kind.TEXT])
    write_cell(sheet, row, 1, headline.value, headline.kind, formats)
    for change in headline.changes:
        column = 2 + labels.index(change.label)
        if column < _LAST:
            write_cell(sheet, row, column, change.percent, Kind.CHANGE, formats)
    if headline.name in charts.histories:
        sheet.add_sparkline(
            row,
            _LAST,
            {
                "range": charts.histories[headline.name].formula,
                "series_color": INK,
                "last_point": True,
                "last_color": INK,
                "weight": 1.5,
            },
        )


def _write_sentences(
    sheet: Worksheet, row: int, heading: str, sentences: tuple[str, ...], formats: Formats
) -> int:
    said = [sentence for sentence in sentences if sentence]
    if not said:
        return row
    sheet.write_string(row, 0, heading, formats.heading)
    for sentence in said:
        row += 1
        _write_across(sheet, row, sentence, formats.wrapped)
    return row + 1


def _write_charts(sheet: Worksheet, row: int, charts: Charts) -> int:
    if charts.trend or charts.bridge or charts.sellers:
        # No chart on two pages.
        sheet.set_h_pagebreaks([row])
    if charts.trend:
        _insert(sheet, row, charts.trend, 0, _CHART_WIDTH)
        row += _CHART_ROWS
    halves = [chart for chart in (charts.bridge, charts.sellers) if chart]
    width = _CHART_WIDTH // max(len(halves), 1)
    for place, chart in enumerate(halves):
        _insert(sheet, row, chart, place * width, width)
    return row + _CHART_ROWS if halves else row


def _insert(sheet: Worksheet, row: int, chart: Chart, left: int, width: int) -> None:
    chart.set_size({"width": width, "height": _CHART_HEIGHT})
    sheet.insert_chart(row, 0, chart, {"x_offset": left, "object_position": 2})


def _write_across(sheet: Worksheet, row: int, text: str, cell_format: Format) -> None:
    fit_height(sheet, row, (text, sum(_WIDTHS)))
    sheet.merge_range(row, 0, row, _LAST, "", cell_format)
    sheet.write_string(row, 0, cell_text(text), cell_format)
