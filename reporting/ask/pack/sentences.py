"""What stands out in a period, in words: figures and names, nothing made up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.arithmetic import divided
from reporting.ask.figures import function_call, question
from reporting.ask.periods import Period
from reporting.tables import Kind, Value
from reporting.words import counted, write_value

MOST = 6
"""Sentences that a reader will read."""

_ANOMALIES = 2
_WHO = {"seller": "Seller", "product": "Product", "region": "Region"}
_NAMES = {
    "seller": "seller_name",
    "product": "product_name",
    "region": "coalesce(region, country)",
}
_EFFECTS = {
    "volume_effect": "how much was sold",
    "mix_effect": "which products were sold",
    "price_effect": "prices",
    "new_product_effect": "products not sold the week before",
    "lost_product_effect": "products no longer sold",
    "other_effect": "returns and corrections",
}
_MEASURES = {
    "revenue": ("revenue", Kind.AMOUNT),
    "units": ("units", Kind.NUMBER),
    "average_price": ("average price", Kind.AMOUNT),
    "line_count": ("lines", Kind.COUNT),
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Movement:
    """How far a member moved since the span before.

    Attributes:
        kind: "seller", "product" or "region".
        name: of the member.
        revenue: in the period.
        before: in the span of equal length before it.
    """

    kind: str
    name: str
    revenue: Decimal
    before: Decimal

    @property
    def change(self) -> Decimal:
        """Return how much more it is."""
        return self.revenue - self.before


@dataclass(frozen=True)
class Findings:
    """What the sentences are made from, in one currency.

    Attributes:
        summary: the period's row, with the columns of rpt_weekly_summary.
        quality: "ok", "warn" or "fail"; "" if nothing is said.
        quarantined_amount: what is kept out of the figures.
        movements: the largest of each kind.
        bridge: row of rpt_revenue_bridge, if there is one.
        targets: rows with target_amount and revenue.
        anomalies: rows of rpt_sales_anomaly, the farthest first.
        pareto: product_count, top_count, top_share of all sales; None if there are too few.
        restatements: rows of rpt_weekly_restatement.
    """

    summary: Row
    quality: str = ""
    quarantined_amount: Decimal = Decimal(0)
    movements: tuple[Movement, ...] = ()
    bridge: Row | None = None
    targets: Sequence[Row] = ()
    anomalies: Sequence[Row] = ()
    pareto: Row | None = None
    restatements: Sequence[Row] = ()


def read_movements(connection: Connection, period: Period, currency: str) -> tuple[Movement, ...]:
    """Read which seller, product and region moved most since the span before."""
    return tuple(
        movement
        for kind in _NAMES
        if (movement := _largest_movement(connection, period, currency, kind))
    )


def sentences(found: Findings, period: Period, currency: str, locale: str) -> tuple[str, ...]:
    """Say what stands out, the most important first.

    Args:
        found: the figures to speak of.
        period: what they are about.
        currency: what the amounts are in.
        locale: how figures are written.
    """
    writer = _Writer(period, currency, locale)
    said = [
        writer.quality(found),
        writer.restated(found.restatements),
        writer.bridge(found.bridge),
        writer.movements(found.movements),
        writer.targets(found.targets),
        writer.anomalies(found.anomalies),
        writer.customers(found.summary),
        writer.pareto(found.pareto),
    ]
    return tuple(sentence for sentence in said if sentence)[:MOST]


@dataclass(frozen=True)
class _Writer:
    period: Period
    currency: str
    locale: str

    def write(self, value: Value, kind: Kind) -> str:
        return write_value(value, kind, self.currency, self.locale)

    def amount(self, amount: Decimal) -> str:
        return self.write(amount, Kind.AMOUNT)

    def counted(self, number: int, noun: str) -> str:
        return counted(number, noun, self.locale)

    def signed(self, amount: Decimal) -> str:
        return f"{'+' if amount > 0 else ''}{self.amount(amount)}"

    @property
    def before(self) -> str:
        """What the period is compared with."""
        return "the week before" if self.period.week else f"the {self.period.day_count} days before"

    def quality(self, found: Findings) -> str:
        if found.quality != "fail":
            return ""
        return (
            "Do not rely on these figures: more of what was delivered is kept out of them than may "
            f"be, {self.amount(found.quarantined_amount)} as far as is known."
        )

    def restated(self, rows: Sequence[Row]) -> str:
        changes: dict[str, Decimal] = {}
        files: dict[str, int] = {}
        for row in rows:
            changes[row["iso_week"]] = row["revenue_change"]
            files[row["iso_week"]] = files.get(row["iso_week"], 0) + 1
        if not changes:
            return ""
        said = ", ".join(
            f"{week} by {self.signed(changes[week])} ({self.counted(files[week], 'file')})"
            for week in list(changes)[:3]
        )
        more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
        return f"Changed since it was published: {said}{more}."

    def bridge(self, row: Row | None) -> str:
        if row is None or not self.period.is_complete:
            return ""
        change = row["revenue"] - row["previous_week_revenue"]
        effects = {name: row[name] for name in _EFFECTS if row[name]}
        if not change or not effects:
            return ""
        largest = max(effects, key=lambda name: abs(effects[name]))
        return (
            f"Revenue is {self.amount(abs(change))} {'above' if change > 0 else 'below'} that of "
            f"the week before; the largest part of it, {self.signed(effects[largest])}, comes from "
            f"{_EFFECTS[largest]}."
        )

    def movements(self, movements: Sequence[Movement]) -> str:
        if not self.period.is_complete or not movements:
            return ""
        said = "; ".join(
            f"{_WHO[movement.kind]} {movement.name} {self.signed(movement.change)} "
            f"(to {self.amount(movement.revenue)})"
            for movement in movements
        )
        return f"Largest movements since {self.before}: {said}."

    def targets(self, rows: Sequence[Row]) -> str:
        held = [row for row in rows if row["target_amount"]]
        if not held or not self.period.is_complete:
            return ""
        target = sum(row["target_amount"] for row in held)
        revenue = sum(row["revenue"] for row in held)
        reached = sum(1 for row in held if row["revenue"] >= row["target_amount"])
        share = self.write(divided(revenue, target, 6), Kind.SHARE)
        return (
            f"{self.counted(reached, 'seller')} of {len(held)} with a target reached it; together "
            f"they sold {self.amount(revenue)}, {share} of their {self.amount(target)}."
        )

    def anomalies(self, rows: Sequence[Row]) -> str:
        said = []
        for row in rows[:_ANOMALIES]:
            measure, kind = _MEASURES[row["measure"]]
            value, expected = (
                self.write(row["value"], kind),
                self.write(row["expected_value"], kind),
            )
            said.append(
                f"{row['member_kind']} {row['member_name']}, {measure} {value} instead of "
                f"the usual {expected}"
            )
        if not said:
            return ""
        more = f" ({len(rows)} in all)" if len(rows) > _ANOMALIES else ""
        return f"Out of line{more}: {'; '.join(said)}."

    def customers(self, row: Row) -> str:
        if not row["customer_count"] or not row["new_customer_count"]:
            return ""
        share = divided(row["new_customer_count"], row["customer_count"], 6)
        return (
            f"{self.write(row['new_customer_count'], Kind.COUNT)} of "
            f"{self.write(row['customer_count'], Kind.COUNT)} customers bought for the first time "
            f"({self.write(share, Kind.SHARE)})."
        )

    def pareto(self, row: Row | None) -> str:
        if row is None or not row["top_count"] or row["top_share"] is None:
            return ""
        share = divided(row["top_count"], row["product_count"], 6)
        return (
            f"Of all sales so far, {self.write(row['top_count'], Kind.COUNT)} of "
            f"{self.write(row['product_count'], Kind.COUNT)} products "
            f"({self.write(share, Kind.SHARE)}) make {self.write(row['top_share'], Kind.SHARE)} "
            "of the revenue."
        )


def _largest_movement(
    connection: Connection, period: Period, currency: str, kind: str
) -> Movement | None:
    before = period.days_before(period.day_count)
    asked = {"currency": currency}
    # Kind and names are written above, not by users.
    row = connection.execute(
        sa.text(
            f"with moved as (select {kind}_key, {_NAMES[kind]} as name, "
            "sum(case when sale_date >= :first_day then revenue else 0 end) as revenue, "
            "sum(case when sale_date < :first_day then revenue else 0 end) as before "
            f"from {function_call('sales_lines', asked)} where {kind}_key <> -1 "
            f"group by {kind}_key, {_NAMES[kind]}) select * from moved "
            "where revenue <> before "
            f"order by abs(revenue - before) desc, {kind}_key limit 1"
        ),
        {"first_day": period.first_day, **question(before.first_day, period.last_day, asked)},
    ).first()
    return None if row is None else Movement(kind, row[1], row[2], row[3])
