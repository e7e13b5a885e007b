"""Blocks of pages: a report each, as a table that is shown and can be taken along as a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reporting.ask.figures import Row, read_function, read_table
from reporting.ask.quality_tables import (
    quarantine_table,
    reconciliation_table,
    rules_table,
    senders_table,
)
from reporting.ask.reports import (
    CATEGORY_SALES,
    CITIES,
    CUSTOMER_SALES,
    CUSTOMER_STATUSES,
    PERIODS,
    PRODUCT_SALES,
    REGIONS,
    RESTATEMENTS,
    SECTION_REPORTS,
    SELLERS,
    SHIPPING,
    STORES,
    About,
    Report,
)
from reporting.ask.span_tables import span_tables, tables_of
from reporting.doors.api.keys import Role
from reporting.doors.app.views import Reading
from reporting.draw.app.grid import Grid, grid
from reporting.tables import Table

Tables = Mapping[str, Table]
"""By currency."""


@dataclass(frozen=True)
class Block:
    """A report on a page.

    Attributes:
        name: in the addresses of its files.
        read: reads its rows: all, or so many of a currency at least.
        bar: the column whose figures have bars.
        most: how many of its rows the page shows.
        is_drawn: whether there is a chart of it, too.
        role: who may see it.
    """

    name: str
    read: Callable[[Reading, int | None], Tables]
    bar: str = "revenue"
    most: int = 15
    is_drawn: bool = False
    role: Role = Role.READER


def _of_days(report: Report, **more: Any) -> Block:
    def read(reading: Reading, most: int | None) -> Tables:
        question = reading.question
        return span_tables(reading.connection, report, question.period, question.filters, most)

    return Block(report.name, read, **more)


def _of_table(report: Report, **more: Any) -> Block:
    """Return the block of a report that is a table: of all sales, or of weeks and months."""

    def read(reading: Reading, most: int | None) -> Tables:
        question = reading.question
        equal = {
            column: question.filters[name]
            for name, column in report.filters.items()
            if name in question.filters
        }
        period = question.period
        rows = []
        # A currency at a time, as none is to be crowded out.
        for currency in reading.choices.names["currency"]:
            if question.filters.get("currency", currency) == currency:
                found: Any = read_table(
                    reading.connection,
                    report,
                    first=period.first_day if report.about is About.WITHIN else None,
                    last=None if report.about is About.EVERYTHING else period.last_day,
                    equal={**equal, "currency": currency},
                    order=report.order,
                    limit=most,
                )
                rows += found.mappings().all()
        note = report.note
        if report.about is About.EVERYTHING and reading.known.calendar:
            note = f"{note} All sales up to {reading.known.calendar.last_sale_date}."
        # Where filters do not lead, the report is about more: that is said, not passed over.
        known = {*report.filters, "currency"}
        beyond = [name.replace("_", " ") for name in question.filters if name not in known]
        if beyond:
            note = f"{note} Whatever the {' and '.join(beyond)}."
        return tables_of(replace(report, note=note.strip()), rows)

    return Block(report.name, read, **more)


def _named(name: str) -> Report:
    return next(report for report in SECTION_REPORTS if report.name == name)


def _places() -> Block:
    """Return regions, the cities of a region, or the stores of a city: whatever is next."""

    def read(reading: Reading, most: int | None) -> Tables:
        question = reading.question
        filters = question.filters
        report = STORES if "city" in filters or "store" in filters else CITIES
        report = REGIONS if not ({"region", "city", "store"} & set(filters)) else report
        found = span_tables(reading.connection, report, question.period, filters)
        if report is REGIONS and not any(row[0] for table in found.values() for row in table.rows):
            found = span_tables(reading.connection, CITIES, question.period, filters)
        return found

    return Block("places", read)


def _periods() -> Block:
    def read(reading: Reading, most: int | None) -> Tables:
        question = reading.question
        rows = read_function(
            reading.connection,
            PERIODS.function,
            question.period,
            {**question.filters, "grain": question.grain},
            PERIODS.sort,
        )
        return periods_table(question.grain, rows)

    return Block("periods", read, most=60)


def periods_table(grain: str, rows: Sequence[Row]) -> Tables:
    """Return rows of the function sales_by_period as tables."""
    return tables_of(replace(PERIODS, title=f"By {grain.replace('_', ' ')}"), rows)


PERIODS_BLOCK = _periods()
SALES = (
    _places(),
    _of_days(CATEGORY_SALES),
    _of_days(SELLERS),
    _of_days(PRODUCT_SALES),
    _of_table(_named("rpt_target_attainment")),
    _of_table(RESTATEMENTS, bar=""),
)
CUSTOMERS = (
    _of_days(CUSTOMER_SALES),
    _of_table(CUSTOMER_STATUSES, bar="customer_count"),
    _of_table(_named("rpt_customer_rfm_segments"), bar="monetary"),
    _of_table(_named("rpt_customer_value"), bar="lifetime_revenue"),
    _of_table(_named("rpt_cohort_retention"), is_drawn=True),
)
PRODUCTS = (
    _of_days(CATEGORY_SALES),
    _of_days(PRODUCT_SALES, most=25),
    _of_table(_named("rpt_product_pareto"), is_drawn=True),
    _of_table(_named("rpt_product_performance")),
)
SELLERS_AND_SHIPPING = (
    _of_days(SELLERS, most=60),
    _of_days(SHIPPING, most=30),
    _of_table(_named("rpt_target_attainment")),
    _of_table(_named("rpt_sales_anomaly"), bar=""),
)
WEEKS_OF_QUALITY = _of_table(_named("rpt_weekly_data_quality"), bar="", most=53)
RULES = Block("rules", lambda read, most: {"": rules_table(read.connection)}, bar="", most=100)
SENDERS = Block(
    "senders", lambda read, most: {"": senders_table(read.connection)}, bar="kept_out_count"
)
RECONCILIATION = Block(
    "reconciliation",
    lambda read, most: {"": reconciliation_table(read.connection)},
    bar="",
    most=50,
)
QUARANTINE = Block(
    "quarantine",
    lambda read, most: {"": quarantine_table(read.connection, read.question.period)},
    bar="",
    most=50,
    role=Role.AUDITOR,
)
QUALITY = (RULES, SENDERS, QUARANTINE, RECONCILIATION)
BLOCKS = {
    block.name: block
    for block in (
        *(PERIODS_BLOCK, *SALES, *CUSTOMERS, *PRODUCTS, *SELLERS_AND_SHIPPING),
        *(WEEKS_OF_QUALITY, *QUALITY),
    )
}
"""All blocks by name."""


def block_grid(
    read: Reading, block: Block, table: Table, locale: str, link: Callable[[str, Any], str]
) -> Grid:
    """Return the table of a block as its page shows it, with the addresses of its files."""
    shown = grid(_with_bars_first(table, block.bar), locale, link, bar=block.bar, most=block.most)
    return replace(shown, files=read.question.link(f"{read.home}/tables/{block.name}.FORMAT"))


def _with_bars_first(table: Table, bar: str) -> Table:
    """Return a table with the figures that have bars right after its names."""
    names = [column.name for column in table.columns]
    if bar not in names[1:]:
        return table
    place = names.index(bar)
    order = [0, place, *(other for other in range(1, len(names)) if other != place)]
    return replace(
        table,
        columns=tuple(table.columns[item] for item in order),
        rows=tuple(tuple(row[item] for item in order) for row in table.rows),
    )
