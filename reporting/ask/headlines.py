"""The figures at the top: which they are, and how they compare."""

from collections.abc import Mapping, Sequence
from typing import Any

from reporting.ask.arithmetic import change_percent
from reporting.ask.pack.content import Change, Headline
from reporting.tables import Kind

Row = Mapping[str, Any]

_HEADLINES = (
    ("revenue", "Revenue", Kind.AMOUNT),
    ("order_count", "Orders", Kind.COUNT),
    ("average_order_value", "Average order", Kind.AMOUNT),
    ("units", "Units", Kind.NUMBER),
    ("line_count", "Lines", Kind.COUNT),
    ("customer_count", "Customers", Kind.COUNT),
    ("new_customer_count", "New customers", Kind.COUNT),
    ("discount_amount", "Discount", Kind.AMOUNT),
    ("return_amount", "Returns", Kind.AMOUNT),
    ("profit", "Profit", Kind.AMOUNT),
    ("margin_share", "Margin", Kind.SHARE),
)
_COMPARED = (
    *("order_count", "average_order_value", "units", "line_count", "customer_count"),
    "new_customer_count",
)
"""Headlines beside revenue of which a change in percent says something."""


def headlines(
    summary: Row,
    before: Row | None,
    said_of_before: str,
    of_revenue: tuple[Change, ...],
    history: Sequence[Row] = (),
) -> tuple[Headline, ...]:
    """Return the figures at the top.

    Args:
        summary: a row of rpt_weekly_summary, or of the function sales_summary.
        before: that of the days before; None where there is nothing to compare with.
        said_of_before: what these days are called.
        of_revenue: how revenue compares.
        history: summaries of earlier weeks, that of the period last.
    """
    found = []
    for name, label, kind in _HEADLINES:
        if summary[name] is None:
            continue
        if name == "revenue":
            changes = of_revenue
        elif name in _COMPARED and before is not None:
            changes = (Change(said_of_before, change_percent(summary[name], before[name])),)
        else:
            changes = ()
        values = tuple(row[name] for row in history)
        found.append(Headline(name, label, kind, summary[name], changes, values))
    return tuple(found)


def span_changes(summary: Row, days: int) -> tuple[Change, ...]:
    """Return how the revenue of some days compares.

    Args:
        summary: a row of the function sales_summary.
        days: how many they are.
    """
    return (
        Change(days_before(days), summary["revenue_change_pct"]),
        Change("same days last year", summary["revenue_change_on_last_year_pct"]),
    )


def days_before(days: int) -> str:
    """Say what some days are compared with."""
    return "the day before" if days == 1 else f"the {days} days before"
