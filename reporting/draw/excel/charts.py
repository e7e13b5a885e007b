"""The charts of the workbook, and the sheet with their data."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.utility import quote_sheetname, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from reporting.ask.pack.content import BridgeStep, Section
from reporting.draw.excel.cells import cell_text, set_up_print
from reporting.draw.excel.formats import BAD, FORECAST, GOOD, GREY, INK, Formats, write_cell
from reporting.tables import Kind, Table
from reporting.words import write_value

CHART_DATA = "Chart data"
SELLERS = "rpt_weekly_seller_ranking"

_LONGEST_NAME = 40
_TREND, _BRIDGE, _SELLERS, _HISTORY = 0, 6, 16, 19
"""First columns of the blocks of data."""
_PARTS = ("Unseen", "Total", "More", "More, below zero", "Less", "Less, below zero")
"""Series of the bridge: what lifts a bar to its place, and the bars."""
_END = "Upper end"
_AXIS = {"num_format": "#,##0", "num_font": {"color": GREY}, "line": {"none": True}}
_GRID = {"visible": True, "line": {"color": "#E3E8EB", "width": 0.75}}


@dataclass(frozen=True)
class Range:
    """Cells of the sheet with the charts' data."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def formula(self) -> str:
        """As charts and sparklines refer to it."""
        cells = xl_range_abs(self.first_row, self.first_column, self.last_row, self.last_column)
        return f"{quote_sheetname(CHART_DATA)}!{cells}"


@dataclass(frozen=True)
class Charts:
    """The charts of a section; None where there is nothing to draw.

    Attributes:
        histories: where the weeks of each headline are, by its name; for sparklines.
    """

    trend: Chart | None
    bridge: Chart | None
    sellers: Chart | None
    histories: dict[str, Range]


class ChartData:
    """The sheet that the charts take their data from, a block a section."""

    def __init__(self, book: Workbook, sheet: Worksheet, formats: Formats) -> None:
        self._book = book
        self._sheet = sheet
        self._formats = formats
        self._row = 0
        set_up_print(sheet)
        sheet.set_column(0, 0, 12)
        sheet.set_column(1, _HISTORY + 60, 14)

    def draw(self, section: Section, locale: str) -> Charts:
        """Write a section's data and make its charts."""
        top = self._row
        self._sheet.write_string(top, 0, cell_text(section.currency), self._formats.heading)
        charts = Charts(
            self._trend(section, top + 1),
            self._bridge(section, top + 1, locale),
            self._sellers(section, top + 1),
            self._histories(section, top + 1),
        )
        sellers = _table(section, SELLERS)
        used = (
            len(section.trend),
            len(section.bridge),
            len(section.headlines),
            sellers.in_brief if sellers else 0,
        )
        self._row = top + max(used) + 4
        return charts

    def _trend(self, section: Section, top: int) -> Chart | None:
        points = section.trend
        if len(points) < 2:
            return None
        names = ("Week", "Revenue", "Forecast", "At least", "At most")
        self._header(top, _TREND, names)
        known = [place for place, point in enumerate(points) if not point.is_forecast]
        for place, point in enumerate(points):
            row = top + 1 + place
            self._sheet.write_string(row, _TREND, point.label)
            if not point.is_forecast:
                self._amount(row, _TREND + 1, point.revenue)
            is_last_known = len(known) < len(points) and place == known[-1] if known else False
            # The lines of the forecast set out from the last week that was.
            if point.is_forecast or is_last_known:
                for column, amount in enumerate((point.revenue, point.low, point.high), 2):
                    self._amount(row, _TREND + column, point.revenue if amount is None else amount)
        chart = self._book.add_chart({"type": "line"})
        lines: tuple[dict[str, object], ...] = (
            {"color": INK, "width": 2.25},
            {"color": INK, "width": 2, "dash_type": "dash"},
            {"color": FORECAST, "width": 1, "dash_type": "round_dot"},
            {"color": FORECAST, "width": 1, "dash_type": "round_dot"},
        )
        shown = names[1:] if len(known) < len(points) else names[1:2]
        for column, (name, line) in enumerate(zip(shown, lines, strict=False), 1):
            chart.add_series({**self._series(name, top, _TREND, column, len(points)), "line": line})
        _set_up(chart, "Revenue by week")
        chart.set_x_axis(
            {
                "num_font": {"color": GREY, "rotation": -45},
                "interval_unit": max(len(points) // 13, 1),
                "label_position": "low",
            }
        )
        if len(shown) == 1:
            chart.set_legend({"none": True})
        return chart

    def _bridge(self, section: Section, top: int, locale: str) -> Chart | None:
        steps = section.bridge
        if not steps:
            return None
        self._header(top, _BRIDGE, ("Step", "Amount", *_PARTS, _END))
        level = Decimal(0)
        for place, step in enumerate(steps):
            row = top + 1 + place
            self._sheet.write_string(row, _BRIDGE, step.label)
            self._amount(row, _BRIDGE + 1, step.amount)
            before, level = level, step.amount if step.is_total else level + step.amount
            for column, amount in enumerate(_bars(step, before, level), 2):
                if amount:
                    self._amount(row, _BRIDGE + column, amount)
            self._amount(
                row, _BRIDGE + 2 + len(_PARTS), max(Decimal(0) if step.is_total else before, level)
            )
        chart = self._book.add_chart({"type": "column", "subtype": "stacked"})
        colours = ("", INK, GOOD, GOOD, BAD, BAD)
        for column, (name, colour) in enumerate(zip(_PARTS, colours, strict=True), 2):
            fill: dict[str, Any] = {"color": colour} if colour else {"none": True}
            chart.add_series(
                {
                    **self._series(name, top, _BRIDGE, column, len(steps)),
                    "fill": fill,
                    "border": {"none": True},
                    "gap": 40,
                }
            )
        # A stacked bar has no place above it for a label, and a small one none within: a line that
        # nobody sees runs along the ends of the bars and carries them.
        labels = self._book.add_chart({"type": "line"})
        labels.add_series(
            {
                **self._series(_END, top, _BRIDGE, 2 + len(_PARTS), len(steps)),
                "line": {"none": True},
                "data_labels": {
                    "value": True,
                    "position": "above",
                    "font": {"color": INK, "size": 8},
                    "custom": [{"value": _label(step, locale)} for step in steps],
                },
            }
        )
        chart.combine(labels)
        _set_up(chart, "What moved revenue")
        chart.set_x_axis({"num_font": {"color": GREY}, "label_position": "low"})
        chart.set_legend({"none": True})
        return chart

    def _sellers(self, section: Section, top: int) -> Chart | None:
        table = _table(section, SELLERS)
        if table is None or len(table.rows) < 2:
            return None
        columns = [column.name for column in table.columns]
        name, revenue = columns.index("seller_name"), columns.index("revenue")
        self._header(top, _SELLERS, ("Seller", "Revenue"))
        rows = table.rows[: table.in_brief]
        for place, row in enumerate(rows, top + 1):
            text = cell_text(str(row[name] or ""))
            if len(text) > _LONGEST_NAME:
                text = f"{text[: _LONGEST_NAME - 1]}…"
            self._sheet.write_string(place, _SELLERS, text, self._formats.kinds[Kind.TEXT])
            write_cell(self._sheet, place, _SELLERS + 1, row[revenue], Kind.AMOUNT, self._formats)
        chart = self._book.add_chart({"type": "bar"})
        chart.add_series(
            {
                **self._series("Revenue", top, _SELLERS, 1, len(rows)),
                "fill": {"color": INK},
                "gap": 40,
                "data_labels": {"value": True, "num_format": "#,##0", "font": {"size": 8}},
            }
        )
        _set_up(chart, "Revenue by seller")
        # XlsxWriter turns the axes of a bar chart with its bars: the names are on its y axis, where
        # the first seller comes on top.
        chart.set_y_axis({"reverse": True, "num_font": {"color": GREY}, "label_position": "low"})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        chart.set_legend({"none": True})
        return chart

    def _histories(self, section: Section, top: int) -> dict[str, Range]:
        ranges = {}
        for row, headline in enumerate(section.headlines, top + 1):
            known = [value for value in headline.history if value is not None]
            if len(known) < 2:
                continue
            self._sheet.write_string(row, _HISTORY, headline.label)
            for column, value in enumerate(headline.history, _HISTORY + 1):
                write_cell(self._sheet, row, column, value, headline.kind, self._formats)
            ranges[headline.name] = Range(row, _HISTORY + 1, row, _HISTORY + len(headline.history))
        if ranges:
            self._header(top, _HISTORY, ("Week by week", "from left to right"))
        return ranges

    def _header(self, row: int, column: int, names: Sequence[str]) -> None:
        for place, name in enumerate(names, column):
            self._sheet.write_string(row, place, name, self._formats.header)

    def _amount(self, row: int, column: int, amount: Decimal) -> None:
        write_cell(self._sheet, row, column, amount, Kind.AMOUNT, self._formats)

    def _series(
        self, name: str, header_row: int, first: int, column: int, count: int
    ) -> dict[str, Any]:
        """Say where a series is: in a column of the block that begins with the names."""
        names, values = (
            Range(header_row + 1, place, header_row + count, place)
            for place in (first, first + column)
        )
        return {"name": name, "categories": f"={names.formula}", "values": f"={values.formula}"}


def _bars(step: BridgeStep, before: Decimal, after: Decimal) -> tuple[Decimal, ...]:
    """Return the stacked parts of a step: an unseen one below, and those in its colour.

    A step over zero has a part above it and one below; bars stack away from zero on both sides.
    """
    nothing = Decimal(0)
    if step.is_total:
        return (nothing, after, nothing, nothing, nothing, nothing)
    low, high = min(before, after), max(before, after)
    unseen = max(low, nothing) + min(high, nothing)
    above = max(high, nothing) - max(low, nothing)
    below = min(low, nothing) - min(high, nothing)
    more, less = ((above, below), (nothing, nothing))
    if step.amount < 0:
        more, less = less, more
    return (unseen, nothing, *more, *less)


def _label(step: BridgeStep, locale: str) -> str:
    """Say what a step adds or takes."""
    sign = "+" if step.amount > 0 and not step.is_total else ""
    return f"{sign}{write_value(step.amount, Kind.AMOUNT, '', locale)}"


def _table(section: Section, name: str) -> Table | None:
    return next((table for table in section.tables if table.name == name), None)


def _set_up(chart: Chart, title: str) -> None:
    chart.set_title({"name": title, "name_font": {"size": 11, "color": INK}, "overlay": False})
    chart.set_y_axis({**_AXIS, "major_gridlines": _GRID})
    chart.set_legend({"position": "bottom"})
    chart.set_chartarea({"border": {"none": True}})
    chart.show_blanks_as("gap")
