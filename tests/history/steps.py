"""What may happen to a warehouse between two builds, as data: printed, cut short and replayed."""

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from dbt.artifacts.schemas.run import RunExecutionResult

from tests.conftest import BUILD, INCREMENTAL, LINES, Warehouse
from tests.history.rebuild import differences, incremental_tables, rebuild
from tests.history.takeout import restore, withdraw

SALES = (
    "order_id,line_number,sold_at,product_id,product_name,customer_id,customer_name,seller_id,"
    "seller_name,store_id,store_name,region,shipping_company_name,units,unit_price,line_total"
)
CUSTOMERS = "customer_id,customer_name,loyalty_tier,region"
KINDS: dict[str, dict[str, Any]] = {
    "lines": {"entity": "sales_lines", "header": SALES, "identity": ["order_id", "line_number"]},
    "dated": {
        "entity": "sales_lines",
        "header": SALES,
        "identity": ["sold_at", "order_id", "product_name"],
    },
    "till": {"entity": "sales_lines", "header": SALES},
    "orders": {
        "entity": "orders",
        "header": "order_id,sold_at,customer_id,seller_name,shipping_company_name,store_id,"
        "freight_amount,currency",
    },
    "customers": {"entity": "customers", "header": CUSTOMERS},
    "changes": {"entity": "customers", "header": f"{CUSTOMERS},updated_at"},
    "everyone": {"entity": "customers", "header": CUSTOMERS, "extract": "complete"},
    "register": {
        "entity": "customers",
        "header": f"{CUSTOMERS},updated_at",
        "extract": "complete",
    },
    "products": {
        "entity": "products",
        "header": "product_id,product_name,category,list_price,standard_cost",
    },
    "sellers": {"entity": "sellers", "header": "seller_id,seller_name,team"},
    "stores": {"entity": "stores", "header": "store_id,store_name,region"},
    "carriers": {
        "entity": "shipping_companies",
        "header": "shipping_company_id,shipping_company_name",
    },
    "targets": {
        "entity": "sales_targets",
        "header": "month,seller_id,seller_name,store_id,target_amount",
    },
}
"""Kinds of files, told by how their names begin: each is one layout."""

CHANGED: dict[str, dict[str, Any]] = {
    "lines": {"identity": ["order_id", "product_name"]},
    "dated": {"identity": ["order_id", "line_number"]},
    "till": {"identity": ["order_id", "line_number"]},
    "customers": {"extract": "complete"},
    "products": {"missing": ["", "4"]},
}
"""What a layout says once it has been changed."""


@dataclass(frozen=True)
class Deliver:
    """A file comes: a new one, a correction, or the same again."""

    name: str
    rows: tuple[str, ...]
    day: int = 2
    """When it was last changed, in February 2026: what an extract without dates tells about."""


@dataclass(frozen=True)
class Rename:
    """A file goes on under a new name."""

    name: str
    to: str


@dataclass(frozen=True)
class Copy:
    """The same bytes come again under another name."""

    name: str
    to: str


@dataclass(frozen=True)
class Withdraw:
    """The version of a file that counts is taken out."""

    name: str


@dataclass(frozen=True)
class Restore:
    """The newest version of a file that does not count (or the one before) is brought back."""

    name: str
    back: int = 0


@dataclass(frozen=True)
class ChangeLayout:
    """A layout is changed, or changed back, and its files are read again."""

    kind: str


@dataclass(frozen=True)
class BuildFirstLines:
    """What goes on from earlier builds is built from nothing, without dbt, to go on from."""


@dataclass(frozen=True)
class BuildLines:
    """What goes on from earlier builds is built, and must be what a rebuild from raw gives."""


@dataclass(frozen=True)
class Build:
    """Everything is built, and must be what a rebuild from raw gives."""


Step = (
    Deliver
    | Rename
    | Copy
    | Withdraw
    | Restore
    | ChangeLayout
    | BuildFirstLines
    | BuildLines
    | Build
)


class Differs(AssertionError):
    """The warehouse is not what a rebuild from raw gives."""


class History:
    """A warehouse that evolves, with the folder of what was delivered to it.

    A step that does not apply (the file is not there) does nothing, so that any sequence, and any
    part of one, can be played.
    """

    def __init__(self, warehouse: Warehouse, second: Warehouse, folder: Path) -> None:
        self.warehouse = warehouse
        self.second = second
        self.inbox = folder / "inbox"
        self.layouts = folder / "layouts"
        self.inbox.mkdir(parents=True)
        self.layouts.mkdir()
        self.changed: set[str] = set()
        self.done: list[str] = []
        for kind in KINDS:
            self._write_layout(kind)

    def play(self, *steps: Step) -> None:
        """Do the steps, in order."""
        for step in steps:
            self.done.append(f"    {step},")
            match step:
                case Deliver():
                    self._deliver(step)
                case Rename() | Copy():
                    self._move(step)
                case Withdraw():
                    withdraw(self.warehouse, step.name)
                case Restore():
                    restore(self.warehouse, step.name, step.back)
                case ChangeLayout():
                    self.changed ^= {step.kind}
                    self._write_layout(step.kind)
                    self._load(*self._those_that_count(step.kind))
                case BuildFirstLines():
                    self.warehouse.build_from_nothing(until=INCREMENTAL)
                case BuildLines() if self._is_begun():
                    self.warehouse.build(*LINES)
                    rebuild(self.warehouse, self.second, until=INCREMENTAL)
                    self.hold(incremental_tables(self.warehouse))
                case Build() if self._is_begun():
                    self.build()
                    rebuild(self.warehouse, self.second)
                    self.hold()

    def build(self) -> None:
        """Build every table, from what the last build left."""
        self.warehouse.build(*BUILD)

    def hold(self, only: Collection[str] = ()) -> None:
        """Hold every table, or only some, against the second warehouse as it is.

        Raises:
            Differs: with the steps so far and the rows that differ.
        """
        found = differences(self.warehouse, self.second, only)
        if found:
            steps = "\n".join(self.done)
            raise Differs(
                f"On {self.warehouse.engine}, after\n\n{steps}\n\nthe warehouse is not what a "
                f"rebuild from raw gives (-, the warehouse; +, the rebuild):\n\n{found}"
            )
        if only:
            return
        # Of the snapshot only this can be said: it tells when runs were.
        twice = self.warehouse.query(
            "select customer_id from snapshots.customers_snapshot where dbt_valid_to is null "
            "group by customer_id having count(*) > 1"
        )
        assert not twice, f"customers_snapshot has two open versions of {twice}"

    def test(self) -> None:
        """Run every data test of the project; none may fail (a warning may be)."""
        result = self.warehouse.dbt("test", "--exclude", "test_type:unit")
        assert isinstance(result.result, RunExecutionResult), result.exception
        failed = [
            f"{item.node.name}: {item.message}"
            for item in result.result.results
            if item.status in ("fail", "error")
        ]
        assert not failed, "\n".join([*self.done, "leave the tests", *failed])

    def _deliver(self, step: Deliver) -> None:
        path = self.inbox / step.name
        header = KINDS[_kind(step.name)]["header"]
        path.write_text("\n".join([header, *step.rows, ""]), encoding="utf-8")
        changed_at = datetime(2026, 2, step.day, 12, tzinfo=UTC).timestamp()
        os.utime(path, (changed_at, changed_at))
        self._load(path)

    def _move(self, step: Rename | Copy) -> None:
        old, new = self.inbox / step.name, self.inbox / step.to
        if not old.exists() or old == new:
            return
        if isinstance(step, Rename):
            old.rename(new)
        else:
            shutil.copy2(old, new)
        self._load(new)

    def _is_begun(self) -> bool:
        return ("raw", "file_versions") in self.warehouse.tables("raw")

    def _those_that_count(self, kind: str) -> list[Path]:
        """Return the files of a kind that have not been withdrawn."""
        if not self._is_begun():
            return []
        counted = self.warehouse.query(
            "select path from raw.file_versions where status = 'active' order by path"
        )
        paths = [self.inbox / name for (name,) in counted if _kind(name) == kind]
        return [path for path in paths if path.exists()]

    def _load(self, *paths: Path) -> None:
        if paths:
            outcomes = self.warehouse.load(*paths, layouts=self.layouts)
            assert all(item.status != "failed" for item in outcomes), outcomes

    def _write_layout(self, kind: str) -> None:
        keys = {**KINDS[kind], **(CHANGED[kind] if kind in self.changed else {})}
        header = keys.pop("header").split(",")
        keys |= {"files": f"{kind}-*.csv", "columns": {name: name for name in header}}
        (self.layouts / f"{kind}.yml").write_text(yaml.safe_dump(keys), encoding="utf-8")


def _kind(name: str) -> str:
    return name.split("-")[0]
