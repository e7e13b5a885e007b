"""Loads delivered files: each one fully in, in one transaction, or fully out."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from loader import ledger
from loader.bulk import copy_batches
from loader.deliveries import Delivery
from loader.file_reader import FileReader, choose_layouts
from loader.layouts import LayoutFile
from loader.raw_tables import ENTITY_TABLES, create_raw_tables
from loader.reading.sheet import BadFile

LOCK = 7_253_110_419
"""Key of the advisory lock on PostgreSQL that keeps loads from running side by side."""

log = structlog.get_logger()


class LoadInProgress(Exception):
    """Another load is writing to this warehouse."""


@dataclass
class Outcome:
    """What became of one delivered file.

    Attributes:
        status: loaded, replaced, unchanged, copy or failed; would-be when only checked.
        rows_loaded: copied into raw.
        rows_skipped: left out, by reason.
        notes: what people should know.
        error: why it failed.
    """

    delivery: Delivery
    status: str
    entity: str = ""
    layout: str = ""
    rows_loaded: int = 0
    rows_skipped: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    error: str = ""


@contextmanager
def one_load_at_a_time(connection: Connection) -> Iterator[None]:
    """Hold the warehouse for one load; DuckDB does so by itself, as it admits one writer.

    A load that ends in an error leaves its hold to the end of the connection.

    Raises:
        LoadInProgress: another load holds it.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    with connection.begin():
        free = connection.scalar(sa.text("select pg_try_advisory_lock(:key)"), {"key": LOCK})
    if not free:
        raise LoadInProgress(
            "Another load is writing to this warehouse. Try again when it is done."
        )
    yield
    with connection.begin():
        connection.execute(sa.text("select pg_advisory_unlock(:key)"), {"key": LOCK})


def load(
    connection: Connection,
    deliveries: Iterable[Delivery],
    layouts: list[LayoutFile],
    progress: Callable[[Delivery], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Load files, one transaction each; a bad one does not stop the others.

    Args:
        connection: to the warehouse, with no transaction begun.
        deliveries: in the order in which they count as delivered.
        layouts: from `read_layouts`.
        progress: called before each file.
    """
    with connection.begin():
        create_raw_tables(connection)
    for delivery in deliveries:
        progress(delivery)
        outcome = _load_one(connection, delivery, layouts)
        log.info(
            "file",
            status=outcome.status,
            entity=outcome.entity,
            layout=outcome.layout,
            rows_loaded=outcome.rows_loaded,
        )
        yield outcome


def check(
    connection: Connection | None,
    deliveries: Iterable[Delivery],
    layouts: list[LayoutFile],
    progress: Callable[[Delivery], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Read files as `load` would, and write nothing.

    Args:
        connection: to a warehouse that has a ledger; None if there is none yet.
        deliveries: as for `load`.
        layouts: as for `load`.
        progress: as for `load`.
    """
    read: dict[str, Delivery] = {}  # by the hash of their bytes
    for delivery in deliveries:
        progress(delivery)
        chosen = None
        try:
            sha256 = delivery.sha256()
            chosen = choose_layouts(delivery, layouts)
            known = ledger.look_up(connection, delivery, sha256) if connection else ledger.UNKNOWN
            settled = _settled(known, sha256, chosen)
            if settled is None and sha256 in read:
                yield Outcome(delivery, "copy", notes=[_same_as(read[sha256].known_as)])
                continue
            if settled:
                yield Outcome(delivery, settled, notes=_copy_notes(known, settled))
                continue
            reading = FileReader(delivery, chosen)
            for _, batches in reading.parts_and_batches(version=0):
                for _ in batches:
                    pass
            yield _outcome(reading, known)
            read[sha256] = delivery
        except BadFile as problem:
            yield _failure(delivery, chosen, problem)


def _load_one(connection: Connection, delivery: Delivery, layouts: list[LayoutFile]) -> Outcome:
    started_at = ledger.now()
    sha256 = None
    known = None
    chosen = None
    try:
        sha256 = delivery.sha256()
        with connection.begin():
            known = ledger.look_up(connection, delivery, sha256)
        chosen = choose_layouts(delivery, layouts)
        settled = _settled(known, sha256, chosen)
        if settled == "copy" and known.twin is not None and not known.is_recorded_copy:
            with connection.begin():
                ledger.record_copy(
                    connection,
                    delivery,
                    sha256=sha256,
                    twin=known.twin.file_version_id,
                    supersedes=_version(known.current),
                    notes=_copy_notes(known, settled),
                    started_at=started_at,
                )
        if settled:
            return Outcome(delivery, settled, notes=_copy_notes(known, settled))
        return _load_new(connection, delivery, chosen, known, sha256, started_at)
    except BadFile as problem:
        outcome = _failure(delivery, chosen, problem)
        with connection.begin():
            known = known or ledger.look_up(connection, delivery, sha256)
            ledger.record_failed(
                connection,
                delivery,
                sha256=sha256,
                error=outcome.error,
                layout=chosen.name if chosen else None,
                again=_version(known.latest_failed),
                started_at=started_at,
            )
        if known.current is not None:
            outcome.error += " The version loaded before stays in place."
        return outcome


def _load_new(
    connection: Connection,
    delivery: Delivery,
    chosen: LayoutFile,
    known: ledger.Known,
    sha256: str,
    started_at: datetime,
) -> Outcome:
    reading = FileReader(delivery, chosen)
    with connection.begin():
        version = ledger.next_version(connection)
        for part, batches in reading.parts_and_batches(version):
            copy_batches(connection, ENTITY_TABLES[part.layout.entity], batches)
        outcome = _outcome(reading, known)
        ledger.record_loaded(
            connection,
            delivery,
            version=version,
            parts=reading.parts,
            layout=chosen.name,
            layout_sha256=chosen.fingerprint(),
            sha256=sha256,
            known=known,
            notes=outcome.notes,
            started_at=started_at,
        )
    return outcome


def _version(row: sa.Row[Any] | None) -> int | None:
    return None if row is None else row.file_version_id


def _settled(known: ledger.Known, sha256: str, chosen: LayoutFile) -> str | None:
    """Return how a file is settled without reading it; None if it is to be read."""
    current = known.current
    if current is not None and current.sha256 == sha256:
        return "unchanged" if current.layout_sha256 == chosen.fingerprint() else None
    return "copy" if known.twin is not None else None


def _copy_notes(known: ledger.Known, settled: str) -> list[str]:
    if settled != "copy" or known.twin is None:
        return []
    notes = [_same_as(known.twin.path)]
    if known.current is not None:
        notes.append("what this file held before is no longer counted")
    return notes


def _same_as(path: object) -> str:
    return f"has the same bytes as {path}, which is loaded: not loaded twice"


def _failure(delivery: Delivery, chosen: LayoutFile | None, problem: BadFile) -> Outcome:
    error = " ".join(str(problem).split())
    return Outcome(delivery, "failed", layout=chosen.name if chosen else "", error=error)


def _outcome(reading: FileReader, known: ledger.Known) -> Outcome:
    notes = reading.notes()
    if known.current is None and known.copied_path is not None:
        notes.append(
            f"was a copy of {known.copied_path} and is not any more, so both are counted: if one "
            "of them is only a backup, take it out"
        )
    return Outcome(
        reading.delivery,
        "loaded" if known.current is None else "replaced",
        entity=", ".join(dict.fromkeys(part.layout.entity for part in reading.parts)),
        layout=reading.chosen.name,
        rows_loaded=sum(part.rows_loaded for part in reading.parts),
        rows_skipped=dict(sum((part.rows_skipped for part in reading.parts), Counter())),
        notes=notes,
    )
