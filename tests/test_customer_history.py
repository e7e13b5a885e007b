"""The history of customers, from delivered files to the dimension, on both engines."""

import os
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path

import duckdb
import openpyxl
import pytest
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.contracts.graph.nodes import ModelNode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ENGINES, Warehouse

EXTRACT = """\
entity: customers
files: "crm*"
columns: {customer_id: No, customer_name: Name, city: City, updated_at: Changed}
optional: [customer_name, city, updated_at]
extract: complete
"""
PARITY = "assert_snapshot_agrees_with_dim_customer"
START, END = date(1900, 1, 1), date(9999, 12, 31)


class Deliveries:
    """A folder of files that were made on some day, loaded one after another."""

    def __init__(self, folder: Path, warehouse: Warehouse) -> None:
        self.folder = folder
        self.warehouse = warehouse
        self.layouts = folder / "layouts"
        self.layouts.mkdir()
        (self.layouts / "crm.yml").write_text(EXTRACT)

    def write(self, name: str, day: str, *sheets: str) -> Path:
        """Write a file of that day: CSV, or a workbook of a sheet for each text."""
        path = self.folder / name
        if path.suffix == ".csv":
            path.write_text("\n".join(line.strip() for line in sheets[0].strip().splitlines()))
        else:
            book = openpyxl.Workbook()
            for text in sheets:
                sheet = book.create_sheet()
                for line in text.strip().splitlines():
                    sheet.append([cell or None for cell in line.strip().split(",")])
            del book["Sheet"]
            book.save(path)
        moment = datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=UTC).timestamp()
        os.utime(path, (moment, moment))
        return path

    def load(self, *paths: Path) -> None:
        """Load files, all at once; each must be loaded."""
        outcomes = self.warehouse.load(*paths, layouts=self.layouts)
        assert {outcome.status for outcome in outcomes} <= {"loaded", "replaced"}, outcomes

    def deliver(self, name: str, day: str, *sheets: str) -> None:
        """Write a file and load it."""
        self.load(self.write(name, day, *sheets))


CUSTOMERS = (
    *("--select", "+int_customers_current", "dim_customer", "customers_snapshot"),
    *("--resource-type", "model", "--resource-type", "snapshot"),
)
"""What builds customers, and their snapshot."""

OF_SNAPSHOT = (
    PARITY,
    "customers_snapshot_one_open_version",
    "customers_snapshot_versions_do_not_overlap",
    "customers_snapshot_dbt_scd_id_unique",
)
"""The tests of the snapshot."""


def history(warehouse: Warehouse, customer: str, *columns: str) -> list[tuple[object, ...]]:
    """Return a customer's versions: attributes (of them only the city, if none is named), start.

    Those of deleted customers end in `deleted`. Numbers, ends and the current version are checked.
    """
    found = warehouse.query(
        f"select {', '.join(columns or ('city',))}, is_deleted, version_number, is_current, "
        "effective_end_date, effective_start_date from marts.dim_customer "
        "where customer_id = :customer order by effective_start_date",
        customer=customer,
    )
    starts = [row[-1] for row in found]
    assert starts[0] == START
    assert [row[-2] for row in found] == [*starts[1:], END]
    assert [row[-3] for row in found] == [False] * (len(found) - 1) + [True]
    assert [row[-4] for row in found] == list(range(1, len(found) + 1))
    return [
        (*row[:-5], "1900" if row[-1] == START else f"{row[-1]:%m-%d}", *["deleted"] * row[-5])
        for row in found
    ]


# ------------------------------------------------------------------ one warehouse, many customers


def deliver_changes(to: Deliveries) -> None:
    """Deliver partial files, of May and later; no complete extract is that new."""
    header = "Customer ID,City,Updated At"
    to.load(
        to.write(
            "a.csv", "2026-06-01",
            f"""{header}
            SEVERAL,Rome,2026-05-01
            SEVERAL,Oslo,2026-05-10
            SEVERAL,Bonn,2026-05-20
            SEVERAL,Cork,2026-05-20
            OLDER,Oslo,2026-05-10
            DATED,Rome,2026-05-01
            AHEAD,Rome,2026-05-01
            AHEAD,Oslo,2026-08-01
            UNREADABLE,Rome,soon
            UNREADABLE,Oslo,9999-12-31
            TWICE,Rome,2026-05-01
            EMPTY,Rome,2026-05-01
            EMPTY,,2026-05-10
            EMPTY,Rome,2026-05-20
            ,Nowhere,2026-05-01""",
        ),
        to.write("b.csv", "2026-06-02", f"{header}\nSEVERAL,Lyon,2026-05-15\nDATED,Oslo,"),
    )  # fmt: skip
    to.deliver(
        "c.csv", "2026-06-03",
        f"""{header}
        OLDER,Rome,2026-05-01
        TWICE,Rome,2026-05-01
        TWICE,Rome,2026-05-20""",
    )  # fmt: skip
    # A file is sent again: corrected on its own day, and changed on a later one.
    to.deliver("d.csv", "2026-06-04", "Customer ID,City\nCORRECTED,Rmoe\nMISTAKEN,Rome")
    to.deliver("d.csv", "2026-06-04", "Customer ID,City\nCORRECTED,Rome")
    to.deliver("e.csv", "2026-06-04", "Customer ID,City\nCHANGED,Rome")
    to.deliver("e.csv", "2026-06-05", "Customer ID,City\nCHANGED,Oslo")
    # Files that do not have every column.
    to.deliver(
        "f.csv", "2026-06-06",
        """Customer ID,Customer Name,City,Loyalty Tier,Updated At
        LACKING,Ann,Rome,Gold,2026-05-01
        BETWEEN,Bob,Rome,Gold,2026-05-01""",
    )  # fmt: skip
    to.deliver(
        "g.csv", "2026-06-07",
        """Customer ID,Loyalty Tier,Updated At
        LACKING,Silver,2026-05-10
        LACKING,,2026-05-20
        BETWEEN,Silver,2026-05-20""",
    )  # fmt: skip
    to.deliver("h.csv", "2026-06-08", f"{header}\nBETWEEN,Oslo,2026-05-10")
    to.deliver(
        "sales.csv", "2026-06-09",
        """Order ID,Date,Product,Units,Unit Price,Customer ID
        S1,2026-01-01,Bolt,1,1,SEVERAL
        S2,2026-05-09,Bolt,1,1,SEVERAL
        S3,2026-05-10,Bolt,1,1,SEVERAL
        S4,2026-05-31,Bolt,1,1,SEVERAL
        S5,2026-03-15,Bolt,1,1,BACK""",
    )  # fmt: skip


def deliver_extracts(to: Deliveries) -> None:
    """Deliver complete extracts of February to April, and partial files between."""
    header = "No,Name,City,Changed"
    to.load(
        to.write(
            "crm A-M.csv", "2026-02-01",
            f"""{header}
            ANN,Ann,Rome,2026-01-01
            BACK,Bo,Rome,2026-01-01
            GONE,Gus,Rome,2026-01-01""",
        ),
        to.write(
            "crm N-Z.csv", "2026-02-01",
            f"""{header}
            ZOE,Zoe,Rome,2026-01-01
            NEWER,Ned,Rome,2026-01-10
            NAMED,Nat,Rome,2026-01-01
            OFTEN,Olga,Rome,2026-01-01
            PLAIN,Pia,Rome,2026-01-01
            SOON,Sam,Rome,2026-01-01""",
        ),
    )  # fmt: skip
    # The next extracts, under the same names; who is lacking here is gone.
    to.load(
        to.write("crm A-M.csv", "2026-03-01", f"{header}\nANN,Ann,Rome,2026-01-01"),
        to.write("crm N-Z.csv", "2026-03-01", f"{header}\nZOE,Zoe,Oslo,2026-02-20"),
        to.write("that day.csv", "2026-03-01", "Customer ID,City\nNAMED,Oslo"),
    )
    to.deliver("between.csv", "2026-03-10", "Customer ID,City\nOFTEN,Oslo")
    # An extract of one workbook, with two sheets, that has no column of cities.
    to.deliver(
        "crm sheets.xlsx", "2026-03-20",
        "No,Name,Changed\nANN,Ann,2026-01-01\nBACK,Bo,2026-01-01\nNEWER,Ned N.,2026-01-05",
        "No,Name,Changed\nZOE,Zoe,2026-02-20\nSOON,Sam S.,2026-04-10\nPLAIN,Pia,",
    )  # fmt: skip
    to.deliver(
        "crm april.csv", "2026-04-01",
        f"""{header}
        ANN,Ann,Rome,2026-01-01
        BACK,Bo,Rome,2026-01-01
        NEWER,Ned N.,Rome,2026-01-05
        ZOE,Zoe,Oslo,2026-02-20
        SOON,Sam S.,Rome,2026-04-10
        OFTEN,Olga,Oslo,2026-01-01""",
    )  # fmt: skip


@pytest.fixture(scope="module", params=ENGINES)
def told(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[[str], Warehouse],
    tmp_path_factory: pytest.TempPathFactory,
) -> Deliveries:
    """All of them, the newest first, in one build."""
    deliveries = Deliveries(tmp_path_factory.mktemp("told"), new_warehouse(request.param))
    deliver_changes(deliveries)
    deliver_extracts(deliveries)
    deliveries.warehouse.build_from_nothing()
    return deliveries


HISTORIES = {
    # Several changes in one load, in two files; of two for one day the last.
    "SEVERAL": [("Rome", "1900"), ("Oslo", "05-10"), ("Lyon", "05-15"), ("Cork", "05-20")],
    # A change that arrives before an older one.
    "OLDER": [("Rome", "1900"), ("Oslo", "05-10")],
    # Without a date of its own, a row counts from the day of its file.
    "DATED": [("Rome", "1900"), ("Oslo", "06-02")],
    "UNREADABLE": [("Oslo", "1900")],
    # A change that is announced.
    "AHEAD": [("Rome", "1900"), ("Oslo", "08-01")],
    "TWICE": [("Rome", "1900")],
    "EMPTY": [("Rome", "1900"), (None, "05-10"), ("Rome", "05-20")],
    "CORRECTED": [("Rome", "1900")],
    "CHANGED": [("Rome", "1900"), ("Oslo", "06-05")],
    # Named in one of the files or sheets of each complete extract.
    "ANN": [("Rome", "1900")],
    "ZOE": [("Rome", "1900"), ("Oslo", "02-20")],
    "GONE": [("Rome", "1900"), ("Rome", "03-01", "deleted")],
    # Back with the data of before, and an old date.
    "BACK": [("Rome", "1900"), ("Rome", "03-01", "deleted"), ("Rome", "03-20")],
    # Named by a partial file on the day on which the extract does not name them.
    "NAMED": [("Rome", "1900"), ("Oslo", "03-01"), ("Oslo", "03-20", "deleted")],
    # Named by a partial file between two extracts that do not name them.
    "OFTEN": [
        ("Oslo", "1900"), ("Oslo", "03-01", "deleted"), ("Oslo", "03-10"),
        ("Oslo", "03-20", "deleted"), ("Oslo", "04-01"),
    ],
    "PLAIN": [
        ("Rome", "1900"), ("Rome", "03-01", "deleted"), ("Rome", "03-20"),
        ("Rome", "04-01", "deleted"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("customer", HISTORIES)
def test_history(told: Deliveries, customer: str) -> None:
    assert history(told.warehouse, customer) == HISTORIES[customer]


def test_what_a_file_does_not_have_stays(told: Deliveries) -> None:
    assert history(told.warehouse, "LACKING", "customer_name", "city", "loyalty_tier") == [
        ("Ann", "Rome", "Gold", "1900"),
        ("Ann", "Rome", "Silver", "05-10"),
        ("Ann", "Rome", None, "05-20"),
    ]
    assert history(told.warehouse, "BETWEEN", "customer_name", "city", "loyalty_tier") == [
        ("Bob", "Rome", "Gold", "1900"),
        ("Bob", "Oslo", "Gold", "05-10"),
        ("Bob", "Oslo", "Silver", "05-20"),
    ]


def test_who_returns_is_as_the_extract_has_them(told: Deliveries) -> None:
    # Their older change is older than what was known; from their return, it is what holds.
    assert history(told.warehouse, "NEWER", "customer_name", "city") == [
        ("Ned N.", "Rome", "1900"),
        ("Ned", "Rome", "01-10"),
        ("Ned", "Rome", "03-01", "deleted"),
        ("Ned N.", "Rome", "03-20"),
    ]
    # With a change announced for later, they are back at once, and changed on its day.
    assert history(told.warehouse, "SOON", "customer_name", "city") == [
        ("Sam", "Rome", "1900"),
        ("Sam", "Rome", "03-01", "deleted"),
        ("Sam", "Rome", "03-20"),
        ("Sam S.", "Rome", "04-10"),
    ]


def test_rows_without_a_customer_are_nobody(told: Deliveries) -> None:
    sql = "select count(*) from marts.dim_customer where city = 'Nowhere' or customer_id = ''"
    assert told.warehouse.one(sql) == 0
    # Nor is anybody whom only a mistake named, corrected on its day.
    assert not told.warehouse.query(
        "select 1 from marts.dim_customer where customer_id = 'MISTAKEN'"
    )


def test_a_sale_has_the_customer_of_its_day(told: Deliveries) -> None:
    found = told.warehouse.query(
        "select fact.order_id, dim.city, dim.is_deleted from marts.fact_sales_line as fact "
        "inner join marts.dim_customer as dim using (customer_key) order by 1"
    )
    assert found == [
        ("S1", "Rome", False),
        ("S2", "Rome", False),
        ("S3", "Oslo", False),
        ("S4", "Cork", False),
        ("S5", "Rome", True),
    ]


def test_the_order_of_deliveries_does_not_matter_nor_does_a_rebuild(
    told: Deliveries, new_warehouse: Callable[[str], Warehouse], tmp_path: Path
) -> None:
    sql = (
        "select customer_key, customer_name, city, loyalty_tier, is_deleted, "
        "effective_start_date, effective_end_date from marts.dim_customer order by 1"
    )
    before = told.warehouse.query(sql)
    recorded = "select * from snapshots.customers_snapshot order by dbt_scd_id"
    snapshot = told.warehouse.query(recorded)
    told.warehouse.assert_data_are_right(*OF_SNAPSHOT)
    told.warehouse.build(
        "--full-refresh", "--select", "+dim_customer", "+customers_snapshot", "--resource-type",
        "model", "--resource-type", "snapshot", "--resource-type", "seed",
    )  # fmt: skip
    assert told.warehouse.query(sql) == before
    assert told.warehouse.query(recorded) == snapshot
    if told.warehouse.engine == "duckdb":  # the other engine has one database
        other = Deliveries(tmp_path, new_warehouse("duckdb"))
        deliver_extracts(other)
        deliver_changes(other)
        other.warehouse.build_from_nothing()
        assert other.warehouse.query(sql) == before


# ------------------------------------------------------------------ the snapshot


def test_the_snapshot_keeps_up(warehouse: Warehouse, tmp_path: Path) -> None:
    to = Deliveries(tmp_path, warehouse)
    header = "Customer ID,City,Updated At"

    def recorded(customer: str) -> list[tuple[object, ...]]:
        """Return a customer's versions in the snapshot, as (city, is_deleted, is open)."""
        return warehouse.query(
            "select city, is_deleted, dbt_valid_to is null from snapshots.customers_snapshot "
            "where customer_id = :customer order by dbt_valid_from",
            customer=customer,
        )

    to.deliver(
        "a.csv", "2026-05-01",
        f"{header}\nSEVERAL,Rome,2026-05-01\nEMPTIED,Rome,2026-05-01\nFILLED,,2026-05-01",
    )  # fmt: skip
    to.deliver("b.csv", "2026-05-01", f"{header}\nWITHDRAWN,Rome,2026-05-01")
    to.deliver(
        "crm 1.csv", "2026-05-02",
        """No,City
        SEVERAL,Rome
        EMPTIED,Rome
        FILLED,
        WITHDRAWN,Rome
        GONE,Rome""",
    )  # fmt: skip
    warehouse.build_from_nothing()
    warehouse.assert_data_are_right(*OF_SNAPSHOT)

    to.deliver(
        "c.csv", "2026-05-20",
        f"""{header}
        SEVERAL,Oslo,2026-05-10
        SEVERAL,Bonn,2026-05-11
        SEVERAL,Cork,2026-05-12
        EMPTIED,,2026-05-10
        FILLED,Rome,2026-05-10""",
    )  # fmt: skip
    to.deliver(
        "crm 2.csv", "2026-05-21",
        """No,Changed,City
        SEVERAL,2026-05-12,Cork
        EMPTIED,2026-05-10,
        FILLED,2026-05-10,Rome
        WITHDRAWN,2026-05-01,Rome""",
    )  # fmt: skip
    # What a build leaves out is not held against it; a test of what it left tells.
    warehouse.build(
        "--select", "+dim_customer", PARITY, "--exclude-resource-type", "unit_test",
        "--indirect-selection", "empty",
    )  # fmt: skip
    assert warehouse.found_by(PARITY)
    warehouse.build(*CUSTOMERS)
    warehouse.assert_data_are_right(*OF_SNAPSHOT)
    assert recorded("SEVERAL") == [("Rome", False, False), ("Cork", False, True)]
    assert recorded("EMPTIED") == [("Rome", False, False), (None, False, True)]
    assert recorded("FILLED") == [(None, False, False), ("Rome", False, True)]
    assert recorded("GONE") == [("Rome", False, False), ("Rome", True, True)]
    assert recorded("WITHDRAWN") == [("Rome", False, True)]

    # Nothing new, nothing written.
    count = warehouse.one("select count(*) from snapshots.customers_snapshot")
    warehouse.build(*CUSTOMERS)
    assert warehouse.one("select count(*) from snapshots.customers_snapshot") == count

    def mark(status: str) -> None:
        warehouse.execute(
            "update raw.file_versions set status = :status "
            "where path = 'b.csv' or path like 'crm%'",
            status=status,
        )
        warehouse.build(*CUSTOMERS)
        warehouse.assert_data_are_right(*OF_SNAPSHOT)

    mark("withdrawn")
    assert recorded("WITHDRAWN") == [("Rome", False, False)]
    assert not warehouse.query("select 1 from marts.dim_customer where customer_id = 'WITHDRAWN'")
    mark("active")
    assert recorded("WITHDRAWN") == [("Rome", False, False), ("Rome", False, True)]


# ------------------------------------------------------------------ the definition, word for word

ATTRIBUTES = ["customer_name", "city"]
FIRST = date(2026, 1, 1)


@dataclass(frozen=True)
class Row:
    """A row of stg_customers, as far as the history depends on it."""

    customer_id: str
    customer_name: str | None
    city: str | None
    updated_at: date | None
    columns_delivered: tuple[str, ...]
    is_complete_extract: bool
    as_of_date: date
    file_version_id: int
    file_part_number: int
    source_row_number: int

    @property
    def effective_date(self) -> date:
        return self.updated_at or self.as_of_date

    @property
    def place(self) -> tuple[date, int, int, int]:
        """Where it comes among the rows of its customer."""
        numbers = self.file_version_id, self.file_part_number, self.source_row_number
        return self.effective_date, *numbers


@st.composite
def deliveries(draw: st.DrawFn) -> list[Row]:
    """Draw some files of one or two parts, within days of each other, about few customers."""
    days = st.integers(0, 9).map(lambda number: FIRST + timedelta(number))
    values = st.sampled_from([None, "a", "b"])
    rows = []
    for version in range(1, draw(st.integers(1, 8)) + 1):
        as_of_date = draw(days)
        for part in range(1, draw(st.integers(1, 2)) + 1):
            is_complete = draw(st.sampled_from([True, True, False]))
            columns = draw(st.sampled_from([("customer_name", "city"), ("city",), ()]))
            for number in range(draw(st.integers(0, 4))):
                told = {name: draw(values) if name in columns else None for name in ATTRIBUTES}
                rows.append(
                    Row(
                        customer_id=draw(st.sampled_from("ABCD")),
                        customer_name=told["customer_name"],
                        city=told["city"],
                        updated_at=draw(st.none() | days),
                        columns_delivered=columns,
                        is_complete_extract=is_complete,
                        as_of_date=as_of_date,
                        file_version_id=version,
                        file_part_number=part,
                        source_row_number=number,
                    )
                )
    return rows


def by_definition(rows: list[Row]) -> list[tuple[object, ...]]:
    """Go through the days of each customer, one by one."""
    extracts = {row.as_of_date for row in rows if row.is_complete_extract}
    versions: list[tuple[object, ...]] = []
    for customer, group in groupby(sorted(rows, key=customer_of), customer_of):
        told = sorted(group, key=lambda row: row.place)
        first = told[0].effective_date
        known: dict[str, str | None] = dict.fromkeys(ATTRIBUTES)
        is_deleted = False
        states: list[tuple[date, tuple[object, ...]]] = []
        for number in range(11):
            day = FIRST + timedelta(number)
            if day in extracts and day > first:
                named = [row for row in told if row.is_complete_extract and row.as_of_date == day]
                if not named:
                    is_deleted = True
                elif is_deleted:
                    is_deleted = False
                    for row in [row for row in named if row.effective_date <= day][-1:]:
                        known |= {name: getattr(row, name) for name in row.columns_delivered}
            for row in told:
                if row.effective_date == day:
                    is_deleted = False
                    known |= {name: getattr(row, name) for name in row.columns_delivered}
            state = (*known.values(), is_deleted)
            if day >= first and (not states or states[-1][1] != state):
                states.append((day, state))
        starts = [START, *[day for day, _ in states[1:]]]
        ends = [*starts[1:], END]
        for number, (start, end, (_, known_then)) in enumerate(
            zip(starts, ends, states, strict=True), 1
        ):
            versions.append((customer, *known_then, number, end == END, start, end))
    return versions


def customer_of(row: Row) -> str:
    """Return the customer that a row is about."""
    return row.customer_id


@pytest.fixture(scope="module")
def versions_of(
    new_warehouse: Callable[[str], Warehouse],
) -> Iterator[Callable[[list[Row]], list[tuple[object, ...]]]]:
    """The model's SQL, as dbt compiles it, over any rows."""
    compiled = new_warehouse("duckdb").dbt("compile", "--select", "int_customer_versions")
    assert isinstance(compiled.result, RunExecutionResult), compiled.exception
    (model,) = (item.node for item in compiled.result.results)
    assert isinstance(model, ModelNode)
    sql = model.compiled_code
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    connection.execute("create schema warehouse.staging")
    connection.execute(
        "create table warehouse.staging.stg_customers (customer_id text, customer_name text, "
        "city text, updated_at timestamp, columns_delivered text[], is_complete_extract boolean, "
        "as_of_date date, file_version_id bigint, file_part_number integer, "
        "source_row_number integer, email text, loyalty_tier text, customer_segment text, "
        "region text, country text)"
    )

    def versions(rows: list[Row]) -> list[tuple[object, ...]]:
        connection.execute("delete from warehouse.staging.stg_customers")
        for row in rows:
            connection.execute(
                "insert into warehouse.staging.stg_customers by position "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, null, null, null, null)",
                [list(value) if isinstance(value, tuple) else value for value in astuple(row)],
            )
        return connection.execute(
            "select customer_id, customer_name, city, is_deleted, version_number, is_current, "
            f"effective_start_date, effective_end_date from ({sql}) order by customer_id, "
            "version_number"
        ).fetchall()

    yield versions
    connection.close()


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=deliveries())
def test_any_deliveries_give_the_history_that_is_defined(
    versions_of: Callable[[list[Row]], list[tuple[object, ...]]], rows: list[Row]
) -> None:
    assert versions_of(rows) == by_definition(rows)
