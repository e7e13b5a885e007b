"""Takes versions out, brings them back, and forgets for good what no longer counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Row

from loader import Refusal, ledger
from loader.raw_tables import ENTITY_TABLES, FILE_PARTS, FILE_VERSIONS
from warehouse.builds import versions_of_last_build

log = structlog.get_logger()

_VERSIONS = FILE_VERSIONS.c
_PARTS = FILE_PARTS.c


class Refused(Refusal):
    """A correction that cannot be made; the message says why and what to do."""


@dataclass
class Withdrawn:
    """What became of a withdrawal.

    Attributes:
        version: the row of the ledger, as it was.
        older: the newest version of the same file that could take its place, if it counted.
    """

    version: Row[Any]
    older: int | None


def withdraw(connection: Connection, version_id: int) -> Withdrawn:
    """Take a version out: its rows stay in raw, and count no more.

    Raises:
        Refused: there is nothing to take out.
    """
    with connection.begin():
        version = _loaded(connection, version_id)
        if version.status == "withdrawn":
            raise Refused(f"Version {version_id} ({version.path}) is withdrawn already.")
        ledger.set_status(connection, version_id, "withdrawn")
        older = None
        if version.status == "active":
            older = connection.scalar(
                sa.select(sa.func.max(_VERSIONS.file_version_id)).where(
                    _VERSIONS.file_id == version.file_id, _VERSIONS.status == "superseded"
                )
            )
    log.info("withdraw", file_version_id=version_id)
    return Withdrawn(version, older)


@dataclass
class Restored:
    """What became of a restoration.

    Attributes:
        version: the row of the ledger, as it was.
        superseded: the version of the same file that counted until now.
    """

    version: Row[Any]
    superseded: int | None


def restore(connection: Connection, version_id: int) -> Restored:
    """Let a version count again, in the place of the one of the same file that counts now.

    Raises:
        Refused: it cannot be brought back, or its rows would count twice.
    """
    with connection.begin():
        version = _loaded(connection, version_id)
        if version.status == "active":
            return Restored(version, None)
        _refuse_to_count_twice(connection, version)
        counted = ledger.active_version(connection, version.file_id)
        superseded = None if counted is None else counted.file_version_id
        if superseded is not None:
            ledger.set_status(connection, superseded, "superseded")
        ledger.set_status(connection, version_id, "active")
    log.info("restore", file_version_id=version_id, superseded=superseded)
    return Restored(version, superseded)


def _loaded(connection: Connection, version_id: int) -> Row[Any]:
    """Return a version whose rows are in raw."""
    version = ledger.find_version(connection, version_id)
    if version is None:
        raise Refused(f"There is no version {version_id}: `python -m loader status` lists them.")
    about = f"Version {version_id} ({version.path})"
    if version.status in ledger.REFUSED:
        why = "failed to load" if version.status == "failed" else "is held until it is understood"
        raise Refused(f"{about} {why}: nothing of it is in the warehouse.")
    if version.status == "copy":
        raise Refused(
            f"{about} is a copy, of which nothing was loaded; its rows are those of version "
            f"{version.same_content_as}."
        )
    if version.status == "pruned":
        raise Refused(
            f"{about} is pruned: its rows are gone for good. Only the file itself can bring them "
            "back, delivered under another name."
        )
    return version


def _refuse_to_count_twice(connection: Connection, version: Row[Any]) -> None:
    others = connection.execute(
        sa.select(FILE_VERSIONS).where(
            _VERSIONS.status == "active",
            sa.or_(_VERSIONS.file_id != version.file_id, _VERSIONS.path != version.path),
            sa.or_(_VERSIONS.path == version.path, _VERSIONS.sha256 == version.sha256),
        )
    ).all()
    if not others:
        return
    other = others[0]
    if other.sha256 == version.sha256:
        why = f"has the same bytes as version {other.file_version_id} ({other.path}), which counts"
    else:
        why = f"has the name of another file that counts by now, version {other.file_version_id}"
    raise Refused(
        f"Version {version.file_version_id} ({version.path}) {why}: both would count. If you want "
        f"this one, `python -m loader withdraw {other.file_version_id}` first."
    )


# ------------------------------------------------------------------ prune


@dataclass
class Prunable:
    """What could be forgotten, and what is still needed.

    Attributes:
        versions: rows of the ledger that may go.
        needed: rows of the ledger that stay, by the reason.
    """

    versions: list[Row[Any]] = field(default_factory=list)
    needed: dict[str, list[Row[Any]]] = field(default_factory=dict)


def find_prunable(connection: Connection, keep_days: int) -> Prunable:
    """Look for versions that no longer count.

    Args:
        connection: with no transaction begun.
        keep_days: leave alone what was loaded in as many days.
    """
    with connection.begin():
        out_of_count = connection.execute(
            sa.select(FILE_VERSIONS)
            .where(
                _VERSIONS.status.in_(["superseded", "withdrawn"]),
                _VERSIONS.finished_at <= ledger.now() - timedelta(days=keep_days),
            )
            .order_by(_VERSIONS.file_version_id)
        ).all()
        with_customers: set[int] = set(
            connection.scalars(
                sa.select(_VERSIONS.file_id)
                .join(FILE_PARTS, _VERSIONS.file_version_id == _PARTS.file_version_id)
                .where(_PARTS.entity == "customers")
            )
        )
        last_build = versions_of_last_build(connection)
    found = Prunable()
    for version in out_of_count:
        if version.status == "superseded" and version.file_id in with_customers:
            # Which of them are one, the build decides, by the days of those before and after.
            why = "history of customers, by which earlier sales are shown"
        elif version.file_version_id in last_build:
            why = "read by the last build (run `dbt build` first, then prune)"
        else:
            found.versions.append(version)
            continue
        found.needed.setdefault(why, []).append(version)
    return found


def prune(connection: Connection, versions: Sequence[Row[Any]]) -> None:
    """Forget the rows of versions for good; the ledger goes on knowing that they were there."""
    ids = [version.file_version_id for version in versions]
    with connection.begin():
        for table in ENTITY_TABLES.values():
            connection.execute(table.delete().where(table.c["_file_version_id"].in_(ids)))
        connection.execute(FILE_PARTS.delete().where(_PARTS.file_version_id.in_(ids)))
        connection.execute(
            FILE_VERSIONS.update().where(_VERSIONS.file_version_id.in_(ids)).values(status="pruned")
        )
    if connection.dialect.name == "duckdb":
        with connection.begin():
            connection.exec_driver_sql("checkpoint")
    log.info("prune", file_version_ids=ids)
