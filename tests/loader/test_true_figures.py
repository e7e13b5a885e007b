"""Tables written in random shapes end in their true figures, in a question or in quarantine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loader.deliveries import Delivery
from loader.file_reader import FileReader
from loader.layouts import TIDY
from loader.reading.sheet import BadFile
from tests.conftest import Warehouse

QUERY = """
select
    cast({{ try_timestamp('sold_at', 'date_order') }} as date) as sold_on,
    {{ try_decimal('units', 'decimal_mark', 4) }} as units,
    {{ try_decimal('line_total', 'decimal_mark', 4) }} as line_total,
    {{ line_currency('cast(null as text)', ['line_total']) }} as currency
from delivered
order by _source_row_number
"""

DATES = [
    *("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%y", "%y-%m-%d"),
    *("%d %b %Y", "%B %d, %Y", "%d-%b-%y", "%Y%m%d", "%a %b %d %Y 10:00:00 GMT+0100"),
]

Row = tuple[date, int, Decimal]


@dataclass(frozen=True)
class Shape:
    """How a table is written: one program writes all its cells alike."""

    dates: str
    mark: str
    group: str
    decimals: int
    sign: str
    delimiter: str
    encoding: str

    def number(self, value: Decimal | int, decimals: int) -> str:
        text = f"{value:,.{decimals}f}"
        return text.translate({ord(","): self.group, ord("."): self.mark})

    def line(self, row: Row) -> list[str]:
        day, units, total = row
        return [
            day.strftime(self.dates),
            "Tea",
            self.number(units, 0),
            self.sign + self.number(total, self.decimals),
        ]


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    mark = draw(st.sampled_from(".,"))
    grouping = ["", " ", "'", "\N{NO-BREAK SPACE}", {".": ",", ",": "."}[mark]]
    return Shape(
        dates=draw(st.sampled_from(DATES)),
        mark=mark,
        group=draw(st.sampled_from(grouping)),
        decimals=draw(st.integers(0, 3)),
        sign=draw(st.sampled_from(["", "", "$", "€ "])),
        delimiter=draw(st.sampled_from(";\t|")),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])),
    )


@st.composite
def tables(draw: st.DrawFn) -> tuple[Shape, list[Row]]:
    shape = draw(shapes())
    first = draw(st.dates(date(2000, 1, 1), date(2030, 1, 1)))
    span = draw(st.sampled_from([0, 6, 30, 365]))
    largest = 10 ** draw(st.integers(1, 7))
    rows = st.tuples(
        st.integers(0, span).map(lambda days: first + timedelta(days)),
        st.integers(1, 5_000),
        st.integers(-largest, largest).map(lambda n: Decimal(n).scaleb(-shape.decimals)),
    )
    return shape, draw(st.lists(rows, min_size=1, max_size=40))


@pytest.fixture(scope="module")
def typed(new_warehouse: Callable[[str], Warehouse]) -> str:
    """What staging makes of the columns, as SQL."""
    warehouse = new_warehouse("duckdb")
    warehouse.load()
    warehouse.execute("create view delivered as select 1")
    result = warehouse.dbt("compile", "--inline", QUERY)
    assert result.success, result.exception
    compiled: Any = result.result
    sql: str = compiled.results[0].node.compiled_code
    return sql


def _read(path: Path, typed: str) -> list[tuple[Any, ...]] | None:
    """Return the typed rows of a file; None if it is refused or held."""
    reading = FileReader(Delivery(path, PurePosixPath(path.name), path.parent), TIDY)
    batches: list[pa.RecordBatch] = []
    try:
        for _, read in reading.parts_and_batches(version=1):
            batches += read
    except BadFile:
        return None
    (part,) = reading.parts
    names = ["sold_at", "units", "line_total", "_source_row_number"]
    rows = pa.Table.from_batches([batch.select(names) for batch in batches])
    with duckdb.connect() as connection:
        connection.register("raw_rows", rows)
        connection.execute(
            "create view delivered as select *, "
            f"{_literal(part.date_order)} as date_order, {_literal(part.decimal_mark)} "
            "as decimal_mark from raw_rows"
        )
        return connection.execute(typed).fetchall()


def _literal(text: str | None) -> str:
    return "cast(null as text)" if text is None else f"'{text}'"


def _holds(table: tuple[Shape, list[Row]], typed: str, folder: Path) -> bool:
    """Check one table; tell whether it was loaded."""
    shape, rows = table
    header = ["Order Date", "Product", "Units", "Total"]
    lines = [shape.delimiter.join(cells) for cells in [header, *map(shape.line, rows)]]
    path = folder / "sales.csv"
    path.write_text("\n".join(lines) + "\n", shape.encoding)
    found = _read(path, typed)
    if found is None:
        return False
    assert len(found) == len(rows)
    currency = {"": None, "$": "USD", "€ ": "EUR"}[shape.sign]
    for (day, units, total), (*read, code), line in zip(rows, found, lines[1:], strict=True):
        for value, true in zip(read, (day, units, total), strict=True):
            assert value is None or value == true, (line, shape)
        assert code == currency, (line, shape)
    return True


def _check(typed: str, folder: Path, examples: int) -> None:
    loaded = 0

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(table=tables())
    def run(table: tuple[Shape, list[Row]]) -> None:
        nonlocal loaded
        loaded += _holds(table, typed, folder)

    run()
    assert loaded > examples / 4, "hardly any table was read: this tests nothing"


def test_no_table_comes_to_other_figures(typed: str, tmp_path: Path) -> None:
    _check(typed, tmp_path, 60)


@pytest.mark.deep
def test_no_table_of_many_comes_to_other_figures(typed: str, tmp_path: Path) -> None:
    _check(typed, tmp_path, 2_000)
