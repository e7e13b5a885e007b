"""Which deliveries are owed for some days, and not there."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_MOST_NAMED = 8


def said_of_missing(connection: Connection, first_day: date, last_day: date) -> str:
    """Say what these days are without; "" if all is there that is owed.

    Args:
        connection: to the warehouse.
        first_day: of the days.
        last_day: of the days, included.
    """
    rows: Any = connection.execute(
        sa.text(
            "select contents, iso_week from quality.dq_delivery "
            "where delivered_at is null and last_day >= :first_day and first_day <= :last_day "
            "order by contents, week_start_date"
        ),
        {"first_day": first_day, "last_day": last_day},
    ).all()
    if not rows:
        return ""
    weeks: dict[str, list[str]] = {}
    for contents, week in rows:
        known = weeks.setdefault(contents, [])
        if week not in known:
            known.append(week)
    named = [
        f"{contents} ({', '.join(of[:_MOST_NAMED])}{' ...' if of[_MOST_NAMED:] else ''})"
        for contents, of in weeks.items()
    ]
    if named[_MOST_NAMED:]:
        named[_MOST_NAMED:] = [f"{len(named) - _MOST_NAMED} more"]
    return (
        f"Without {', '.join(named)}, which {'was' if len(weeks) == 1 else 'were'} not delivered."
    )
