"""Small files in the shapes that people deliver end as their users would want, or are refused.

They lie beside the checkout, as the real sales files do: `expected.json` says what is right, and
the README there how it reads. Layouts with the keys that some of them need are in `field_layouts`.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from loader.inspection import propose_layout
from loader.load import Outcome
from tests.conftest import REAL_FILES, Warehouse
from warehouse.connection import connect, warehouse_url

CASES = REAL_FILES.parent / "cases"
LAYOUTS = Path(__file__).parent / "field_layouts"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the field cases are not there")

EXPECTED: dict[str, Any] = (
    json.loads((CASES / "expected.json").read_text("utf-8")) if CASES.is_dir() else {}
)

OFTEN = {
    *("customer_not_in_master", "product_not_in_master", "missing_customer", "missing_seller"),
    *("missing_shipping_company", "price_outlier", "units_outlier", "list_price_used"),
    "control_total_disagrees",
}
"""What is said of many a good file is no flag."""

ROWS = {
    "lines": """
        select lines.source_sheet, lines.source_row_number as number, lines.revenue, lines.units,
            lines.currency, lines.is_return, strftime(lines.sold_at, '%G-W%V') as week,
            strftime(lines.sold_at, '%Y-%m') as month, nullif(lines.product_key, -1) as product,
            products.product_name, nullif(lines.seller_key, -1) as seller,
            customers.customer_durable_key as customer, customers.customer_name
        from marts.fact_sales_line as lines
        left join marts.dim_product as products using (product_key)
        left join marts.dim_customer as customers using (customer_key)
        where starts_with(lines.source_file, :path)
    """,
    "issues": """
        select source_sheet, source_row_number as number, rule, row_status, entity
        from quality.dq_issue where starts_with(source_file, :path)
    """,
    "quarantine": """
        select source_sheet, source_row_number as number
        from quality.dq_quarantine where starts_with(source_file, :path)
    """,
    "targets": """
        select source_row_number as number, target_amount, cast(month_date_key as text) as month
        from marts.fact_sales_target where starts_with(source_file, :path)
    """,
    "versions": """
        select path, status, error, notes from raw.file_versions
        where starts_with(path, :path) order by file_version_id
    """,
}
"""What is known of a file, and of those whose names begin alike."""

Row = dict[str, Any]


@dataclass
class Built:
    """All cases, loaded as one inbox and built once."""

    warehouse: Warehouse
    inbox: Path
    outcomes: list[Outcome]

    def rows(self, kind: str, path: str) -> list[Row]:
        """Return the rows of a kind."""
        with connect(warehouse_url(self.warehouse.url)).connect() as connection:
            found = connection.execute(sa.text(ROWS[kind]), {"path": path}).mappings()
            return [dict(row) for row in found]


@pytest.fixture(scope="module")
def built(
    new_warehouse: Callable[[str], Warehouse], tmp_path_factory: pytest.TempPathFactory
) -> Built:
    """Load all cases and build them."""
    folder = tmp_path_factory.mktemp("cases")
    inbox, layouts = folder / "inbox", folder / "layouts"
    shutil.copytree(CASES, inbox, ignore=shutil.ignore_patterns("*.yml", "*.py", "*.json", "*.md"))
    layouts.mkdir()
    for path in CASES.glob("*/layout.yml"):
        shutil.copy(path, layouts / f"{path.parent.name}.yml")
    shutil.copytree(LAYOUTS, layouts, dirs_exist_ok=True)
    warehouse = new_warehouse("duckdb")
    outcomes = warehouse.load(inbox, layouts=layouts)
    warehouse.build_from_nothing()
    warehouse.assert_data_are_right()
    return Built(warehouse, inbox, outcomes)


@pytest.mark.parametrize("case", EXPECTED)
def test_case(built: Built, case: str) -> None:
    for file, expected in EXPECTED[case]["expect"].items():
        known = _known(built, case, file)
        ways = [expected, *expected.get("or", [])]
        unmet = [
            {key: wanted for key, wanted in way.items() if not _holds(known, key, wanted)}
            for way in ways
        ]
        assert {} in unmet, known


def _known(built: Built, case: str, file: str) -> dict[str, Any]:
    """Return what became of a file, or of all files of a case."""
    path = f"{case}/{'' if file == '*' else file}"
    lines, issues, targets = (built.rows(kind, path) for kind in ("lines", "issues", "targets"))
    quarantine, versions = (built.rows(kind, path) for kind in ("quarantine", "versions"))
    flags = [issue for issue in issues if issue["rule"] not in OFTEN]
    kept = [flag for flag in flags if flag["row_status"] != "quarantined"]
    flagged = len({(flag["source_sheet"], flag["number"]) for flag in kept})
    if any(flag["number"] is None for flag in flags):  # an issue of the file as a whole
        flagged = max(flagged, len(lines))
    apart = [
        issue
        for issue in issues
        if issue["row_status"] == "quarantined" and issue["entity"] != "sales_lines"
    ]
    out = {(row["source_sheet"], row["number"]) for row in [*quarantine, *apart]}
    last = {version["path"]: version for version in versions}.values()
    said = [text for version in last for text in (version["error"], version["notes"]) if text]
    for outcome in built.outcomes:
        if str(outcome.delivery.known_as).startswith(path):
            said += [outcome.status, outcome.error, *outcome.notes, *outcome.sheets]
    return {
        "lines": len(lines),
        "revenue": _sum(lines, "revenue"),
        "units": _sum(lines, "units"),
        "by_currency": _by(lines, "currency"),
        "weeks": _by(lines, "week"),
        "months": _by(lines, "month"),
        "returns": sum(line["is_return"] for line in lines),
        "products": len(_different(lines, "product")),
        "customers": len(_different(lines, "customer") - {-1}),
        "sellers": len(_different(lines, "seller")),
        "product_names": _different(lines, "product_name") - {"Unknown"},
        "customer_names": _different(lines, "customer_name") - {"Unknown"},
        "rows": {row["number"] for row in [*lines, *targets]},
        "quarantined": len(out),
        "quarantined_rows": {number for _, number in out},
        "flagged_lines": flagged,
        "rules": {issue["rule"] for issue in issues if issue["row_status"] != "quarantined"},
        "targets": len(targets),
        "target_amount": _sum(targets, "target_amount"),
        "target_months": {row["month"][:6] for row in targets},
        "refused": bool(last) and all(row["status"] in ("failed", "held") for row in last),
        "said": " ".join(said).replace(path, "FILE").replace(file, "FILE"),
        "file": built.inbox / case / file,
    }


def _holds(known: dict[str, Any], key: str, wanted: Any) -> bool:
    """Tell whether one key of what is expected holds."""
    found: Any = known.get(key.removesuffix("_min").removesuffix("_max"))
    match key:
        case "or":
            return True
        case "flagged_any":
            return bool((known["flagged_lines"] > 0) == wanted)
        case "flagged_rules":
            return bool(known["rules"].issuperset(wanted))
        case "not_flagged_rules":
            return bool(known["rules"].isdisjoint(wanted))
        case "months_within":
            return bool(known["months"].keys() <= set(wanted))
        case "rows" | "quarantined_rows":
            return bool(set(wanted) <= known[key])
        case "said":
            return bool(re.search(wanted, known["said"]) is not None)
        case "inspect_not":
            return bool(re.search(wanted, propose_layout(known["file"])) is None)
    if key.endswith("_min") or key == "flagged_lines":
        return bool(found >= type(found)(wanted))
    if key.endswith("_max"):
        return bool(found <= type(found)(wanted))
    if isinstance(wanted, dict):
        return bool(found == {name: Decimal(text) for name, text in wanted.items()})
    return bool(found == type(found)(wanted))


def _sum(rows: Iterable[Row], column: str) -> Decimal:
    return sum((Decimal(str(row[column])) for row in rows), Decimal()).quantize(Decimal("0.01"))


def _by(rows: list[Row], column: str) -> dict[str, Decimal]:
    return {
        name: _sum((row for row in rows if row[column] == name), "revenue")
        for name in _different(rows, column)
    }


def _different(rows: Iterable[Row], column: str) -> set[Any]:
    return {row[column] for row in rows if row[column] is not None}
