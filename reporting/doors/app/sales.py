"""Sales: how much, of what, where."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from reporting.ask.figures import read_function
from reporting.ask.headlines import days_before, headlines, span_changes
from reporting.ask.pack.content import Section, TrendPoint
from reporting.ask.reports import CITIES, REGIONS, SELLERS, STORES, TOP_PRODUCTS
from reporting.ask.span_tables import span_tables
from reporting.doors.app.answers import page
from reporting.doors.app.sessions import Visitor
from reporting.doors.app.views import Reading, filter_link, reading
from reporting.draw.app.grid import Grid, grid
from reporting.draw.charts import Chart, trend
from reporting.draw.written import WrittenHeadline, currency_heading, written_headline

router = APIRouter()

ROWS = 15
"""Rows of a table on the page."""
FONT = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"


@dataclass(frozen=True)
class SalesSection:
    """What is said about the sales in one currency."""

    currency: str
    heading: str
    headlines: tuple[WrittenHeadline, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Grid, ...]


@router.get("/sales")
def sales(request: Request, client: Visitor) -> Response:
    """Show how much was sold."""
    locale: str = request.app.state.locale
    with reading(request) as read:
        sections = _sections(read, locale)
        said = read.said()
    return page(
        request,
        "sales.html.j2",
        client=client,
        sections=sections,
        charts={
            chart.name: chart.of_width("container", FONT)
            for section in sections
            for chart in section.charts
        },
        **said,
    )


def _sections(read: Reading, locale: str) -> list[SalesSection]:
    question, connection = read.question, read.connection
    period, filters = question.period, question.filters
    ask = partial(read_function, connection)
    totals = ask("sales_summary", period, filters, "revenue desc, currency")
    days = period.day_count
    before = {
        row["currency"]: row for row in ask("sales_summary", period.days_before(days), filters)
    }
    weeks = ask("weekly_summary", period, filters, "currency, week_start_date")
    place = STORES if "city" in filters else CITIES if "region" in filters else REGIONS
    tables = [
        span_tables(connection, report, period, filters)
        for report in (place, SELLERS, TOP_PRODUCTS)
    ]
    sections = []
    for row in totals:
        currency = row["currency"]
        points = tuple(
            TrendPoint(
                week["week_start_date"], week["iso_week"], week["revenue"], week["is_week_complete"]
            )
            for week in weeks
            if week["currency"] == currency
        )
        section = Section(
            currency,
            headlines(
                row,
                before.get(currency) if period.is_complete else None,
                days_before(days),
                span_changes(row, days),
            ),
            trend=points,
        )
        drawn = trend(section, locale)
        charts = tuple(
            replace(chart, name=f"{currency}-{chart.name}") for chart in (drawn,) if chart
        )
        sections.append(
            SalesSection(
                currency,
                currency_heading(section, locale),
                tuple(written_headline(one, currency, locale) for one in section.headlines),
                charts,
                _grids(read, [found[currency] for found in tables if currency in found], locale),
            )
        )
    return sections


def _grids(read: Reading, tables: Sequence[object], locale: str) -> tuple[Grid, ...]:
    link = partial(filter_link, read.question)
    return tuple(
        grid(table, locale, link, bar="revenue", most=ROWS)  # type: ignore[arg-type]
        for table in tables
    )
