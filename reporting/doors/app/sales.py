"""The pages of figures: sales, customers, products, sellers and shipping."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from reporting.ask.deliveries import said_of_missing
from reporting.ask.figures import Row, read_function
from reporting.ask.headlines import days_before, headlines, span_changes
from reporting.ask.pack.content import Section
from reporting.ask.pack.reading import bridge_steps
from reporting.ask.publications import read_publications
from reporting.ask.reports import PERIODS
from reporting.doors.api.reports import refuse_unknown
from reporting.doors.app import blocks
from reporting.doors.app.answers import page
from reporting.doors.app.blocks import Block, Tables, block_grid
from reporting.doors.app.question import FISCAL_GRAINS, GRAINS, Question
from reporting.doors.app.sessions import Visitor
from reporting.doors.app.views import Reading, filter_link, reading
from reporting.draw.app.grid import Grid
from reporting.draw.charts import Chart, PeriodColumn, bridge, of_table, period_columns
from reporting.draw.written import WrittenHeadline, currency_heading, written_headline
from reporting.tables import Table

router = APIRouter()

FONT = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"

_CONTEXT = {"day": 31, "week": 13 * 7, "month": 366, "quarter": 731, "year": 1_827}
"""By what a column of the trend is, so many days it shows at least."""
_FINER = {"year": "month", "quarter": "week", "month": "day", "week": "day"}


@dataclass(frozen=True)
class Shown:
    """What is said about the sales in one currency."""

    currency: str
    heading: str
    headlines: tuple[WrittenHeadline, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Grid, ...]


@dataclass(frozen=True)
class Content:
    """What a page of figures is made of.

    Attributes:
        title: of the page.
        blocks: its tables.
        is_overview: whether it has the figures at the top, the trend, and what changed revenue.
    """

    title: str
    blocks: Sequence[Block]
    is_overview: bool = False


@router.get("/sales")
def sales(request: Request, client: Visitor) -> Response:
    """Show how much was sold, where, of what and by whom."""
    return _answer(request, client, Content("Sales", blocks.SALES, is_overview=True))


@router.get("/customers")
def customers(request: Request, client: Visitor) -> Response:
    """Show who bought, who is new, and who is gone."""
    return _answer(request, client, Content("Customers", blocks.CUSTOMERS))


@router.get("/products")
def products(request: Request, client: Visitor) -> Response:
    """Show what was sold, at what price and margin."""
    return _answer(request, client, Content("Products", blocks.PRODUCTS))


@router.get("/sellers")
def sellers(request: Request, client: Visitor) -> Response:
    """Show who sold, and who carried it."""
    return _answer(request, client, Content("Sellers and shipping", blocks.SELLERS_AND_SHIPPING))


def _answer(request: Request, client: Visitor, content: Content) -> Response:
    locale: str = request.app.state.locale
    with reading(request) as read:
        refuse_unknown(read.connection, read.question.asked)
        shown, published = request.app.state.remembered.answer(
            (read.build, read.question.period, read.question.link()),
            lambda: (
                _shown(read, content, locale),
                read_publications(read.connection, read.question.period),
            ),
        )
        said = read.said()
        period = read.question.period
        missing = said_of_missing(read.connection, period.first_day, period.last_day)
    return page(
        request,
        "figures_page.html.j2",
        client=client,
        title=content.title,
        sections=shown,
        is_overview=content.is_overview,
        grains=_grains(read),
        published=published,
        missing=missing,
        charts={
            chart.name: chart.of_width("container", FONT)
            for section in shown
            for chart in section.charts
        },
        **said,
    )


def _grains(read: Reading) -> list[tuple[str, str, bool]]:
    question = read.question
    has_fiscal = any(preset.label.startswith("Fiscal") for preset in read.presets)
    grains = (*GRAINS, *FISCAL_GRAINS) if has_fiscal else GRAINS
    return [
        (grain.replace("_", " ").capitalize(), question.link(grain=grain), grain == question.grain)
        for grain in grains
    ]


def _shown(read: Reading, content: Content, locale: str) -> list[Shown]:
    works: list[Callable[[Reading], Any]] = [partial(_rows_of, block) for block in content.blocks]
    if content.is_overview:
        works += [_columns, _before, _bridges]
    totals, *read_rows = read.side_by_side([_totals, *works])
    count = len(content.blocks)
    found = list(zip(content.blocks, read_rows[:count], strict=True))
    summary = {row["currency"]: row for row in totals}
    currencies = list(dict.fromkeys([*summary, *(name for _, told in found for name in told)]))
    overview = _Overview(read, locale, *read_rows[count:]) if content.is_overview else None
    sections = []
    for currency in currencies:
        charts: list[Chart] = []
        section = Section(currency, ())
        grids = []
        if overview and currency in summary:
            section = overview.section(summary[currency])
            charts += overview.charts(section)
            if currency in overview.periods:
                grids.append(_grid(read, blocks.PERIODS_BLOCK, overview.periods[currency], locale))
        for block, told in found:
            if currency in told:
                table = told[currency]
                grids.append(_grid(read, block, table, locale))
                if block.is_drawn:
                    charts += of_table(table, section, locale)
        sections.append(
            Shown(
                currency,
                currency_heading(section, locale),
                tuple(written_headline(one, currency, locale) for one in section.headlines),
                tuple(replace(chart, name=f"{currency}-{chart.name}") for chart in charts),
                tuple(grids),
            )
        )
    return sections


def _grid(read: Reading, block: Block, table: Table, locale: str) -> Grid:
    is_trend = block is blocks.PERIODS_BLOCK
    link = partial(_period_link if is_trend else filter_link, read.question)
    return block_grid(read, block, table, locale, link)


def _period_link(question: Question, column: str, row: Mapping[str, Any]) -> str:
    if column != "period_label":
        return ""
    return _days_link(question, row)


def _days_link(question: Question, row: Mapping[str, Any]) -> str:
    return question.link(
        start_date=row["first_day"],
        end_date=row["last_day"],
        grain=_FINER.get(question.grain, question.grain),
    )


def _rows_of(block: Block, read: Reading) -> Tables:
    # A chart is of all rows; of a table, one more than is shown tells that there are more.
    return block.read(read, None if block.is_drawn else block.most + 1)


def _totals(read: Reading) -> list[Row]:
    question = read.question
    return read_function(
        read.connection,
        "sales_summary",
        question.period,
        question.filters,
        "revenue desc, currency",
    )


def _before(read: Reading) -> list[Row]:
    """Read the figures of as many days before."""
    period = read.question.period
    before = period.days_before(period.day_count)
    return read_function(read.connection, "sales_summary", before, read.question.filters)


def _bridges(read: Reading) -> list[Row]:
    question = read.question
    if not question.period.is_complete:
        return []
    return read_function(read.connection, "revenue_bridge", question.period, question.filters)


def _columns(read: Reading) -> list[Row]:
    """Read the periods of the trend, some of which may be before the days."""
    question = read.question
    period = question.period
    first = period.last_day.toordinal() - _CONTEXT.get(question.grain, 731) + 1
    longer = replace(
        period,
        first_day=min(period.first_day, type(period.first_day).fromordinal(first)),
        week=None,
    )
    return read_function(
        read.connection,
        PERIODS.function,
        longer,
        {**question.filters, "grain": question.grain},
        PERIODS.sort,
    )


class _Overview:
    """What is at the top of the first page."""

    def __init__(
        self,
        read: Reading,
        locale: str,
        columns: Sequence[Row],
        before: Sequence[Row],
        bridges: Sequence[Row],
    ) -> None:
        self._question = question = read.question
        self._locale = locale
        self._columns = columns
        self._before = {row["currency"]: row for row in before}
        self._bridges = {row["currency"]: row for row in bridges}
        period = question.period
        # Unless the first day cuts through one, those of the days themselves are the same.
        of_days = [row for row in self._columns if row["first_day"] >= period.first_day]
        if any(row["first_day"] == period.first_day for row in of_days):
            self.periods = blocks.periods_table(question.grain, of_days)
        else:
            self.periods = blocks.PERIODS_BLOCK.read(read, None)

    def section(self, summary: Row) -> Section:
        """Return the figures at the top of a currency."""
        period = self._question.period
        days = period.day_count
        bridge_row = self._bridges.get(summary["currency"])
        return Section(
            summary["currency"],
            headlines(
                summary,
                self._before.get(summary["currency"]) if period.is_complete else None,
                days_before(days),
                span_changes(summary, days),
            ),
            bridge=bridge_steps(bridge_row, "Before", "Now")
            if bridge_row and bridge_row["previous_revenue"]
            else (),
        )

    def charts(self, section: Section) -> list[Chart]:
        """Return the charts of a currency."""
        columns = [
            PeriodColumn(
                row["period_label"],
                row["revenue"],
                row["is_complete"],
                _days_link(self._question, row),
            )
            for row in self._columns
            if row["currency"] == section.currency
        ]
        drawn = (
            period_columns(
                columns, self._question.grain.replace("_", " "), section.currency, self._locale
            ),
            bridge(section, self._locale),
        )
        return [chart for chart in drawn if chart]
