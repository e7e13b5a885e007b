"""Which rows a corrected file changes, told before it lands.

Both versions are in the transaction of the caller, who rolls it back. Rows are compared as
delivered. What they are worth, only the dbt project knows (`python -m reporting trial`).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from loader.contracts import ENTITIES
from loader.raw_tables import ENTITY_TABLES, FILE_PARTS
from loader.wording import short

SAMPLES = 10
"""How many rows that differ are shown of a file."""

_CELLS = 6
"""How many cells are shown of a row that is new or gone."""


@dataclass
class Changes:
    """How many rows of one entity a new version changes."""

    entity: str
    added: int
    removed: int
    changed: int
    as_before: int


@dataclass
class Preview:
    """What a new version of a file changes.

    Attributes:
        changes: one an entity.
        samples: rows that differ, a line each.
    """

    changes: list[Changes] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)


def compare(connection: Connection, old: int, new: int) -> Preview:
    """Compare two versions of a file whose rows are in raw, inside the transaction."""
    parts = connection.execute(
        sa.select(FILE_PARTS)
        .where(FILE_PARTS.c.file_version_id.in_([old, new]))
        .order_by(FILE_PARTS.c.file_version_id.desc(), FILE_PARTS.c.file_part_number)
    ).all()
    preview = Preview()
    for entity in dict.fromkeys(part.entity for part in parts):
        delivered = [part for part in parts if part.entity == entity]
        _compare_rows(connection, preview, entity, delivered, old, new)
    return preview


# ------------------------------------------------------------------ rows


def _compare_rows(
    connection: Connection,
    preview: Preview,
    entity: str,
    parts: Sequence[Row[Any]],
    old: int,
    new: int,
) -> None:
    rows = connection.execute(_differences(entity, _identity(entity, parts, new), old, new)).all()
    added, removed, changed = rows[0][4:] if rows else (0, 0, 0)
    delivered = sum(part.rows_loaded for part in parts if part.file_version_id == new)
    preview.changes.append(Changes(entity, added, removed, changed, delivered - added - changed))
    pairs = [((old, *row[:2]), (new, *row[2:4])) for row in rows[: SAMPLES - len(preview.samples)]]
    found = _rows_at(connection, entity, [address for pair in pairs for address in pair])
    preview.samples += [_sample(entity, found.get(one), found.get(other)) for one, other in pairs]


@dataclass(frozen=True)
class _Identity:
    """What makes a row the same row in two versions: columns, and the texts that are no value."""

    columns: tuple[str, ...]
    missing: tuple[str, ...]


def _identity(entity: str, parts: Sequence[Row[Any]], new: int) -> _Identity:
    """Return what its layouts declare, else what usually numbers such rows, if they agree on it."""
    usual = ENTITIES[entity].numbered_by
    found = {
        _Identity(
            tuple(
                part.identity_columns
                or (usual if set(usual) <= set(part.columns_delivered) else [])
            ),
            ("", *part.missing_texts),
        )
        for part in parts
        if part.file_version_id == new
    }
    return found.pop() if len(found) == 1 else _Identity((), ())


def _differences(entity: str, identity: _Identity, old: int, new: int) -> sa.Select[Any]:
    """Select the pairs of rows that differ: part and row number before, and after.

    The query counts them all (added, removed, changed, in every row), and returns the first ones.
    """
    table = ENTITY_TABLES[entity].c
    by_row = [table["_source_sheet"], sa.cast(table["_source_row_number"], sa.Text)]
    identifying = [table[name] for name in identity.columns]
    key = _hash([sa.literal("row"), *by_row])
    if identifying:
        complete = [
            sa.func.coalesce(sa.func.trim(column).not_in(identity.missing), sa.false())
            for column in identifying
        ]
        key = sa.case((sa.and_(*complete), _hash(identifying)), else_=key)
    compared = [*(table[name] for name in ENTITIES[entity].columns), table["_extra"]]
    delivered = (
        sa.select(
            table["_file_version_id"].label("version"),
            table["_file_part_number"].label("part"),
            table["_source_row_number"].label("row"),
            _hash([*compared, table["_source_sheet"]]).label("content"),
            key.label("key"),
        )
        .where(table["_file_version_id"].in_([old, new]))
        .cte("delivered")
    )
    # Equal rows cancel out: first those in their old place, then, one for one, those elsewhere.
    moved = _alone(delivered, "moved", delivered.c.content, delivered.c.part, delivered.c.row)
    numbered = _numbered(moved, "numbered", "nth", moved.c.content)
    left_over = _alone(numbered, "left_over", numbered.c.content, numbered.c.nth)
    keyed = _numbered(left_over, "keyed", "nth_of_key", left_over.c.key)
    before, after = (
        sa.select(keyed.c.part, keyed.c.row, keyed.c.key, keyed.c.nth_of_key)
        .where(keyed.c.version == version)
        .subquery(name)
        for version, name in ((old, "before"), (new, "after"))
    )
    is_pair = sa.and_(before.c.key == after.c.key, before.c.nth_of_key == after.c.nth_of_key)
    is_old, is_new = before.c.row.is_not(None), after.c.row.is_not(None)
    return (
        sa.select(
            before.c.part,
            before.c.row,
            after.c.part,
            after.c.row,
            _count(sa.and_(is_new, sa.not_(is_old))),
            _count(sa.and_(is_old, sa.not_(is_new))),
            _count(sa.and_(is_old, is_new)),
        )
        .select_from(before.join(after, is_pair, full=True))
        .order_by(
            sa.func.coalesce(after.c.part, before.c.part),
            sa.func.coalesce(after.c.row, before.c.row),
            is_new,
        )
        .limit(SAMPLES)
    )


def _hash(texts: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[Any]:
    """Hash texts, each led by its length, so that no two rows are spelled alike."""
    spelled = [
        sa.func.coalesce(sa.cast(sa.func.length(text), sa.Text) + ":" + text, "-") for text in texts
    ]
    return sa.cast(sa.func.md5(sa.func.concat(*spelled)), sa.Uuid)


def _alone(rows: sa.CTE, name: str, *columns: sa.ColumnElement[Any]) -> sa.CTE:
    """Keep the rows that no other one equals in these columns."""
    counted = sa.select(rows, sa.func.count().over(partition_by=columns).label("equal")).subquery()
    kept = [column for column in counted.c if column.name != "equal"]
    return sa.select(*kept).where(counted.c.equal == 1).cte(name)


def _numbered(rows: sa.CTE, name: str, number: str, column: sa.ColumnElement[Any]) -> sa.CTE:
    """Number the rows of a version that are equal in a column, in the order of delivery."""
    counted = sa.func.row_number().over(
        partition_by=[rows.c.version, column], order_by=[rows.c.part, rows.c.row]
    )
    return sa.select(rows, counted.label(number)).cte(name)


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    # Not count(*) filter (...), which DuckDB counts anew for every row.
    return sa.func.sum(sa.case((condition, 1), else_=0)).over()


_Address = tuple[int, int, int]
"""Version, part and row number."""


def _rows_at(
    connection: Connection, entity: str, addresses: Iterable[_Address]
) -> dict[_Address, Row[Any]]:
    table = ENTITY_TABLES[entity].c
    at = ("_file_version_id", "_file_part_number", "_source_row_number")
    wanted = [
        sa.and_(*(table[name] == value for name, value in zip(at, address, strict=True)))
        for address in addresses
        if None not in address
    ]
    rows = connection.execute(sa.select(ENTITY_TABLES[entity]).where(sa.or_(sa.false(), *wanted)))
    found = {}
    for row in rows:
        version, part, number = (row._mapping[name] for name in at)
        found[version, part, number] = row
    return found


def _sample(entity: str, before: Row[Any] | None, after: Row[Any] | None) -> str:
    if before is not None and after is not None:
        old, new = _cells(entity, before), _cells(entity, after)
        differing = [name for name in old | new if old.get(name) != new.get(name)]
        said = ", ".join(_difference(name, old.get(name), new.get(name)) for name in differing)
        moved = f" (was {_place(before)})" if _place(before) != _place(after) else ""
        return f"{_place(after)}{moved}: {said or 'the same values'}"
    row = after if after is not None else before
    assert row is not None
    cells = [(name, text) for name, text in _cells(entity, row).items() if text]
    shown = [f"{short(name, 30)} {short(text, 30)}" for name, text in cells[:_CELLS]]
    more = ", …" if len(cells) > _CELLS else ""
    return f"{_place(row)} {'removed' if after is None else 'added'}: {', '.join(shown)}{more}"


def _cells(entity: str, row: Row[Any]) -> dict[str, str | None]:
    """Return the cells of a row by column; those that no column takes, by header."""
    values = row._mapping
    cells = {name: values[name] for name in ENTITIES[entity].columns}
    extra: dict[str, str] = json.loads(values["_extra"] or "{}")
    return cells | {f"_extra.{key}" if key in cells else key: extra[key] for key in extra}


def _difference(name: str, old: str | None, new: str | None) -> str:
    before, after = (short(text or "", 30) or "(empty)" for text in (old, new))
    if before == after:
        return f"{short(name, 30)} {after} (differs in blanks or further on)"
    return f"{short(name, 30)} {before} -> {after}"


def _place(row: Row[Any]) -> str:
    sheet, number = row._mapping["_source_sheet"], row._mapping["_source_row_number"]
    return f"{short(sheet, 30)} row {number}".lstrip()
