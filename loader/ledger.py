"""The ledger `raw.file_versions`: which version of which file is in the warehouse."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from loader import __version__
from loader.raw_tables import FILE_PARTS, FILE_VERSIONS

if TYPE_CHECKING:
    from loader.date_patterns import Period
    from loader.deliveries import Delivery
    from loader.parts import Part
    from loader.typed_rows import Days

_VERSIONS = FILE_VERSIONS.c

REFUSED = ("failed", "held")
"""Statuses of versions of which nothing was loaded."""


def now() -> datetime:
    """Return the present moment in UTC, as the ledger keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Known:
    """What the ledger knows that bears on one delivery.

    Attributes:
        current: the active version of this file, which a new one would supersede.
        latest_refused: the newest row of this path, if it says that the same bytes were not loaded.
        twin: the active version of another path with the same bytes.
        moved_from: the active version of these bytes under a name that holds other bytes by now.
        withdrawn: the version of the same bytes that was taken out by hand.
        displaced: the version of the same bytes that gave way to an older one, brought back.
        recorded_copy_of: the version that the ledger already calls this path a copy of.
        copied_path: the file that this one was last known to be a copy of, and that is there still.
        file_id: the first version of this file, if it was ever delivered.
    """

    current: Row[Any] | None = None
    latest_refused: Row[Any] | None = None
    twin: Row[Any] | None = None
    moved_from: Row[Any] | None = None
    withdrawn: Row[Any] | None = None
    displaced: Row[Any] | None = None
    recorded_copy_of: int | None = None
    copied_path: str | None = None
    file_id: int | None = None


UNKNOWN = Known()
"""What an empty ledger knows."""

_NEWEST_FIRST = sa.select(FILE_VERSIONS).order_by(_VERSIONS.file_version_id.desc())


def look_up(
    connection: Connection,
    delivery: Delivery,
    sha256: str | None,
    arriving: Mapping[str, str],
    taken: Container[int] = (),
) -> Known:
    """Ask the ledger about a delivered file.

    Args:
        connection: in a transaction.
        delivery: the file.
        sha256: the hash of its bytes; None if they could not be read.
        arriving: the hash of each file of this load, by its path.
        taken: active versions that count no more, as far as files before this one are concerned.
    """
    path = str(delivery.known_as)
    history = connection.execute(_NEWEST_FIRST.where(_VERSIONS.path == path)).all()
    current = next((row for row in history if _counts(row, taken)), None)
    newest = history[0] if history else None
    refused = newest is not None and newest.status in REFUSED and newest.sha256 == sha256
    # That changes nothing: what the file was before, it still is.
    settled = next((row for row in history if row.status not in REFUSED), None)
    is_copy = settled is not None and settled.status == "copy"
    file_id = None if current is None else current.file_id
    copied_path = None
    if current is None and settled is not None:
        # The file may have gone by another name: before it was renamed, or before a version of
        # it was brought back.
        origin = find_version(connection, settled.same_content_as) if is_copy else settled
        assert origin is not None
        following = active_version(connection, origin.file_id)
        if is_copy and (delivery.root / origin.path).exists():
            copied_path = origin.path
        elif following is None or (
            following.file_version_id <= origin.file_version_id and _counts(following, taken)
        ):
            current, file_id = following, origin.file_id
    has_given_way = (
        settled is not None
        and settled.status == "superseded"
        and settled.sha256 == sha256
        and current is not None
        and current.file_version_id < settled.file_version_id
    )
    same = connection.execute(_NEWEST_FIRST.where(_VERSIONS.sha256 == sha256)).all()
    elsewhere = [row for row in same if _counts(row, taken) and row.path != path]
    moved = [row for row in elsewhere if arriving.get(row.path, sha256) != sha256]
    return Known(
        current=current,
        latest_refused=newest if refused else None,
        twin=next((row for row in elsewhere if row not in moved), None),
        moved_from=moved[0] if moved else None,
        withdrawn=_withdrawn(connection, path, same),
        displaced=settled if has_given_way else None,
        recorded_copy_of=settled.same_content_as if settled is not None and is_copy else None,
        copied_path=copied_path,
        file_id=file_id,
    )


def _counts(row: Row[Any], taken: Container[int]) -> bool:
    return row.status == "active" and row.file_version_id not in taken


def in_turn(
    connection: Connection, deliveries: Sequence[Delivery], arriving: Mapping[str, str]
) -> list[Delivery]:
    """Put the files first that were known by another name, which now holds other bytes.

    So these bytes count all the time; the oldest come first, as they count as delivered before
    what is new.
    """
    rows = connection.execute(sa.select(FILE_VERSIONS).where(_VERSIONS.status == "active"))
    counting = {row.sha256: row for row in rows}

    def turn(delivery: Delivery) -> float:
        sha256 = arriving.get(str(delivery.known_as))
        known = counting.get(sha256)
        is_moved = known is not None and arriving.get(known.path, sha256) != sha256
        return known.file_version_id if known is not None and is_moved else float("inf")

    return sorted(deliveries, key=turn)


def _withdrawn(connection: Connection, path: str, same: Sequence[Row[Any]]) -> Row[Any] | None:
    """Return the version that was taken out by hand, of this path or else of another."""
    own = [row for row in same if row.path == path]
    for row in own:
        # What was pruned, and not because a newer version came, was taken out too.
        if row.status == "withdrawn" or (row.status == "pruned" and not _followed(connection, row)):
            return row
    return next((row for row in same if row.status == "withdrawn"), None)


def _followed(connection: Connection, row: Row[Any]) -> bool:
    is_moved = sa.and_(_VERSIONS.same_content_as == row.file_version_id, _VERSIONS.status != "copy")
    later = sa.select(_VERSIONS.file_version_id).where(
        sa.or_(_VERSIONS.supersedes == row.file_version_id, is_moved)
    )
    return connection.execute(later).first() is not None


def find_version(connection: Connection, version_id: int) -> Row[Any] | None:
    """Return a version by its id; None if there is no such."""
    return connection.execute(
        sa.select(FILE_VERSIONS).where(_VERSIONS.file_version_id == version_id)
    ).one_or_none()


def active_version(connection: Connection, file_id: int) -> Row[Any] | None:
    """Return the version of a file that counts; None if none does."""
    return connection.execute(
        _NEWEST_FIRST.where(_VERSIONS.file_id == file_id, _VERSIONS.status == "active")
    ).first()


def next_version(connection: Connection) -> int:
    """Return the id of the next file version; loads do not run side by side."""
    newest: int | None = connection.execute(
        sa.select(sa.func.max(_VERSIONS.file_version_id))
    ).scalar_one()
    return (newest or 0) + 1


def record_loaded(
    connection: Connection,
    delivery: Delivery,
    *,
    version: int,
    parts: list[Part],
    days: list[Days],
    layout: str,
    layout_sha256: str,
    sha256: str,
    as_of: date,
    period: Period | None,
    known: Known,
    notes: list[str],
    started_at: datetime,
) -> None:
    """Write a version and its parts, and mark the one it supersedes."""
    skipped: dict[str, int] = {}
    for part in parts:
        for reason, count in part.rows_skipped.items():
            skipped[reason] = skipped.get(reason, 0) + count
    totals = [{"sheet": part.sheet, **row} for part in parts for row in part.control_totals]
    moved_from = known.moved_from
    superseded = [row for row in (known.current, moved_from) if row is not None]
    connection.execute(
        FILE_VERSIONS.insert().values(
            **_about(delivery, version, started_at),
            file_id=known.file_id or (moved_from and moved_from.file_id) or version,
            as_of_date=as_of,
            period_start_date=period and period.first,
            period_end_date=period and period.last,
            status="active",
            entity=", ".join(dict.fromkeys(part.layout.entity for part in parts)),
            layout=layout,
            layout_sha256=layout_sha256,
            sha256=sha256,
            rows_read=sum(part.rows_read for part in parts),
            rows_loaded=sum(part.rows_loaded for part in parts),
            rows_skipped=_json(skipped),
            control_totals=_json(totals),
            supersedes=superseded[0].file_version_id if superseded else None,
            same_content_as=moved_from and moved_from.file_version_id,
            notes=_json(notes),
        )
    )
    connection.execute(
        FILE_PARTS.insert(),
        [
            _part_row(version, number, part, of_part)
            for number, (part, of_part) in enumerate(zip(parts, days, strict=True), start=1)
        ],
    )
    for row in superseded:
        set_status(connection, row.file_version_id, "superseded")


def record_copy(
    connection: Connection,
    delivery: Delivery,
    *,
    sha256: str,
    original: int,
    supersedes: int | None,
    notes: list[str],
    started_at: datetime,
) -> None:
    """Write down that a file has the bytes of a known version under another path."""
    connection.execute(
        FILE_VERSIONS.insert().values(
            **_about(delivery, next_version(connection), started_at),
            status="copy",
            sha256=sha256,
            same_content_as=original,
            supersedes=supersedes,
            notes=_json(notes),
        )
    )
    if supersedes is not None:
        set_status(connection, supersedes, "superseded")


def record_refused(
    connection: Connection,
    delivery: Delivery,
    *,
    status: str,
    sha256: str | None,
    error: str,
    layout: str | None,
    again: int | None,
    started_at: datetime,
) -> None:
    """Write down why a file was not loaded; the same bytes again take the row of the first time."""
    if again is not None:
        connection.execute(
            FILE_VERSIONS.update()
            .where(_VERSIONS.file_version_id == again)
            .values(
                status=status,
                error=error,
                layout=layout,
                started_at=started_at,
                finished_at=now(),
            )
        )
        return
    connection.execute(
        FILE_VERSIONS.insert().values(
            **_about(delivery, next_version(connection), started_at),
            status=status,
            layout=layout,
            sha256=sha256,
            error=error,
        )
    )


def set_status(connection: Connection, version_id: int, status: str) -> None:
    """Change what a version is."""
    connection.execute(
        FILE_VERSIONS.update().where(_VERSIONS.file_version_id == version_id).values(status=status)
    )


def read_ledger(connection: Connection) -> list[Row[Any]]:
    """Return the ledger, newest first, with the columns it has: an older one has fewer."""
    query = sa.select(sa.text("*")).select_from(FILE_VERSIONS)
    return list(connection.execute(query.order_by(_VERSIONS.file_version_id.desc())).all())


def _about(delivery: Delivery, version: int, started_at: datetime) -> dict[str, Any]:
    try:
        size, modified_at = delivery.size(), delivery.modified_at()
    except OSError:  # the file went away while it was read
        size, modified_at = None, None
    return {
        "file_version_id": version,
        "path": str(delivery.known_as),
        "size_bytes": size,
        "modified_at": modified_at,
        "loader_version": __version__,
        "started_at": started_at,
        "finished_at": now(),
    }


def _part_row(version: int, number: int, part: Part, days: Days) -> dict[str, Any]:
    layout = part.layout
    first_date, last_date = days.first_and_last(part.date_order)
    return {
        "file_version_id": version,
        "file_part_number": number,
        "entity": layout.entity,
        "sheet": part.sheet,
        "header_row": part.header_row,
        "rows_read": part.rows_read,
        "rows_loaded": part.rows_loaded,
        "rows_skipped": _json(part.rows_skipped),
        "control_totals": _json(part.control_totals),
        "columns_delivered": part.columns_delivered,
        "headers": _json(part.headers),
        "missing_texts": layout.missing,
        "identity_columns": layout.identity,
        "date_order": part.date_order,
        "time_zone": layout.time_zone,
        "decimal_mark": part.decimal_mark,
        "is_complete_extract": layout.extract == "complete",
        "return_orders_pattern": layout.return_orders,
        "no_value_texts": part.no_value_texts,
        "whole_number_columns": part.whole_number_columns,
        "powers_of_ten": "|".join(f"{name}={power}" for name, power in part.powers.items()) or None,
        "first_date": first_date,
        "last_date": last_date,
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
