"""The names that the dimensions hold."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.built import see_last_build
from reporting.ask.periods import NoFigures

KINDS = ("seller", "product", "shipping_company", "store")


@dataclass(frozen=True)
class Name:
    """A name of one or more members.

    Attributes:
        text: the name, to the letter.
        has_id: whether a member of this name has an id.
        line_count: sales lines of these members.
    """

    text: str
    has_id: bool
    line_count: int


def read_names(connection: Connection, kind: str) -> list[Name]:
    """Return all names of a kind.

    Args:
        connection: to the warehouse.
        kind: one of KINDS.

    Raises:
        NoFigures: the marts were not built yet.
    """
    if not see_last_build(connection, f"dim_{kind}", "fact_sales_line"):
        raise NoFigures("There are no marts yet: run `make run` (or `make load && dbt build`).")
    # The kind is one of ours, not what users write.
    found: Any = connection.execute(
        sa.text(
            "with line_counts as ("
            f"select {kind}_key, count(*) as line_count from fact_sales_line "
            f"group by {kind}_key) "
            f"select dim.{kind}_name, "
            f"max(case when dim.{kind}_id is not null then 1 else 0 end) as has_id, "
            "cast(sum(coalesce(line_counts.line_count, 0)) as bigint) as line_count "
            f"from dim_{kind} as dim "
            f"left join line_counts on dim.{kind}_key = line_counts.{kind}_key "
            f"where dim.{kind}_key <> -1 group by dim.{kind}_name"
        )
    )
    return [Name(text, bool(has_id), line_count) for text, has_id, line_count in found]
