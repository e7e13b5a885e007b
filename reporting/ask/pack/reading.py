"""Fills a pack from the warehouse: a small query a report."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.catalog import read_catalog
from reporting.ask.figures import read_figures, read_function, read_table
from reporting.ask.forecast import Forecast, make_forecast, read_history
from reporting.ask.headlines import days_before, headlines, span_changes
from reporting.ask.pack.behind import read_files, read_lines
from reporting.ask.pack.content import BridgeStep, Change, Headline, Pack, Section, TrendPoint
from reporting.ask.pack.quality import read_quality
from reporting.ask.pack.sentences import Findings, read_movements, sentences
from reporting.ask.periods import Calendar, NoFigures, Period
from reporting.ask.reports import (
    PLACES,
    RESTATEMENTS,
    SECTION_REPORTS,
    SELLERS,
    SHIPPING,
    TOP_PRODUCTS,
    About,
    Report,
)
from reporting.ask.span_tables import shown_table, used_columns
from reporting.tables import Column, Table
from warehouse.printing import printable

TREND_WEEKS = 53
"""Weeks of the trend: a year of them, and the same week a year before."""
HISTORY_WEEKS = 13
"""Weeks of a headline's history: a quarter of a year."""

Row = Mapping[str, Any]

_BRIDGE = (
    ("volume_effect", "Volume"),
    ("mix_effect", "Mix"),
    ("price_effect", "Price"),
    ("new_product_effect", "New products"),
    ("lost_product_effect", "Lost products"),
    ("other_effect", "Other"),
)


def read_pack(
    connection: Connection,
    calendar: Calendar,
    period: Period,
    made_at: datetime,
    locale: str = "en",
    filters: Mapping[str, Any] | None = None,
    *,
    with_forecast: bool = True,
) -> Pack:
    """Read all that a pack says.

    Args:
        connection: to the warehouse, with every report built.
        calendar: the weeks there are.
        period: what the pack is about.
        made_at: the time that the pack shows.
        locale: how figures are written in its sentences.
        filters: values of `reporting.ask.figures.FILTERS`, of which the sales are; what is known of
            all sales only is then left out.
        with_forecast: make one, which takes seconds.

    Raises:
        NoFigures: nothing was sold in the period.
    """
    filters = filters or {}
    reader = _Reader(
        connection, calendar, period, locale, filters, with_forecast=with_forecast and not filters
    )
    currencies = reader.currencies()
    if not currencies:
        raise NoFigures(
            f"Nothing {'of this ' if filters else ''}was sold in {period.label}; there are sales "
            f"from {calendar.weeks[0].name} to {calendar.weeks[-1].name}."
        )
    quality = read_quality(connection, period, locale)
    restatements = reader.restatements()
    pack = Pack(
        title="Weekly sales report" if period.week else "Sales report",
        period=", ".join([period.label, *(readable_filters(filters))]),
        first_day=period.first_day,
        last_day=period.last_day,
        is_complete=period.is_complete,
        made_at=made_at,
        sections=tuple(
            reader.section(currency, quality.statuses.get(currency, ""), restatements)
            for currency in currencies
        ),
        quality=quality.worst,
        quality_sentences=quality.sentences,
        restatements=reader.restatement_table(restatements),
        files=read_files(connection, period, filters),
        definitions=reader.definitions(),
        locale=locale,
    )
    lines = [
        table
        for currency in currencies
        for table in reader.lines(currency, names_currency=len(currencies) > 1)
    ]
    return replace(pack, lines=tuple(lines))


class _Reader:
    """Reads a pack's parts; what several of them need is read once."""

    def __init__(
        self,
        connection: Connection,
        calendar: Calendar,
        period: Period,
        locale: str,
        filters: Mapping[str, Any],
        *,
        with_forecast: bool,
    ) -> None:
        self.connection = connection
        self.calendar = calendar
        self.period = period
        self.locale = locale
        self.filters = filters
        self.with_forecast = with_forecast
        self.catalog = read_catalog(connection)
        self.weeks = self._weeks()
        self.summary: dict[str, Row]
        if period.week and not filters:
            self.summary = {currency: weeks[-1] for currency, weeks in self.weeks.items()}
        else:
            summary = read_function(connection, "sales_summary", period, filters)
            self.summary = {row["currency"]: row for row in summary}
        self.of_period = {
            report.model: read_figures(connection, report, period, filters)
            for report in (SELLERS, TOP_PRODUCTS, SHIPPING, PLACES[0])
        }

    def currencies(self) -> list[str]:
        """Return those in which something was sold, the one with most revenue first."""
        sold = [row for row in self.summary.values() if row["line_count"]]
        sold.sort(key=lambda row: (-row["revenue"], row["currency"]))
        return [row["currency"] for row in sold]

    def section(self, currency: str, quality: str, restatements: Sequence[Row]) -> Section:
        """Read what is said about the sales in one currency."""
        summary = self.summary[currency]
        bridge = self._bridge(currency)
        trend, forecast_note = self._trend(currency)
        tables = [
            self._table(report, currency)
            for report in SECTION_REPORTS
            if report.about is About.PERIOD or not self.filters
        ]
        if self.filters:
            return self._filtered_section(currency, tables)
        found = Findings(
            summary,
            quality=quality,
            quarantined_amount=self._quarantined_amount(currency),
            movements=read_movements(self.connection, self.period, currency),
            bridge=bridge,
            targets=self._members(SELLERS, currency),
            anomalies=self._anomalies(currency),
            pareto=self._pareto(currency),
            restatements=[row for row in restatements if row["currency"] == currency],
        )
        return Section(
            currency=currency,
            headlines=self._headlines(currency),
            sentences=sentences(found, self.period, currency, self.locale),
            trend=trend,
            forecast_note=forecast_note,
            bridge=bridge_steps(bridge, "Week before", "This week") if bridge else (),
            bridge_note=f"From the week before to {self.period.label}." if bridge else "",
            tables=tuple(table for table in tables if table.rows),
        )

    def _filtered_section(self, currency: str, tables: Sequence[Table]) -> Section:
        """Return what is said about a part of the sales: figures, not what stands out in them."""
        bridges = read_function(self.connection, "revenue_bridge", self.period, self.filters)
        bridge = next((row for row in bridges if row["currency"] == currency), None)
        has_bridge = bridge and bridge["previous_revenue"] and self.period.is_complete
        before = days_before(self.period.day_count)
        return Section(
            currency=currency,
            headlines=self._headlines(currency),
            trend=self._trend(currency)[0],
            bridge=bridge_steps(bridge, "Before", "Now") if bridge and has_bridge else (),
            bridge_note=f"From {before} to {self.period.label}." if has_bridge else "",
            tables=tuple(table for table in tables if table.rows),
        )

    def lines(self, currency: str, *, names_currency: bool) -> list[Table]:
        """Read the lines behind the top sellers and products."""
        suffix = f" {currency}" if names_currency else ""
        tables = (
            read_lines(
                self.connection,
                self.period,
                currency,
                member,
                f"Lines of the top {member}s{suffix}",
                self._members(report, currency),
                self.filters,
            )
            for member, report in (("seller", SELLERS), ("product", TOP_PRODUCTS))
        )
        return [table for table in tables if table]

    def restatements(self) -> list[Row]:
        """Read what changed in weeks that were published, the newest first."""
        if self.filters:
            return []
        rows: Any = read_table(
            self.connection,
            RESTATEMENTS,
            last=self.period.last_day,
            order=RESTATEMENTS.order,
            limit=RESTATEMENTS.limit,
        )
        return list(rows.mappings())

    def restatement_table(self, rows: Sequence[Row]) -> Table | None:
        """Show them, if there are any."""
        if not rows:
            return None
        columns = self._described(RESTATEMENTS)
        return shown_table(RESTATEMENTS, columns, rows, RESTATEMENTS.note)

    def definitions(self) -> tuple[tuple[str, str], ...]:
        """Read how the figures are defined."""
        rows = self._rows(
            "select term, meaning from reports.rpt_definition order by definition_number"
        )
        return tuple((row["term"], row["meaning"]) for row in rows)

    def _rows(self, sql: str, **values: Any) -> list[Row]:
        # SQL is written here and in `reports.py`, not by users.
        days = {
            "first": self.period.first_day,
            "last": self.period.last_day,
            # From here on begin the weeks that share a day with the period.
            "first_week_start": self.period.first_day - timedelta(days=6),
            **values,
        }
        used = {name: day for name, day in days.items() if re.search(rf":{name}\b", sql)}
        result: Any = self.connection.execute(sa.text(sql), used)
        return list(result.mappings())

    def _weeks(self) -> dict[str, list[Row]]:
        """Read the weeks up to the period, a list a currency."""
        weeks: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self._summaries():
            weeks[row["currency"]].append(row)
        return weeks

    def _summaries(self) -> list[Row]:
        if self.filters:
            until = replace(self.period, first_day=self.calendar.weeks[0].start, week=None)
            return read_function(
                self.connection, "weekly_summary", until, self.filters, "week_start_date"
            )
        return self._rows(
            "select * from reports.rpt_weekly_summary where week_start_date <= :last "
            "order by week_start_date"
        )

    def _headlines(self, currency: str) -> tuple[Headline, ...]:
        summary = self.summary[currency]
        history = self.weeks[currency] if self.period.week else []
        before = history[-2] if len(history) > 1 else None
        return headlines(
            summary,
            before if self.period.is_complete else None,
            "last week",
            self._revenue_changes(summary),
            history[-HISTORY_WEEKS:],
        )

    def _revenue_changes(self, summary: Row) -> tuple[Change, ...]:
        if self.period.week and not self.filters:
            return (
                Change("last week", summary["revenue_change_pct"]),
                Change("4-week mean", summary["revenue_change_on_four_weeks_pct"]),
                Change("last year", summary["revenue_change_on_last_year_pct"]),
            )
        return span_changes(summary, self.period.day_count)

    def _trend(self, currency: str) -> tuple[tuple[TrendPoint, ...], str]:
        weeks = self.weeks[currency][-TREND_WEEKS:]
        points = [
            TrendPoint(
                row["week_start_date"], row["iso_week"], row["revenue"], row["is_week_complete"]
            )
            for row in weeks
        ]
        if not self.with_forecast:
            return tuple(points), ""
        history = read_history(self.connection, weeks[-1]["week_start_date"]).get(currency, [])
        forecast: Forecast = make_forecast(history, currency, self.locale)
        known = {point.week_start_date for point in points}
        for week in forecast.weeks:
            # An unfinished week is shown as it is, not as it might become.
            if week.week_start_date not in known:
                year, number, _ = (week.week_start_date + timedelta(days=3)).isocalendar()
                points.append(
                    TrendPoint(
                        week.week_start_date,
                        f"{year}-W{number:02d}",
                        week.revenue,
                        is_complete=False,
                        is_forecast=True,
                        low=week.low,
                        high=week.high,
                    )
                )
        return tuple(points), forecast.note

    def _bridge(self, currency: str) -> Row | None:
        if not self.period.week:
            return None
        rows = self._rows(
            "select * from reports.rpt_revenue_bridge "
            "where week_start_date = :first and currency = :currency",
            currency=currency,
        )
        return rows[0] if rows else None

    def _quarantined_amount(self, currency: str) -> Decimal:
        rows = self._rows(
            "select sum(quarantined_amount) as amount from reports.rpt_weekly_data_quality "
            "where week_start_date between :first_week_start and :last and currency = :currency",
            currency=currency,
        )
        return rows[0]["amount"] or Decimal(0)

    def _anomalies(self, currency: str) -> list[Row]:
        return self._rows(
            "select * from reports.rpt_sales_anomaly "
            "where week_start_date between :first_week_start and :last and currency = :currency "
            "order by abs(score) desc, member_kind, member_key, measure, week_start_date",
            currency=currency,
        )

    def _pareto(self, currency: str) -> Row | None:
        rows = self._rows(
            "select count(*) as product_count, "
            "sum(case when is_in_top_share then 1 else 0 end) as top_count, "
            "max(case when is_in_top_share then cumulative_revenue_share end) as top_share "
            "from reports.rpt_product_pareto where currency = :currency",
            currency=currency,
        )
        return rows[0] if rows[0]["product_count"] > 1 else None

    def _members(self, report: Report, currency: str) -> list[Row]:
        """Return a report's rows of the period, in their order."""
        rows = [row for row in self.of_period[report.model] if row["currency"] == currency]
        if report.place_level:
            rows = [row for row in rows if row["place_level"] == report.place_level]
        # Sorting keeps the order of equals: by name first, then by what matters.
        rows.sort(key=lambda row: str(row[report.columns[0].name] or ""))
        rows.sort(key=lambda row: row[report.rank] if report.rank else -row["revenue"])
        return rows

    def _table(self, report: Report, currency: str) -> Table:
        note = report.note
        if report.about is About.PERIOD:
            rows = self._members(report, currency)
            if report.place_level and not any(row[report.columns[0].name] for row in rows):
                rows = []
        else:
            rows = self._report_rows(report, currency)
        if report.about is About.EVERYTHING:
            note = f"{note} All sales up to {self.calendar.last_sale_date}.".strip()
        if len(rows) > report.limit:
            note = (
                f"{note} These are the first {report.limit:,} rows; all are in "
                f"reports.{report.model}."
            ).strip()
            rows = rows[: report.limit]
        columns = report.columns
        # What the words of a weekly report say of the week is not said of another span.
        if self.period.week or report.about is not About.PERIOD:
            columns = self._described(report)
        return shown_table(report, used_columns(columns, rows), rows, note)

    def _described(self, report: Report) -> tuple[Column, ...]:
        """Return the columns of a report with what they mean, as dbt has written it there."""
        said = {column.name: column.comment for column in self.catalog[report.table]}
        return tuple(
            replace(column, description=" ".join(said.get(column.name, "").split()))
            for column in report.columns
        )

    def _report_rows(self, report: Report, currency: str) -> list[Row]:
        rows: Any = read_table(
            self.connection,
            report,
            first=self.period.first_day if report.about is About.WITHIN else None,
            last=None if report.about is About.EVERYTHING else self.period.last_day,
            equal={"currency": currency},
            order=report.order,
            limit=report.limit + 1,
        )
        return list(rows.mappings())


def readable_filters(filters: Mapping[str, Any]) -> list[str]:
    """Say in words what a pack is about besides days."""
    return [f"{name.replace('_', ' ')} {printable(str(text))}" for name, text in filters.items()]


def bridge_steps(row: Row, before: str, now: str) -> tuple[BridgeStep, ...]:
    """Return the way from one revenue to another.

    Args:
        row: of rpt_revenue_bridge, or of the function revenue_bridge.
        before: what the first is called.
        now: what the last is called.
    """
    effects = [BridgeStep(label, row[name]) for name, label in _BRIDGE if row[name]]
    first = row["previous_revenue" if "previous_revenue" in row else "previous_week_revenue"]
    return (
        BridgeStep(before, first, is_total=True),
        *effects,
        BridgeStep(now, row["revenue"], is_total=True),
    )
