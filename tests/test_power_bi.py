"""The Power BI project in powerbi/: made of the manifest, and at one with itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bi.metrics import metrics
from bi.power_bi.project import project
from tests.conftest import Warehouse
from warehouse.settings import CHECKOUT

FOLDER = CHECKOUT / "powerbi"
MODEL = FOLDER / "SalesOps.SemanticModel" / "definition"
PAGES = FOLDER / "SalesOps.Report" / "definition" / "pages"

QUOTED = r"(?:'((?:[^']|'')+)'|(\w+))"
"""How TMDL writes a name."""


def test_the_files_are_those_that_the_manifest_gives(duckdb_warehouse: Warehouse) -> None:
    manifest = duckdb_warehouse.manifest().writable_manifest().to_dict(omit_none=False)
    written = {
        str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8")
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
    made = project(manifest)
    assert written.keys() == made.keys(), "`make bi` writes them"
    assert {name for name in made if made[name] != written[name]} == set(), "`make bi` writes them"

    exposure = manifest["exposures"]["exposure.salesops.power_bi"]
    read = set(re.findall(r'Published\("\w+", "(\w+)"\)', "".join(made.values())))
    assert {node.split(".")[-1] for node in exposure["depends_on"]["nodes"]} == read
    assert set(measures()) == {metric.label for metric in metrics(manifest).values()}


def test_no_name_of_a_table_is_given_twice() -> None:
    for table, names in columns().items():
        shown = [name.lower() for name in (*names, *(measures() if table == "Metrics" else ()))]
        assert len(shown) == len(set(shown)), table
    assert "Sales line key" not in columns()["Sales"], "Power BI rounds what is larger than 2^53"
    assert "Line fingerprint" not in columns()["Sales"]


def test_keys_are_hidden_and_described_columns_are_not() -> None:
    for path in (MODEL / "tables").glob("*.tmdl"):
        for block in re.findall(r"\tcolumn [^\n]+\n(?:\t\t[^\n]*\n|\n)+", path.read_text()):
            if re.search(r"sourceColumn: \w+_key\n", block):
                assert "isHidden" in block, (path.stem, block)
    days = (MODEL / "tables" / "Days.tmdl").read_text()
    assert "dataCategory: Time" in days
    assert re.search(r"column 'Full date'\n\t\tdataType: dateTime\n\t\tisKey\n", days)
    assert "[date_key] > 0" in days


def test_relationships_and_expressions_name_what_there_is() -> None:
    known = columns()
    relationships = (MODEL / "relationships.tmdl").read_text()
    ends = re.findall(rf"(?:from|to)Column: {QUOTED}\.{QUOTED}\n", relationships)
    assert len(ends) == 2 * relationships.count("relationship ")
    for end in ends:
        table, column = _names(end)
        assert column in known[table]
    figures = measures()
    for expression in figures.values():
        for table, column in re.findall(r"'([^']+)'\[([^\]]+)\]", expression):
            assert column in known[table]
        for measure in re.findall(r"(?<!')\[([^\]]+)\]", expression):
            assert measure in figures
    for sorting in re.findall(r"sortByColumn: '([^']+)'", (MODEL / "tables/Days.tmdl").read_text()):
        assert sorting in known["Days"]


@pytest.mark.parametrize("page", [path.parent for path in sorted(PAGES.glob("*/page.json"))])
def test_visuals_show_what_there_is_and_are_on_the_page(page: Path) -> None:
    size = json.loads((page / "page.json").read_text())
    known, figures = columns(), measures()
    taken: list[tuple[int, int, int, int]] = []
    for path in page.glob("visuals/*/visual.json"):
        visual = json.loads(path.read_text())
        assert visual["name"] == path.parent.name
        place = visual["position"]
        left, top = place["x"], place["y"]
        right, bottom = left + place["width"], top + place["height"]
        assert 0 <= left < right <= size["width"]
        assert 0 <= top < bottom <= size["height"]
        for other in taken:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
        taken.append((left, top, right, bottom))
        shown = list(_shown(visual["visual"]["query"]))
        assert shown
        for kind, table, name in shown:
            assert name in (figures if kind == "Measure" else known[table]), path
            assert kind == "Column" or table == "Metrics"
    assert json.loads((PAGES / "pages.json").read_text())["pageOrder"].count(page.name) == 1


def columns() -> dict[str, list[str]]:
    """Return the columns of each table."""
    found = {}
    for path in (MODEL / "tables").glob("*.tmdl"):
        text = path.read_text(encoding="utf-8")
        names = re.findall(rf"^\tcolumn {QUOTED}$", text, flags=re.MULTILINE)
        found[path.stem] = [_names(name)[0] for name in names]
        (table,) = re.findall(rf"^table {QUOTED}$", text, flags=re.MULTILINE)
        assert _names(table) == [path.stem]
    return found


def measures() -> dict[str, str]:
    """Return the expression of each measure."""
    text = (MODEL / "tables" / "Metrics.tmdl").read_text(encoding="utf-8")
    found = re.findall(rf"^\tmeasure {QUOTED} = (.+)$", text, flags=re.MULTILINE)
    return {_names(match[:2])[0]: match[2] for match in found}


def _names(match: tuple[str, ...]) -> list[str]:
    """Return the names in what QUOTED has found: each is one of two groups."""
    pairs = zip(match[::2], match[1::2], strict=True)
    return [quoted.replace("''", "'") or bare for quoted, bare in pairs]


def _shown(part: Any) -> Iterator[tuple[str, str, str]]:
    """Find the measures and columns that a query names."""
    if isinstance(part, dict):
        for kind in ("Measure", "Column"):
            if kind in part:
                source = part[kind]["Expression"]["SourceRef"]["Entity"]
                yield kind, source, part[kind]["Property"]
        for inner in part.values():
            yield from _shown(inner)
    if isinstance(part, list):
        for inner in part:
            yield from _shown(inner)
