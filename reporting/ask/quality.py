"""What the quality models say about everything delivered: nothing is judged here."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from reporting.ask.built import see_last_build
from reporting.ask.periods import NoFigures
from reporting.tables import Column, Kind

WEEKS = 8
"""How many of the latest weeks are shown."""

MODELS = (
    "dq_issue",
    "dq_issue_cell",
    "dq_summary",
    "dq_reconciliation",
    "rpt_weekly_data_quality",
)

Amount = tuple[str, Decimal]
"""With its currency; an empty one if it came without."""

WEEK_COLUMNS = (
    Column("iso_week", "Week", Kind.TEXT),
    Column("status", "Status", Kind.TEXT),
    Column("row_count", "Rows", Kind.COUNT),
    Column("quarantined_row_count", "Kept out", Kind.COUNT),
    Column("flagged_row_count", "Flagged", Kind.COUNT),
    Column("currency", "Currency", Kind.TEXT),
    Column("quarantined_amount", "Amount kept out", Kind.AMOUNT),
    Column("revenue_affected_share", "Affected", Kind.SHARE),
)
FILE_COLUMNS = (
    Column("source_file", "File", Kind.TEXT),
    Column("rows_read", "Delivered", Kind.COUNT),
    Column("rows_accepted", "Accepted", Kind.COUNT),
    Column("rows_rejected", "Kept out", Kind.COUNT),
    Column("rows_duplicate", "Duplicate", Kind.COUNT),
    Column("rows_skipped", "Skipped", Kind.COUNT),
)
RULE_COLUMNS = (
    Column("description", "", Kind.TEXT),
    Column("issue_count", "Rows", Kind.COUNT),
    Column("amounts", "Amount at stake", Kind.AMOUNT),
)

# Rows that are kept out come first, then what concerns most rows.
_WORST_FIRST = "case severity when 'reject' then 0 else 1 end, issue_count desc, entity, rule"


@dataclass(frozen=True)
class Rule:
    """What one rule found, in all files or in one.

    Attributes:
        is_reject: whether its rows are kept out of the figures; they are flagged otherwise.
        entity: what the rows are, in words.
        description: what is wrong.
        what_to_do: how to put it right.
        is_widespread: whether it is so all over the file, and rows are not listed; in all files
            together, whether it is in some of them.
        issue_count: rows concerned that nobody has accepted as they are.
        amounts: at stake, each with its currency; none if unknown.
    """

    is_reject: bool
    entity: str
    description: str
    what_to_do: str
    is_widespread: bool
    issue_count: int
    amounts: list[Amount]


@dataclass(frozen=True)
class OpenFile:
    """A file with rows that its sender should correct.

    Attributes:
        source_file: its path below the inbox.
        version_ids: of the versions of it that count; nearly always one.
        rules: what is wrong in it.
    """

    source_file: str
    version_ids: list[int]
    rules: list[Rule]


@dataclass(frozen=True)
class QualityFigures:
    """What is shown about quality.

    Attributes:
        weeks: rows of rpt_weekly_data_quality, the latest first.
        parts: rows of dq_reconciliation, those that lost most rows first.
        rules: what is wrong in all files together.
        open_files: files with rows to correct, by name.
        accepted_count: findings that a person has accepted as they are.
    """

    weeks: list[RowMapping]
    parts: list[RowMapping]
    rules: list[Rule]
    open_files: list[OpenFile]
    accepted_count: int


def read_quality(connection: Connection) -> QualityFigures:
    """Read what the models say about quality.

    Raises:
        NoFigures: they were not built yet, or nothing was delivered.
    """
    if not see_last_build(connection, *MODELS):
        raise NoFigures(
            "Nothing is known about quality yet: run `make run` (or `make load && dbt build`)."
        )
    parts = _rows(
        connection,
        "select source_file, source_sheet, entity, rows_read, rows_accepted, rows_rejected, "
        "rows_duplicate, rows_skipped from dq_reconciliation "
        "order by rows_rejected desc, rows_duplicate desc, source_file, file_part_number, entity",
    )
    if not parts:
        raise NoFigures(
            "The warehouse holds no deliveries: put sales workbooks into the inbox, `make load`, "
            "`dbt build`."
        )
    return QualityFigures(
        weeks=_rows(
            connection,
            "select iso_week, currency, status, row_count, quarantined_row_count, "
            "flagged_row_count, quarantined_amount, revenue_affected_share "
            "from rpt_weekly_data_quality where week_start_date in (select distinct "
            "week_start_date from rpt_weekly_data_quality order by 1 desc limit :weeks) "
            "order by week_start_date desc, currency",
            weeks=WEEKS,
        ),
        parts=parts,
        rules=_rules(connection),
        open_files=_open_files(connection),
        accepted_count=connection.execute(
            sa.text("select cast(coalesce(sum(accepted_count), 0) as bigint) from dq_summary")
        ).scalar_one(),
    )


def _rules(connection: Connection) -> list[Rule]:
    found = _rows(
        connection,
        "select entity, rule, severity, description, what_to_do, "
        "bool_or(is_widespread) as is_widespread, "
        "cast(sum(issue_count) as bigint) as issue_count from dq_summary "
        "where issue_count > 0 group by entity, rule, severity, description, what_to_do "
        f"order by {_WORST_FIRST}",
    )
    amounts = _amounts(connection, "entity, rule")
    return [_rule(row, amounts[row["entity"], row["rule"]]) for row in found]


def _open_files(connection: Connection) -> list[OpenFile]:
    found = _rows(
        connection,
        "select file_version_id, source_file, entity, rule, severity, description, what_to_do, "
        "is_widespread, issue_count from dq_summary where issue_count > 0 "
        f"order by source_file, {_WORST_FIRST}, file_version_id",
    )
    amounts = _amounts(connection, "file_version_id, entity, rule")
    files: dict[str, OpenFile] = {}
    for row in found:
        file = files.setdefault(row["source_file"], OpenFile(row["source_file"], [], []))
        version = row["file_version_id"]
        if version not in file.version_ids:
            file.version_ids.append(version)
        file.rules.append(_rule(row, amounts[version, row["entity"], row["rule"]]))
    return list(files.values())


def _amounts(connection: Connection, keys: str) -> defaultdict[tuple[Any, ...], list[Amount]]:
    # Amounts of different currencies are never added.
    found: Any = connection.execute(
        sa.text(
            f"select {keys}, currency, sum(amount_at_stake) as amount from dq_issue "
            "where not is_accepted and amount_at_stake is not null "
            f"group by {keys}, currency order by {keys}, currency"
        )
    )
    amounts: defaultdict[tuple[Any, ...], list[Amount]] = defaultdict(list)
    for *key, currency, amount in found:
        amounts[tuple(key)].append((currency or "", amount))
    return amounts


def _rule(row: RowMapping, amounts: list[Amount]) -> Rule:
    return Rule(
        is_reject=row["severity"] == "reject",
        entity=row["entity"].replace("_", " "),
        description=row["description"],
        what_to_do=row["what_to_do"],
        is_widespread=row["is_widespread"],
        issue_count=row["issue_count"],
        amounts=amounts,
    )


def _rows(connection: Connection, query: str, **values: object) -> list[RowMapping]:
    return list(connection.execute(sa.text(query), values).mappings())
