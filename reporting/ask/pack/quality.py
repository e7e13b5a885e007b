"""Whether a period's figures can be trusted, in words."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.arithmetic import divided
from reporting.ask.deliveries import said_of_missing
from reporting.ask.periods import Period
from reporting.tables import Kind
from reporting.words import write_value

_WORST_FIRST = ("fail", "warn", "ok")


@dataclass(frozen=True)
class Quality:
    """What the quality reports say of a period.

    Attributes:
        statuses: "ok", "warn" or "fail" by currency, the worst of its weeks.
        sentences: what that means here.
    """

    statuses: dict[str, str]
    sentences: tuple[str, ...]

    @property
    def worst(self) -> str:
        """Return the worst status of all; "" if nothing is said."""
        return min(self.statuses.values(), key=_WORST_FIRST.index, default="")


def read_quality(connection: Connection, period: Period, locale: str) -> Quality:
    """Read whether the figures of a period can be trusted.

    Args:
        connection: to the warehouse.
        period: a span is judged by all the weeks that it has a day of.
        locale: how figures are written.
    """
    rows = connection.execute(
        sa.text(
            "select currency, status, row_count, quarantined_row_count, quarantined_amount, "
            "flagged_row_count from reports.rpt_weekly_data_quality "
            "where week_start_date between :first_week_start and :last order by currency"
        ),
        {"first_week_start": period.first_day - timedelta(days=6), "last": period.last_day},
    ).all()
    statuses: dict[str, str] = {}
    amounts: dict[str, Decimal] = {}
    for row in rows:
        known = statuses.get(row.currency, row.status)
        statuses[row.currency] = min(known, row.status, key=_WORST_FIRST.index)
        amounts[row.currency] = amounts.get(row.currency, Decimal(0)) + row.quarantined_amount
    in_all: int = connection.execute(
        sa.text("select count(*) from quality.dq_quarantine")
    ).scalar_one()
    delivered = sum(row.row_count for row in rows)
    kept_out = sum(row.quarantined_row_count for row in rows)
    flagged = sum(row.flagged_row_count for row in rows)

    def count(number: int) -> str:
        return write_value(number, Kind.COUNT, "", locale)

    # Quality is judged by the week.
    of_weeks = "" if period.week else "of the weeks that these days are in "
    missing = said_of_missing(connection, period.first_day, period.last_day)
    said = [missing] if missing else []
    if kept_out:
        share = write_value(divided(kept_out, delivered, 6), Kind.SHARE, "", locale)
        stake = ", ".join(
            write_value(amount, Kind.AMOUNT, currency, locale)
            for currency, amount in amounts.items()
            if amount
        )
        said.append(
            f"{count(kept_out)} of {count(delivered)} delivered lines {of_weeks}({share}) "
            f"{'is' if kept_out == 1 else 'are'} kept out of the figures"
            f"{f', with {stake} at stake' if stake else ''}."
        )
    elif delivered:
        said.append(f"All {count(delivered)} delivered lines {of_weeks}are in the figures.")
    if flagged:
        said.append(
            f"{count(flagged)} {'is' if flagged == 1 else 'are'} in them, but flagged as unusual."
        )
    if in_all:
        said.append(
            f"Of all weeks together, {count(in_all)} delivered "
            f"{'row is' if in_all == 1 else 'rows are'} kept out of the figures: "
            "`make dq-workbook` says why."
        )
    return Quality(statuses, tuple(said))
