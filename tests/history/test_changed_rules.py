"""A rule that changes holds for the lines of old files too, and nobody has to say so."""

import re

import pytest
from dbt.contracts.graph.manifest import Manifest

from tests.conftest import LINES, Warehouse
from tests.history.conftest import NewHistory
from tests.history.rebuild import incremental_tables, read_tables
from tests.history.sales import sale
from tests.history.steps import BuildFirstLines, Deliver

COMPLETED = "model.salesops.int_sales_lines_completed"


def assert_same_when_refreshed(warehouse: Warehouse, *arguments: str) -> None:
    """Hold what goes on from earlier builds against what a build anew makes of it."""
    names = incremental_tables(warehouse)
    evolved = {name: table.rows for name, table in read_tables(warehouse, names).items()}
    warehouse.build(*LINES, *arguments, "--full-refresh")
    assert evolved == {name: table.rows for name, table in read_tables(warehouse, names).items()}


def test_another_default_currency_and_other_keys(
    new_history: NewHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = new_history("duckdb")
    warehouse = history.warehouse
    history.play(
        Deliver("lines-1.csv", (sale("A", line_total=10),)),
        Deliver("orders-1.csv", ("B,2026-02-02,,,,,4,USD",)),
        Deliver("lines-2.csv", (sale("B", line_total=20),)),
        BuildFirstLines(),
    )
    currencies = "select order_id, currency from marts.fact_sales_line order by 1"
    members = (
        "select order_id, product_name, product_key, customer_key, region_key "
        "from marts.fact_sales_line inner join marts.dim_product using (product_key) "
        "inner join marts.dim_customer using (customer_key) order by 1"
    )
    assert warehouse.query(currencies) == [("A", "XXX"), ("B", "USD")]
    before = warehouse.query(members)

    swiss = ("--vars", "{default_currency: CHF, key_salt: it's}")
    # The manifest holds the vars of its parse.
    parsed = warehouse.dbt("parse", *swiss, parse_anew=True).result
    assert isinstance(parsed, Manifest)
    monkeypatch.setitem(warehouse.shared.manifests, "duckdb", parsed)
    warehouse.build(*LINES, *swiss)
    assert warehouse.query(currencies) == [("A", "CHF"), ("B", "USD")]
    after = warehouse.query(members)
    assert [row[:2] for row in after] == [row[:2] for row in before]
    assert not {row[2] for row in after} & {row[2] for row in before}
    assert_same_when_refreshed(warehouse, *swiss)


ON_DUCKDB = ["duckdb", pytest.param("postgres", marks=pytest.mark.deep)]
"""On the other engine too where there is time."""


@pytest.mark.parametrize("engine", ON_DUCKDB)
def test_changed_macro_and_new_lookup(
    engine: str, new_history: NewHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = new_history(engine)
    warehouse, manifest = history.warehouse, history.warehouse.manifest()

    def change(unique_id: str, old: str, new: str) -> None:
        """Change the text of a model or macro, as whoever edits it would."""
        node, text = (
            (manifest.macros[unique_id], "macro_sql")
            if unique_id.startswith("macro.")
            else (manifest.nodes[unique_id], "raw_code")
        )
        assert old in getattr(node, text)
        monkeypatch.setattr(node, text, getattr(node, text).replace(old, new))

    history.play(
        Deliver("sellers-1.csv", ("S1,Sue,Red",)),
        Deliver("lines-1.csv", (sale("A", seller_name="Sue", line_total=10),)),
        Deliver("lines-2.csv", (sale("B", seller_name="Bob", line_total=20),)),
        BuildFirstLines(),
    )
    facts = f"select order_id, revenue from {warehouse.built('marts')}.fact_sales_line order by 1"
    assert warehouse.query(facts) == [("A", 10), ("B", 20)]

    # A macro says something else, and every line learns what its seller's team is: a question that
    # is declared, and a column that one model adds.
    change("macro.salesops.money", "then {{ amount }} end", "then 3 * {{ amount }} end")
    change(
        "macro.salesops.lookups_of_sales_lines",
        "'product_list': {",
        "'team': {'of': 'int_sellers', 'key': 'seller_name', 'asked': 'lines.seller_name', "
        "'answers': ['team']}, 'product_list': {",
    )
    change(
        COMPLETED,
        "lines.*,\n        coalesce(lines.product_id,",
        "lines.*, team.team, coalesce(lines.product_id,",
    )
    change(COMPLETED, "{{ look_up('product') }}", "{{ look_up('team') }} {{ look_up('product') }}")
    warehouse.build(*LINES)
    assert warehouse.query(facts) == [("A", 30), ("B", 60)]
    teams = "select order_id, team from staging.int_sales_lines order by 1"
    assert warehouse.query(teams) == [("A", "Red"), ("B", None)]

    # Another answer reaches the line that asked, and no other is computed.
    history.play(Deliver("sellers-1.csv", ("S1,Sue,Blue",)))
    warehouse.build(*LINES)
    assert warehouse.query(teams) == [("A", "Blue"), ("B", None)]
    assert warehouse.one("select count(*) from staging.int_sales_lines_due") == 1
    assert_same_when_refreshed(warehouse)


def test_lines_learn_by_declared_lookups_only(new_history: NewHistory) -> None:
    manifest = new_history("duckdb").warehouse.manifest()
    read = {
        name: set(re.findall(r"ref\('(\w+)'\)", manifest.nodes[f"model.salesops.{name}"].raw_code))
        for name in (
            "int_sales_lines_completed",
            "int_sales_lines_priced",
            "int_sales_lines_judged",
            "int_sales_lines",
        )
    }
    assert read == {
        "int_sales_lines_completed": {"stg_sales_lines", "int_sales_lines_due"},
        "int_sales_lines_priced": {"int_sales_lines_completed"},
        "int_sales_lines_judged": {"int_sales_lines_priced"},
        "int_sales_lines": {"int_sales_lines_judged", "int_sales_lines_due"},
    }
