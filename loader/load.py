"""Loads delivered files: each one fully in, in one transaction, or fully out."""

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from loader import Refusal, ledger
from loader.bulk import copy_batches
from loader.date_patterns import Period
from loader.deliveries import Delivery
from loader.file_dates import as_of_date, automatic_period, declared_period, no_such_dates
from loader.file_reader import FileReader, choose_layouts
from loader.layouts import LayoutFile
from loader.overlaps import ENTITY, Sales, counting, question_on, read_rows, span, with_its_orders
from loader.parts import Part
from loader.preview import Preview, compare
from loader.questions import Held, Question
from loader.raw_tables import ENTITY_TABLES, FILE_VERSIONS, create_raw_tables
from loader.reading.sheet import BadFile, NoTable
from loader.typed_rows import how_read, typed
from warehouse.connection import DATABASE_ERRORS

LOCK = 7_253_110_419
"""Key of the advisory lock on PostgreSQL that keeps loads from running side by side."""

STAYS = "The version loaded before stays in place."

log = structlog.get_logger()


class LoadInProgress(Refusal):
    """Another load is writing to this warehouse."""


@dataclass
class Outcome:
    """What became of one delivered file.

    Attributes:
        status: loaded, replaced, unchanged, copy, withdrawn, left alone, failed or held; would-be
            when only checked.
        rows_loaded: copied into raw.
        rows_skipped: left out, by reason.
        sheets: what each sheet of a workbook was taken for.
        notes: what people should know.
        error: why it failed; of a held file, the question.
        asked: of a held file, the question in lines for a terminal.
        questions: of a held file.
        preview: what it would change, when only checked.
    """

    delivery: Delivery
    status: str
    entity: str = ""
    layout: str = ""
    rows_loaded: int = 0
    rows_skipped: dict[str, int] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: str = ""
    questions: tuple[Question, ...] = ()
    preview: Preview | None = None


@contextmanager
def one_load_at_a_time(connection: Connection, patience: float = 0) -> Iterator[None]:
    """Hold the warehouse for one load; DuckDB does so by itself, as it admits one writer.

    A load that ends in an error leaves its hold to the end of the connection.

    Args:
        connection: to the warehouse, with no transaction begun.
        patience: seconds to wait for a load that is just ending.

    Raises:
        LoadInProgress: another load holds it.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    waits_until = time.monotonic() + patience
    while True:
        with connection.begin():
            if connection.scalar(sa.text("select pg_try_advisory_lock(:key)"), {"key": LOCK}):
                break
        if time.monotonic() >= waits_until:
            raise LoadInProgress(
                "Another load is writing to this warehouse. Try again when it is done."
            )
        time.sleep(0.2)
    yield
    with connection.begin():
        connection.execute(sa.text("select pg_advisory_unlock(:key)"), {"key": LOCK})


def load(
    connection: Connection,
    deliveries: Sequence[Delivery],
    layouts: list[LayoutFile],
    progress: Callable[[Delivery], None] = lambda _: None,
    stopped: Mapping[PurePosixPath, str] = MappingProxyType({}),
) -> Iterator[Outcome]:
    """Load files, one transaction each; a bad one does not stop the others.

    Args:
        connection: to the warehouse, with no transaction begun.
        deliveries: in the order in which they count as delivered.
        layouts: from `read_layouts`.
        progress: called before each file.
        stopped: files that are not to be read, as that took too much: why they fail.
    """
    arriving = _hashes(deliveries)
    with connection.begin():
        create_raw_tables(connection)
        deliveries = ledger.in_turn(connection, deliveries, arriving)
    for delivery in deliveries:
        progress(delivery)
        outcome = _load_one(connection, delivery, layouts, arriving, stopped)
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
    deliveries: Sequence[Delivery],
    layouts: list[LayoutFile],
    progress: Callable[[Delivery], None] = lambda _: None,
    stopped: Mapping[PurePosixPath, str] = MappingProxyType({}),
) -> Iterator[Outcome]:
    """Read files as `load` would, and leave nothing written.

    Args:
        connection: to a warehouse that has a ledger; None if there is none yet.
        deliveries: as for `load`.
        layouts: as for `load`.
        progress: as for `load`.
        stopped: as for `load`.
    """
    may_write = connection is not None and _may_write(connection)
    arriving = _hashes(deliveries)
    if connection is not None:
        with connection.begin():
            deliveries = ledger.in_turn(connection, deliveries, arriving)
    read: dict[str, Delivery] = {}  # by the hash of their bytes
    would_count: list[Sales] = []
    taken: set[int] = set()
    for delivery in deliveries:
        progress(delivery)
        chosen = None
        known = ledger.UNKNOWN
        try:
            sha256 = arriving.get(str(delivery.known_as)) or delivery.sha256()
            chosen = choose_layouts(delivery, layouts)
            if connection is not None:
                with connection.begin():
                    known = ledger.look_up(connection, delivery, sha256, arriving, taken)
            settled = _settled(known, delivery, sha256, chosen)
            if settled is None and sha256 in read:
                settled = Outcome(delivery, "copy", notes=[_same_as(read[sha256].known_as)])
            if settled is not None:
                yield settled
                continue
            _refuse_stopped(delivery, stopped)
            if connection is None or known.current is None:
                yield _read_only(connection, delivery, chosen, known, would_count)
            elif may_write:
                with _faults_of_ours(), connection.begin() as transaction:
                    outcome, version = _copy_in(connection, delivery, chosen, known, sha256)
                    outcome.preview = compare(connection, known.current.file_version_id, version)
                    transaction.rollback()
                yield outcome
            else:
                outcome = _read_only(connection, delivery, chosen, known, would_count)
                outcome.notes.append(
                    "what it changes is not shown, as the warehouse cannot be written now"
                )
                yield outcome
            read[sha256] = delivery
            gone = (known.current, known.moved_from)
            taken |= {row.file_version_id for row in gone if row is not None}
        except BadFile as problem:
            if isinstance(problem, NoTable) and known.current is None:
                yield Outcome(delivery, "left alone")
            else:
                yield _failure(delivery, chosen, problem)


def _refuse_stopped(delivery: Delivery, stopped: Mapping[PurePosixPath, str]) -> None:
    if reason := stopped.get(delivery.known_as):
        raise BadFile(reason)


def _hashes(deliveries: Sequence[Delivery]) -> dict[str, str]:
    """Return the hashes of the files, by their paths, without those that cannot be read."""
    hashes = {}
    for delivery in deliveries:
        with suppress(BadFile):
            hashes[str(delivery.known_as)] = delivery.sha256()
    return hashes


def _may_write(connection: Connection) -> bool:
    try:
        with connection.begin():
            connection.execute(FILE_VERSIONS.update().where(sa.false()).values(notes=None))
    except DATABASE_ERRORS:
        return False
    return True


def _read_only(
    connection: Connection | None,
    delivery: Delivery,
    chosen: LayoutFile,
    known: ledger.Known,
    would_count: list[Sales],
) -> Outcome:
    """Read a file; compare its sales with those that count, and that would by the files before."""
    as_of_date(delivery, chosen.as_of_patterns(), chosen.name)
    with _faults_of_ours():
        reading = FileReader(delivery, chosen, _period(delivery, chosen))
        rows: list[tuple[Part, pa.RecordBatch]] = []
        for part, batches in reading.parts_and_batches(version=0):
            columns = part.layout.contract.columns
            for batch in batches:
                if part.layout.entity == ENTITY:
                    names = [name for name in batch.schema.names if name in columns]
                    rows.append((part, batch.select(names)))
        sales = _sales_of(reading, lambda: [typed(how_read(part), batch) for part, batch in rows])
        if sales is not None:
            with nullcontext() if connection is None else connection.begin():
                there = [] if connection is None else counting(connection, _superseded(known))
                _ask_for_overlaps(sales, [*there, *would_count], delivery)
            would_count.append(sales)
        return _outcome(reading, known)


def _superseded(known: ledger.Known) -> list[int]:
    """Return the versions whose place a file takes."""
    return [row.file_version_id for row in (known.current, known.moved_from) if row is not None]


def _sales_of(reading: FileReader, read: Callable[[], list[pa.Table]]) -> Sales | None:
    """Return the sales of a file, unless its layout says that they count whatever others have."""
    parts = [
        (part, days)
        for part, days in zip(reading.parts, reading.days, strict=True)
        if part.layout.entity == ENTITY and part.rows_loaded
    ]
    if not parts or any(part.layout.overlaps for part, _ in parts):
        return None
    return Sales(
        path=str(reading.delivery.known_as),
        version=None,
        layout=reading.chosen.name,
        has_identity=all(part.layout.identity for part, _ in parts),
        days=span(days.first_and_last(part.date_order) for part, days in parts),
        read=read,
    )


def _ask_for_overlaps(sales: Sales, others: Sequence[Sales], delivery: Delivery) -> None:
    """Hold a file whose sales another one has.

    Raises:
        Held: that is so, and nothing says whether they are the same.
    """
    if question := question_on(sales, others):
        raise Held([question], delivery.path)


@contextmanager
def _faults_of_ours() -> Iterator[None]:
    """Let a file on which the program itself fails be one that fails, and stop no other.

    Raises:
        BadFile: what the program did not expect; not what the database refuses.
    """
    try:
        yield
    except (BadFile, Refusal, *DATABASE_ERRORS):
        raise
    except Exception as fault:
        place = traceback.extract_tb(fault.__traceback__)[-1]
        where = f"{type(fault).__name__} in {Path(place.filename).name}, line {place.lineno}"
        log.error("fault", where=where)
        raise BadFile(
            f"the program failed on it ({where}), which is a fault of the program and not of the "
            "file: please report it. Nothing of the file is loaded; the other files are."
        ) from fault


def _period(delivery: Delivery, chosen: LayoutFile) -> Period | None:
    patterns = chosen.period_patterns()
    if patterns:
        return declared_period(delivery, patterns, chosen.name)
    return automatic_period(delivery)


def _load_one(
    connection: Connection,
    delivery: Delivery,
    layouts: list[LayoutFile],
    arriving: Mapping[str, str],
    stopped: Mapping[PurePosixPath, str],
) -> Outcome:
    started_at = ledger.now()
    sha256 = None
    known = None
    chosen = None
    try:
        sha256 = arriving.get(str(delivery.known_as)) or delivery.sha256()
        with connection.begin():
            known = ledger.look_up(connection, delivery, sha256, arriving)
        chosen = choose_layouts(delivery, layouts)
        settled = _settled(known, delivery, sha256, chosen)
        if settled is None:
            _refuse_stopped(delivery, stopped)
            with _faults_of_ours(), connection.begin():
                outcome, _ = _copy_in(connection, delivery, chosen, known, sha256)
            return outcome
        if settled.status == "copy":
            _record_copy(connection, settled, known, sha256, started_at)
        return settled
    except BadFile as problem:
        if isinstance(problem, NoTable) and known is not None and known.current is None:
            return Outcome(delivery, "left alone")
        outcome = _failure(delivery, chosen, problem)
        with connection.begin():
            known = known or ledger.look_up(connection, delivery, sha256, arriving)
            ledger.record_refused(
                connection,
                delivery,
                status=outcome.status,
                sha256=sha256,
                error=outcome.error,
                layout=chosen.name if chosen else None,
                again=known.latest_refused and known.latest_refused.file_version_id,
                started_at=started_at,
            )
        if known.current is not None:
            outcome.error += f" {STAYS}"
        return outcome


def _copy_in(
    connection: Connection,
    delivery: Delivery,
    chosen: LayoutFile,
    known: ledger.Known,
    sha256: str,
) -> tuple[Outcome, int]:
    """Copy a file into raw, inside the transaction; return what became of it, and its version."""
    started_at = ledger.now()
    as_of = as_of_date(delivery, chosen.as_of_patterns(), chosen.name)
    period = _period(delivery, chosen)
    reading = FileReader(delivery, chosen, period)
    version = ledger.next_version(connection)
    for part, batches in reading.parts_and_batches(version):
        copy_batches(connection, ENTITY_TABLES[part.layout.entity], batches)
    if not chosen.period_patterns() and not any(
        part.layout.entity == "sales_lines" for part in reading.parts
    ):
        period = None
    outcome = _outcome(reading, known)
    ledger.record_loaded(
        connection,
        delivery,
        version=version,
        parts=reading.parts,
        days=reading.days,
        layout=chosen.name,
        layout_sha256=chosen.fingerprint(),
        sha256=sha256,
        as_of=as_of,
        period=period,
        known=known,
        notes=outcome.notes,
        started_at=started_at,
    )
    sales = _sales_of(reading, partial(read_rows, connection, version))
    # The same bytes, read anew, bring nothing that was not there.
    if sales is not None and (known.current is None or known.current.sha256 != sha256):
        there = counting(connection, [*_superseded(known), version])
        others = [other for other in there if sales.may_repeat(other)]
        _ask_for_overlaps(sales, with_its_orders(connection, version, others), delivery)
    return outcome, version


def _settled(
    known: ledger.Known, delivery: Delivery, sha256: str, chosen: LayoutFile
) -> Outcome | None:
    """Return what becomes of a file that need not be read; None if it is to be read."""
    current, withdrawn = known.current, known.withdrawn
    if current is not None and current.sha256 == sha256:
        if current.layout_sha256 == chosen.fingerprint():
            return Outcome(delivery, "unchanged")
        return None
    if known.displaced is not None and current is not None:
        note = (
            f"not loaded again, as version {current.file_version_id} was restored in its place; "
            + _restore(known.displaced)
        )
        return Outcome(delivery, "unchanged", notes=[note])
    if known.twin is not None:
        notes = [_same_as(known.twin.path)]
        if current is not None:
            notes.append("what this file held before is no longer counted")
        return Outcome(delivery, "copy", notes=notes)
    if withdrawn is None or known.moved_from is not None:
        return None
    if withdrawn.path != str(delivery.known_as):
        note = f"has the same bytes as {withdrawn.path}, which was withdrawn: not loaded; "
        outcome = Outcome(delivery, "copy", notes=[note + _restore(withdrawn)])
    elif withdrawn.status == "withdrawn":
        outcome = Outcome(delivery, "withdrawn", notes=[f"not loaded; {_restore(withdrawn)}"])
    else:
        note = (
            "not loaded: it was taken out, and its rows are pruned; to load it after all, deliver "
            "it under another name"
        )
        outcome = Outcome(delivery, "withdrawn", notes=[note])
    if current is not None:
        outcome.notes.append(f"version {current.file_version_id} of it stays in place")
    return outcome


def _restore(version: sa.Row[Any]) -> str:
    return f"`python -m loader restore {version.file_version_id}` brings it back"


def _record_copy(
    connection: Connection,
    outcome: Outcome,
    known: ledger.Known,
    sha256: str,
    started_at: datetime,
) -> None:
    """Write down, once, that a file is a copy; of an active version it takes the file's place."""
    original = known.twin or known.withdrawn
    assert original is not None
    supersedes = known.current.file_version_id if known.twin and known.current else None
    if original.file_version_id == known.recorded_copy_of and supersedes is None:
        return
    with connection.begin():
        ledger.record_copy(
            connection,
            outcome.delivery,
            sha256=sha256,
            original=original.file_version_id,
            supersedes=supersedes,
            notes=outcome.notes,
            started_at=started_at,
        )


def _same_as(path: object) -> str:
    return f"has the same bytes as {path}, which is loaded: not loaded twice"


def _failure(delivery: Delivery, chosen: LayoutFile | None, problem: BadFile) -> Outcome:
    error = " ".join(str(problem).split())
    questions = problem.questions if isinstance(problem, Held) else ()
    status = "held" if questions else "failed"
    layout = chosen.name if chosen else ""
    return Outcome(delivery, status, layout=layout, error=error, questions=questions)


def _outcome(reading: FileReader, known: ledger.Known) -> Outcome:
    notes = reading.notes()
    if not (reading.chosen.period_patterns() or reading.chosen.as_of_patterns()):
        notes += [
            f"by its name, it is of no period: {said}; if it is misnamed, rename it"
            for said in no_such_dates(reading.delivery)
        ]
    if known.current is None and known.copied_path is not None:
        notes.append(
            f"was a copy of {known.copied_path} and is not any more, so both are counted: if one "
            "of them is only a backup, take it out"
        )
    elif known.moved_from is not None:
        notes.append(f"was known as {known.moved_from.path}, which holds other bytes by now")
    return Outcome(
        reading.delivery,
        "loaded" if known.current is None else "replaced",
        entity=", ".join(dict.fromkeys(part.layout.entity for part in reading.parts)),
        layout=reading.chosen.name,
        rows_loaded=sum(part.rows_loaded for part in reading.parts),
        rows_skipped=dict(sum((part.rows_skipped for part in reading.parts), Counter())),
        sheets=reading.sheets(),
        notes=notes,
    )
