"""Which weeks were published, and whether their figures are still the same."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.periods import Period


def read_publications(connection: Connection, period: Period) -> list[Mapping[str, Any]]:
    """Read the last edition of each published week of a period, the latest week first.

    Returns:
        iso_week, edition_number, published_at, published_by and has_changed.
    """
    found: Any = connection.execute(
        sa.text(
            "select iso_week, max(edition_number) as edition_number, "
            "max(published_at) as published_at, max(published_by) as published_by, "
            "max(case when file_change <> 'unchanged' then 1 else 0 end) = 1 as has_changed "
            "from quality.dq_published_file "
            "where week_start_date between :first_week_start and :last "
            "group by iso_week, week_start_date order by week_start_date desc"
        ),
        {"first_week_start": period.first_day - timedelta(days=6), "last": period.last_day},
    )
    return list(found.mappings())
