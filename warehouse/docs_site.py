"""Makes one page of what `dbt docs generate` wrote: `python -m warehouse.docs_site`.

It is dbt's own page with what readers need changed: the star schema is drawn in the overview, the
graph is without tests, its lines can be seen, and it can be read on a telephone. The page needs
nothing from anywhere.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import jinja2
from dbt.task.docs import DOCS_INDEX_FILE_PATH

from warehouse.settings import CHECKOUT

TARGET = CHECKOUT / "target"
PLACE_OF_STAR = "{star schema}"
ROW_HEIGHT = 22  # pixels
BOX_GAP = 26  # pixels

# dbt draws the lines of the large graph nearly in the colour of what they are on.
LINES_OF_DBT, LINES = "#006f8a", "#6cc3d9"

# dbt's page is 960 pixels wide at least, with the menu beside the text.
NARROW = """<style>
@media (max-width: 800px) {
  html body, html .app { min-width: 0; }
  html .app.app-row { flex-direction: column; }
  html .app-menu { width: auto; min-width: 0; flex: 0 0 35vh; }
  html .app-content { min-width: 0; }
  html .app-links, html .detail-group, html table { display: block; overflow-x: auto; }
}
</style>"""

STAR = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 980 {{ height }}"
font-family="sans-serif" font-size="13">
{% for line in lines %}
<path d="{{ line.path }}" fill="none" stroke="{{ line.color }}" stroke-width="1.6"/>
{% endfor %}
{% for box in boxes %}
<g transform="translate({{ box.x }} {{ box.y }})">
<rect width="220" height="{{ box.height }}" rx="6" fill="white" stroke="{{ box.color }}"
stroke-width="1.6"/>
<text x="12" y="19" font-weight="bold">{{ box.name }}</text>
{% for column in box.columns %}
<text x="12" y="{{ 41 + loop.index0 * row_height }}" fill="#57606a">{{ column }}</text>
{% endfor %}
</g>
{% endfor %}
</svg>"""
)
COLORS = ("#1f6feb", "#2da44e", "#bf6a02")


@click.command()
def main() -> None:
    """Write target/docs/index.html from dbt's manifest and catalog."""
    manifest = json.loads((TARGET / "manifest.json").read_text("utf-8"))
    catalog = json.loads((TARGET / "catalog.json").read_text("utf-8"))
    page = TARGET / "docs" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(site(manifest, catalog), "utf-8")
    click.echo(f"One file, works offline: {page.relative_to(CHECKOUT)}")


def site(manifest: dict[str, Any], catalog: Mapping[str, Any]) -> str:
    """Return the page; the manifest is changed on the way into it."""
    _take_out_tests(manifest)
    for text in manifest["docs"].values():
        text["block_contents"] = text["block_contents"].replace(
            PLACE_OF_STAR, f"![The star schema]({_as_address(star(references(manifest)))})"
        )
    page = Path(DOCS_INDEX_FILE_PATH).read_text("utf-8")
    for place, data in (("MANIFEST", manifest), ("CATALOG", catalog)):
        page = page.replace(f'"{place}.JSON INLINE DATA"', json.dumps(data).replace("</", "<\\/"))
    page = page.replace(LINES_OF_DBT, LINES)
    return page.replace("</head>", f"{NARROW}</head>", 1)


def _take_out_tests(manifest: dict[str, Any]) -> None:
    """Take out the tests that the graph would draw: those of no column, and unit tests."""
    drawn = set(manifest["unit_tests"]) | {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "test" and "test_metadata" not in node
    }
    for part in ("nodes", "unit_tests", "parent_map", "child_map"):
        manifest[part] = {name: node for name, node in manifest[part].items() if name not in drawn}
    for part in ("parent_map", "child_map"):
        for name, nodes in manifest[part].items():
            manifest[part][name] = [node for node in nodes if node not in drawn]


def references(manifest: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return, by fact, the dimension that each of its keys refers to, as the data tests hold it."""
    found: dict[str, dict[str, str]] = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "references_hold":
            fact = manifest["nodes"][node["attached_node"]]["name"]
            found[fact] = {
                key: reference["to"].split("'")[1]
                for key, reference in test["kwargs"]["references"].items()
            }
    return dict(sorted(found.items(), key=lambda fact: -len(fact[1])))


def star(references: Mapping[str, Mapping[str, str]]) -> str:
    """Draw facts between dimensions, and a line from each key to what it refers to, as SVG."""
    dimensions = sorted({name for keys in references.values() for name in keys.values()})
    half = (len(dimensions) + 1) // 2
    facts = _stacked([(fact, list(keys)) for fact, keys in references.items()], 380)
    height = facts[-1]["y"] + facts[-1]["height"] + BOX_GAP
    sides = [
        _stacked([(name, []) for name in names], x, height)
        for names, x in ((dimensions[:half], 10), (dimensions[half:], 750))
    ]
    places = {box["name"]: box for side in sides for box in side}
    lines = []
    for fact, color in zip(facts, COLORS, strict=False):
        fact["color"] = color
        for number, dimension in enumerate(references[fact["name"]].values()):
            box = places[dimension]
            is_left = box["x"] < fact["x"]
            start_x, end_x = (fact["x"], box["x"] + 220) if is_left else (fact["x"] + 220, box["x"])
            start_y = fact["y"] + 37 + number * ROW_HEIGHT
            end_y = box["y"] + box["height"] / 2
            middle = (start_x + end_x) / 2
            path = f"M{start_x} {start_y} C{middle} {start_y} {middle} {end_y} {end_x} {end_y}"
            lines.append({"path": path, "color": color})
    boxes = [*facts, *places.values()]
    return STAR.render(height=height, lines=lines, boxes=boxes, row_height=ROW_HEIGHT)


def _stacked(
    contents: Sequence[tuple[str, list[str]]], x: int, height: float | None = None
) -> list[dict[str, Any]]:
    """Return boxes one below the other, spread over the height, if one is given."""
    heights = [30 + len(columns) * ROW_HEIGHT for _, columns in contents]
    gap = BOX_GAP if height is None else (height - sum(heights)) / (len(heights) + 1)
    boxes = []
    y = gap
    for (name, columns), box_height in zip(contents, heights, strict=True):
        boxes.append(
            {"name": name, "columns": columns, "x": x, "y": round(y), "height": box_height}
            | {"color": "#8a8f98"}
        )
        y += box_height + gap
    return boxes


def _as_address(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


if __name__ == "__main__":
    main()
