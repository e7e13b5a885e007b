"""What dbt does as people type it."""

import base64
import re
from typing import Any

from dbt.contracts.graph.nodes import GenericTestNode, ModelNode

from bi.dashboards import read_dashboards
from bi.metabase.content import CHOICES
from reporting.ask.reports import REPORTS
from tests.conftest import INCREMENTAL, Warehouse
from warehouse.docs_site import LINES, site

NUMBERS = "(values (-1), (0), (10), (11), (null)) as planted (number)"
FEW = "(select number from (values (0), (10), (null)) as few (number))"
PAIRS = "(values (1, 'a'), (1, 'a'), (1, null), (1, null), (2, 'a')) as planted (first, second)"
RANGES = (
    "(values ('a', 1, 3), ('a', 3, 5), ('a', 6, 8), ('a', 7, 9), ('b', 2, 2), ('b', 4, null), "
    "('c', 9, 8)) as planted (part, low, high)"
)
FOUND: list[tuple[str, str, dict[str, Any], int]] = [
    ("accepted_range", NUMBERS, {"column_name": "number", "min_value": 0, "max_value": 10}, 2),
    ("accepted_range", NUMBERS, {"column_name": "number", "min_value": "0 * 1"}, 1),
    ("accepted_range", NUMBERS, {"column_name": "number", "max_value": 10, "inclusive": False}, 2),
    ("unique_combination_of_columns", PAIRS, {"combination_of_columns": ["first", "second"]}, 2),
    ("unique_combination_of_columns", PAIRS, {"combination_of_columns": ["first"]}, 1),
    # ('a', 6, 8) runs into the next one; 2 to 2 is empty, 4 to null is open, 9 to 8 runs backwards.
    (
        "mutually_exclusive_ranges",
        RANGES,
        {"gaps": "allowed", "zero_length_range_allowed": False},
        4,
    ),
    ("mutually_exclusive_ranges", RANGES, {"zero_length_range_allowed": True}, 3),
    # Beside them, ('a', 3, 5) and ('b', 2, 2) leave a gap to the next one.
    ("mutually_exclusive_ranges", RANGES, {"gaps": "not_allowed"}, 5),
    ("mutually_exclusive_ranges", RANGES, {"gaps": "required"}, 5),
]
"""What tests of dbt-utils find in planted rows, be it the package or the stand-in."""


def test_tests_of_dbt_utils_find_what_is_planted(warehouse: Warehouse) -> None:
    queries = []
    for number, (test, planted, arguments, _) in enumerate(FOUND):
        if test == "mutually_exclusive_ranges":
            arguments = arguments | {
                "lower_bound_column": "low",
                "upper_bound_column": "high",
                "partition_by": "part",
            }
        sql = f'dbt_utils.test_{test}(model="{planted}", **{arguments})'
        queries.append(
            f"select {number} as number, count(*) as found from ({{{{ {sql} }}}}) as rows{number}"
        )
    queries.append(
        "select -1 as number, count(*) as found from ({{ test_expression_holds("
        '"(values (1), (2), (null)) as planted (number)", "= 1", "number") }}) as rows_own'
    )
    conditions = {
        "low": {"expression": "number < 11"},
        "even": {"expression": "number = 0", "where": "number < 5"},
    }
    references = {"number": {"to": FEW, "field": "number"}}
    for number, test, planted, arguments in (
        (-2, "rows_hold", NUMBERS, {"conditions": conditions}),
        (-3, "references_hold", f"(select * from {NUMBERS})", {"references": references}),
    ):
        sql = f'test_{test}(model="{planted}", **{arguments})'
        queries.append(
            f"select {number} as number, count(*) as found from ({{{{ {sql} }}}}) as own{-number}"
        )
    result = warehouse.dbt("show", "--limit", "-1", "--inline", " union all ".join(queries))
    assert result.success, result.exception
    (shown,) = result.result.results  # type: ignore[union-attr]
    found = {int(number): int(count) for number, count in shown.agate_table.rows}  # type: ignore[union-attr]
    assert found.pop(-1) == 2, "null is not true"
    assert found.pop(-2) == 3, "-1, 11 and null"
    assert found.pop(-3) == 2, "-1 and 11; null refers to nothing"
    assert [found[number] for number in sorted(found)] == [expected for *_, expected in FOUND]


def test_unit_tests_are_all_that_a_plain_command_leaves_out(duckdb_warehouse: Warehouse) -> None:
    def listed(*arguments: str) -> set[str]:
        found = duckdb_warehouse.dbt(
            "ls", "--output", "json", "--output-keys", "unique_id", *arguments
        )
        assert found.success
        return set(found.result)  # type: ignore[arg-type]

    everything = listed("--exclude", "nothing_of_this_name")
    unit_tests = listed("--select", "test_type:unit")
    assert unit_tests
    assert listed() == everything - unit_tests


def test_every_key_of_a_fact_refers_to_a_dimension(duckdb_warehouse: Warehouse) -> None:
    """What `references_hold` names, PostgreSQL has as foreign keys, and BI tools as relations."""
    keys: dict[str, set[str]] = {}
    referring: dict[str | None, set[str]] = {}
    incremental = set()
    for node in duckdb_warehouse.manifest().nodes.values():
        if isinstance(node, ModelNode) and node.name.startswith("fact_"):
            # A customer through all their versions is no row of a dimension.
            own = {f"{node.name.removeprefix('fact_')}_key", "order_key", "customer_durable_key"}
            keys[node.unique_id] = {name for name in node.columns if name.endswith("_key")} - own
        if isinstance(node, ModelNode) and node.config.materialized == "incremental":
            incremental.add(node.name)
        if isinstance(node, GenericTestNode) and node.test_metadata.name == "references_hold":
            referring[node.attached_node] = set(node.test_metadata.kwargs["references"])
    assert keys == referring
    # What histories hold against a rebuild in the middle; the others record builds.
    assert incremental == {"int_sales_lines", *INCREMENTAL, "dq_build", "dq_test_result"}


def test_whatever_is_read_says_who_reads_it(duckdb_warehouse: Warehouse) -> None:
    manifest = duckdb_warehouse.manifest()
    read_by = {
        exposure.name: {manifest.nodes[name].name for name in exposure.depends_on.nodes}
        for exposure in manifest.exposures.values()
    }
    in_packs = {name for report in REPORTS for name in (report.model, report.function) if name}
    assert in_packs <= read_by["weekly_pack"]
    in_api = {report.function or report.model for report in REPORTS if report.path}
    assert in_api <= read_by["sales_api"]
    star = {
        node.name
        for node in manifest.nodes.values()
        if isinstance(node, ModelNode) and node.name.startswith(("dim_", "fact_"))
    }
    assert star == read_by["bi_tools"]
    shown = {
        name
        for dataset in read_dashboards().datasets.values()
        for name in re.findall(r"(?:marts|reports)\.(\w+)", dataset.source) or [dataset.model]
    }
    shown |= {field.split(".")[1] for field in CHOICES.values()}
    assert shown == read_by["dashboards"]
    assert all(exposure.owner.name for exposure in manifest.exposures.values())


def test_the_docs_site_is_one_file_that_draws_the_star(duckdb_warehouse: Warehouse) -> None:
    manifest = duckdb_warehouse.manifest().writable_manifest().to_dict(omit_none=False)
    page = site(manifest, {"nodes": {"</script>": {}}, "sources": {}})
    drawings = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", page)
    (drawing,) = {base64.b64decode(drawing).decode() for drawing in drawings}
    for name in ("fact_sales_line", "fact_order", "fact_sales_target", "dim_date", "store_key"):
        assert f">{name}<" in drawing
    assert "INLINE DATA" not in page
    assert page.count(LINES) == 2, "lines and their ends are drawn so that they can be seen"
    assert '"<\\/script>"' in page, "names do not end the script"
    assert '"resource_type": "unit_test"' not in page
    assert '"resource_type": "test"' in page, "columns still say how they are tested"
