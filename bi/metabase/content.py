"""What Metabase is to have, as text: `metabase/`, a file a question, dashboard or table.

The files are what its API takes, but that tables, fields, questions and dashboards have names
there, and numbers in Metabase.
"""

import json
from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot import exp

from bi.dashboards import Chart, Dashboard, Dashboards, Dataset, Filter
from bi.datasets import Described, sql_of
from bi.manifest import TOO_WIDE, Words
from bi.metrics import Reference, references
from bi.power_bi.names import column_title
from bi.text import file_name, read, text_of
from warehouse.settings import CHECKOUT

CONTENT = CHECKOUT / "metabase"

SCHEMAS = ("marts", "reports")

CHOICES = {
    "currency": "reports.rpt_weekly_region_store.currency",
    "days": "marts.dim_date.full_date",
    "week": "reports.rpt_weekly_region_store.iso_week",
    "region": "reports.rpt_weekly_region_store.region",
    "city": "reports.rpt_weekly_region_store.city",
    "store": "reports.rpt_weekly_region_store.store_name",
    "category": "marts.dim_product.category",
    "segment": "marts.dim_customer.customer_segment",
}
"""The columns whose values people choose from, by filter; Metabase fills in conditions on them."""

_GRID = 24
"""Columns of a dashboard; those of `dashboards.yml` are half as many."""

_ROW = 50
"""Pixels of a row of a dashboard; heights of `dashboards.yml` are in units of 8."""

_HEIGHTS = {"number": 18, "lines": 80}

_FORMATS = {
    "amount": {"number_style": "decimal", "decimals": 2},
    "number": {},
    "share": {"number_style": "percent", "decimals": 1},
}

_Part = dict[str, Any]


def content(
    dashboards: Dashboards, described: Described, manifest: Mapping[str, Any]
) -> dict[str, str]:
    """Return the files by their paths in `metabase/`.

    Args:
        dashboards: what to show.
        described: the columns and metrics of its data sets.
        manifest: dbt's, as JSON has it.
    """
    files: dict[str, _Part] = {
        "filters.yaml": {
            name: _filter(name, chosen) for name, chosen in dashboards.filters.items()
        },
        **_tables(manifest),
    }
    for slug, dashboard in dashboards.dashboards.items():
        for chart in dashboard.charts:
            dataset = dashboards.datasets[chart.dataset]
            question = _question(chart, dashboard, dataset, dashboards, described)
            files[f"questions/{slug}/{file_name(chart.title)}.yaml"] = question
        files[f"dashboards/{slug}.yaml"] = _dashboard(dashboard, dashboards)
    return {path: text_of(part) for path, part in files.items()}


def read_content() -> dict[str, _Part]:
    """Return what the files hold, by their paths in `metabase/`."""
    return {
        path.relative_to(CONTENT).as_posix(): read(path.read_text(encoding="utf-8"))
        for path in sorted(CONTENT.rglob("*.yaml"))
    }


# ------------------------------------------------------------------------------- filters


def _filter(name: str, chosen: Filter) -> _Part:
    is_days = chosen.kind == "days"
    return {
        "name": chosen.label,
        "type": "date/all-options" if is_days else "string/=",
        "sectionId": "date" if is_days else "string",
        "isMultiSelect": chosen.kind == "many",
        "field": CHOICES[name],
        "below": chosen.below or None,
    }


def _filters(chart: Chart, dashboard: Dashboard, dashboards: Dashboards) -> list[str]:
    """Return the filters of a dashboard that act on a chart of it."""
    acting = dashboards.datasets[chart.dataset].filters
    return [
        name for name in dashboard.filters if name in acting and name not in chart.unfiltered_by
    ]


# ----------------------------------------------------------------------------- questions


def _question(
    chart: Chart,
    dashboard: Dashboard,
    dataset: Dataset,
    dashboards: Dashboards,
    described: Described,
) -> _Part:
    filters = _filters(chart, dashboard, dashboards)
    columns = {name: dashboards.filters[name].column or dataset.day for name in filters}
    figures = {figure.name: figure for figure in described.figures(dataset)}
    display, settings = _display(chart)
    settings["column_settings"] = {
        **{_named(name): {"column_title": column_title(name)} for name in chart.by + chart.columns},
        **{
            _named(name): {"column_title": figures[name].label, **_FORMATS[figures[name].format]}
            for name in chart.metrics
        },
    }
    metrics = {name: figures[name].expression for name in chart.metrics}
    return {
        "name": chart.title,
        "description": chart.description or _description(chart, described, dataset) or None,
        "display": display,
        "sql": _sql(chart, dataset, metrics, columns),
        "filters": filters,
        "visualization_settings": settings,
    }


def _description(chart: Chart, described: Described, dataset: Dataset) -> str:
    """Return what the figure is, of a chart that shows one; else nothing, the title says it."""
    if chart.kind != "number":
        return ""
    return next(f.description for f in described.figures(dataset) if f.name == chart.metrics[0])


def _sql(
    chart: Chart, dataset: Dataset, metrics: Mapping[str, str], filtered: Mapping[str, str]
) -> str:
    """Return the query, with a condition in double brackets for each filter, if one is chosen.

    A filter is looked up in the table that its values are chosen from, as Metabase names that table
    in the condition that it fills in.
    """
    figures = [f"{_pretty(text)} as {name}" for name, text in metrics.items()]
    shown = [*chart.by, *chart.columns, *figures]
    if dataset.model:
        rows = [f"from reports.{dataset.model}"]
    else:
        inner = [f"    {line}" for line in sql_of(dataset).splitlines()]
        rows = ["from (", *inner, ") as sales_lines"]
    lines = [
        "select",
        *(f"    {part}," for part in shown[:-1]),
        f"    {shown[-1]}",
        *rows,
        "where",
        "    true",
        *(f"    and {name} = {exp.Literal.string(v).sql()}" for name, v in chart.where.items()),
    ]
    for name, column in filtered.items():
        table, _, chosen_from = CHOICES[name].rpartition(".")
        among = f"select {chosen_from} from {table} where {{{{{name}}}}}"
        lines.append(f"    [[and {column} in ({among})]]")
    if chart.by:
        lines.append(f"group by {', '.join(chart.by)}")
    order = _order(chart)
    if order:
        lines.append(f"order by {', '.join(order)}")
    return "\n".join(lines)


def _pretty(expression: str) -> str:
    """Return an expression on several lines, if it is long, further in than `select`."""
    lines = sqlglot.parse_one(expression).sql(pretty=True).splitlines()
    return "\n    ".join(lines)


def _order(chart: Chart) -> list[str]:
    if chart.kind in ("table", "bars"):
        return [f"{chart.metrics[0]} desc nulls last", *chart.by]
    return [
        *chart.by,
        *(name if ascends else f"{name} desc" for name, ascends in chart.order.items()),
    ]


def _display(chart: Chart) -> tuple[str, _Part]:
    graph = {"graph.dimensions": list(chart.by), "graph.metrics": list(chart.metrics)}
    if chart.kind == "number":
        return "scalar", {"scalar.field": chart.metrics[0]}
    if chart.kind == "bars":
        return "row", graph | {"graph.show_values": True}
    if chart.kind == "time":
        return "bar", graph
    if chart.kind == "line":
        return "line", graph
    if chart.kind == "grid":
        return "table", {
            "table.pivot": True,
            "table.pivot_column": chart.by[1],
            "table.cell_column": chart.metrics[0],
        }
    return "table", {"table.pivot": False}


def _named(column: str) -> str:
    """Return how settings name a column."""
    return json.dumps(["name", column], separators=(",", ":"))


# ---------------------------------------------------------------------------- dashboards


def _dashboard(dashboard: Dashboard, dashboards: Dashboards) -> _Part:
    cards = []
    top = 0
    for row in dashboard.rows:
        left = 0
        heights = [
            round((chart.height or _HEIGHTS.get(chart.kind, 48)) * 8 / _ROW) for chart in row
        ]
        for chart, height in zip(row, heights, strict=True):
            width = (chart.width * 2) or _GRID // len(row)
            cards.append(
                {
                    "question": chart.title,
                    "row": top,
                    "col": left,
                    "size_x": width,
                    "size_y": height,
                    "visualization_settings": _clicks(chart, dashboard, dashboards),
                }
            )
            left += width
        top += max(heights)
    return {
        "name": dashboard.title,
        "description": dashboard.description,
        "filters": list(dashboard.filters),
        "cards": cards,
    }


def _clicks(chart: Chart, dashboard: Dashboard, dashboards: Dashboards) -> _Part:
    """Return what a click does: on a member, filter by it; on its figure, lead to its lines."""
    filtering = {
        dashboards.filters[name].column: name
        for name in _filters(chart, dashboard, dashboards)
        if dashboards.filters[name].column in chart.by
    }
    if not filtering or chart.kind not in ("table", "bars"):
        return {}
    by_member = {
        column: {"type": "crossfilter", "parameterMapping": _passed({column: name})}
        for column, name in filtering.items()
    }
    if chart.kind == "bars":
        return {"click_behavior": by_member[chart.by[0]]}
    clicks = dict(by_member)
    slug, target = next(
        (slug, found)
        for slug, found in dashboards.dashboards.items()
        if any(other.kind == "lines" for other in found.charts)
    )
    if target is not dashboard:
        clicks[chart.metrics[0]] = {
            "type": "link",
            "linkType": "dashboard",
            "targetId": slug,
            "parameterMapping": {
                **{
                    name: _mapping(name, "parameter", name, dashboards.filters[name].label)
                    for name in dashboard.filters
                    if name in target.filters
                },
                **_passed(filtering),
            },
        }
    settings = {_named(column): {"click_behavior": click} for column, click in clicks.items()}
    return {"column_settings": settings}


def _passed(filtering: Mapping[str, str]) -> _Part:
    """Return a mapping from the clicked row's columns to filters."""
    return {name: _mapping(name, "column", column, column) for column, name in filtering.items()}


def _mapping(to: str, kind: str, source: str, label: str) -> _Part:
    return {
        "id": to,
        "source": {"type": kind, "id": source, "name": label},
        "target": {"type": "parameter", "id": to},
    }


# -------------------------------------------------------------------------------- tables


def _tables(manifest: Mapping[str, Any]) -> dict[str, _Part]:
    """Return the words of the published tables, what columns mean and what they refer to."""
    words = Words(manifest)
    keys = [found for found in references(manifest) if found.to_column.endswith("_key")]
    schema_of = {
        node["name"]: node["config"]["schema"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["config"]["schema"] in SCHEMAS
        and node["config"]["materialized"] in ("table", "incremental")
    }
    return {
        f"tables/{schema_of[name]}/{name}.yaml": {
            "description": words.description(name),
            "columns": {
                column.name: {
                    "description": column.description,
                    **_meaning(f"{schema_of[name]}.{name}", column.name, keys, schema_of),
                }
                for column in words.columns(name)
            },
        }
        for name in sorted(schema_of)
    }


def _meaning(table: str, column: str, keys: list[Reference], schema_of: Mapping[str, str]) -> _Part:
    """Return what Metabase calls the semantic type of a column, and what goes with it."""
    name = table.partition(".")[2]
    for key in keys:
        if (key.table, key.column) == (name, column):
            to = f"{schema_of[key.to_table]}.{key.to_table}.{key.to_column}"
            return {"semantic_type": "type/FK", "refers_to": to}
        if (key.to_table, key.to_column) == (name, column):
            return {"semantic_type": "type/PK"}
    if column in TOO_WIDE:
        return {"visibility_type": "details-only"}
    is_chosen_from = f"{table}.{column}" in CHOICES.values()
    listed = {"has_field_values": "list"} if is_chosen_from and column != "full_date" else {}
    if column in ("city", "country"):
        return {"semantic_type": f"type/{column.title()}", **listed}
    if column.endswith("_share"):
        return {"semantic_type": "type/Percentage"}
    if column.endswith("_name"):
        return {"semantic_type": "type/Name", **listed}
    if listed:
        return {"semantic_type": "type/Category", **listed}
    return {}
