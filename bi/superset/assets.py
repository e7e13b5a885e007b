"""The dashboards as Superset imports them: `superset/assets/`, a file an asset."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bi.dashboards import Chart, Dashboard, Dashboards, Dataset, Filter
from bi.datasets import Described, sql_of
from bi.power_bi.names import column_title
from bi.text import file_name, text_of
from warehouse.settings import CHECKOUT

ASSETS = CHECKOUT / "superset" / "assets"

_FORMATS = {"amount": ",.2f", "number": ",.4~f", "share": ".1%"}
"""How figures are written, in the words of d3."""

_WIDTH = 12
"""Columns of a dashboard."""

_HEIGHTS = {"number": 18, "lines": 80}
"""Heights of charts, in units of 8 pixels."""

_ALL_DAYS = "No filter"

_Asset = dict[str, Any]


def assets(dashboards: Dashboards, described: Described) -> dict[str, str]:
    """Return the files that Superset imports, by path.

    Args:
        dashboards: what to show.
        described: the columns and metrics of its data sets.
    """
    files: dict[str, _Asset] = {
        "metadata.yaml": {
            "version": "1.0.0",
            "type": "assets",
            "timestamp": "2026-01-01T00:00:00+00:00",
        },
        "databases/warehouse.yaml": _database(),
    }
    for name, dataset in dashboards.datasets.items():
        files[f"datasets/warehouse/{name}.yaml"] = _dataset(name, dataset, described)
    for slug, dashboard in dashboards.dashboards.items():
        for chart in dashboard.charts:
            dataset = dashboards.datasets[chart.dataset]
            path = f"charts/{slug}/{file_name(chart.title)}.yaml"
            files[path] = _chart(slug, chart, dataset, described)
        files[f"dashboards/{slug}.yaml"] = _dashboard(slug, dashboard, dashboards)
    return {path: text_of(asset) for path, asset in files.items()}


def _uuid(*names: str) -> str:
    """Return the number by which Superset knows a thing again."""
    return str(uuid5(NAMESPACE_URL, "/".join(("salesops", *names))))


def _database() -> _Asset:
    return {
        "database_name": "Sales warehouse",
        # Where it is, the machine that imports knows.
        "sqlalchemy_uri": "duckdb:///warehouse.published.duckdb",
        "expose_in_sqllab": True,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": _uuid("database"),
        "version": "1.0.0",
    }


def _dataset(name: str, dataset: Dataset, described: Described) -> _Asset:
    return {
        "table_name": dataset.model or name,
        "main_dttm_col": dataset.day or None,
        "description": described.description(dataset),
        "schema": "reports",
        "sql": None if dataset.model else sql_of(dataset),
        "filter_select_enabled": True,
        "uuid": _uuid("dataset", name),
        "metrics": [
            {
                "metric_name": metric.name,
                "verbose_name": metric.label,
                "expression": metric.expression,
                "description": metric.description or None,
                "d3format": _FORMATS[metric.format],
            }
            for metric in described.figures(dataset)
        ],
        "columns": [
            {
                "column_name": column.name,
                "verbose_name": column_title(column.name),
                "is_dttm": column.type in ("date", "timestamp"),
                "is_active": True,
                "type": column.type.upper(),
                "groupby": not column.type.startswith(("decimal", "timestamp")),
                "filterable": True,
                "description": column.description,
            }
            for column in described.columns(dataset)
        ],
        "version": "1.0.0",
        "database_uuid": _uuid("database"),
    }


def _chart(slug: str, chart: Chart, dataset: Dataset, described: Described) -> _Asset:
    formats = {each.name: _FORMATS[each.format] for each in described.figures(dataset)}
    kind, params = _KINDS[chart.kind](chart)
    filters: list[_Asset] = [
        {
            "clause": "WHERE",
            "expressionType": "SIMPLE",
            "subject": subject,
            "operator": "==",
            "comparator": value,
        }
        for subject, value in chart.where.items()
    ]
    if dataset.day:
        filters.append(
            {
                "clause": "WHERE",
                "expressionType": "SIMPLE",
                "subject": dataset.day,
                "operator": "TEMPORAL_RANGE",
                "comparator": _ALL_DAYS,
            }
        )
    if chart.metrics:
        params["y_axis_format"] = formats[chart.metrics[0]]
    if chart.kind == "line" and params["y_axis_format"] == _FORMATS["share"]:
        params["y_axis_bounds"] = [0, 1]
    if chart.kind == "table":
        # Bars of what adds up; those of a ratio say nothing.
        params["column_config"] = {
            metric: {"d3NumberFormat": formats[metric], "showCellBars": metric == chart.metrics[0]}
            for metric in chart.metrics
        }
    return {
        "slice_name": chart.title,
        "description": chart.description or None,
        "viz_type": kind,
        "params": {"viz_type": kind, "adhoc_filters": filters, **params},
        "uuid": _uuid("chart", slug, chart.title),
        "version": "1.0.0",
        "dataset_uuid": _uuid("dataset", chart.dataset),
    }


def _number(chart: Chart) -> tuple[str, _Asset]:
    return "big_number_total", {"metric": chart.metrics[0], "header_font_size": 0.4}


def _table(chart: Chart) -> tuple[str, _Asset]:
    return "table", {
        "query_mode": "aggregate",
        "groupby": list(chart.by),
        "metrics": list(chart.metrics),
        "timeseries_limit_metric": chart.metrics[0],
        "order_desc": True,
        "row_limit": 1000,
        "show_cell_bars": True,
        "table_timestamp_format": "%Y-%m-%d",
    }


def _lines(chart: Chart) -> tuple[str, _Asset]:
    return "table", {
        "query_mode": "raw",
        "all_columns": list(chart.columns),
        "order_by_cols": [json.dumps([column, ascends]) for column, ascends in chart.order.items()],
        "row_limit": 100_000,
        "server_pagination": True,
        "server_page_length": 20,
        "show_cell_bars": False,
        "table_timestamp_format": "%Y-%m-%d",
    }


def _bars(chart: Chart) -> tuple[str, _Asset]:
    return "echarts_timeseries_bar", {
        "x_axis": chart.by[0],
        "metrics": list(chart.metrics),
        "groupby": list(chart.by[1:]),
        "orientation": "horizontal",
        "x_axis_sort": chart.metrics[0],
        "x_axis_sort_asc": True,
        "row_limit": 50,
        "show_legend": len(chart.metrics) > 1,
        "show_value": True,
        "rich_tooltip": True,
    }


def _time(chart: Chart) -> tuple[str, _Asset]:
    return (
        "echarts_timeseries_bar",
        {
            "x_axis": chart.by[0],
            "time_grain_sqla": "P1D",  # the column holds first days of months or weeks as it is
            "metrics": list(chart.metrics),
            "groupby": list(chart.by[1:]),
            "row_limit": 1000,
            "show_legend": len(chart.metrics) > 1,
            "rich_tooltip": True,
            "x_axis_time_format": "%Y-%m",
            "tooltipTimeFormat": "%Y-%m",
        },
    )


def _line(chart: Chart) -> tuple[str, _Asset]:
    return "echarts_timeseries_line", {
        "x_axis": chart.by[0],
        "metrics": list(chart.metrics),
        "groupby": list(chart.by[1:]),
        "row_limit": 1000,
        "show_legend": False,
        "rich_tooltip": True,
        "x_axis_sort_asc": True,
    }


def _grid(chart: Chart) -> tuple[str, _Asset]:
    return "heatmap_v2", {
        "x_axis": chart.by[1],
        "groupby": chart.by[0],
        "metric": chart.metrics[0],
        "sort_x_axis": "alpha_asc",
        "sort_y_axis": "alpha_desc",
        "normalize_across": "heatmap",
        "linear_color_scheme": "schemeBlues",
        "left_margin": 80,
        "legend_type": "continuous",
        "show_legend": False,
        "show_percentage": False,
        "show_values": True,
        "row_limit": 5000,
    }


_KINDS = {
    "number": _number,
    "table": _table,
    "lines": _lines,
    "bars": _bars,
    "time": _time,
    "line": _line,
    "grid": _grid,
}


def _dashboard(slug: str, dashboard: Dashboard, dashboards: Dashboards) -> _Asset:
    # Within this file; the import gives charts numbers of its own.
    numbers = {chart.title: number for number, chart in enumerate(dashboard.charts, start=1)}
    return {
        "dashboard_title": dashboard.title,
        "description": dashboard.description,
        "slug": slug,
        "published": True,
        "uuid": _uuid("dashboard", slug),
        "position": _position(slug, dashboard, numbers),
        "metadata": {
            "cross_filters_enabled": True,
            "native_filter_configuration": [
                _native_filter(name, dashboard, dashboards, numbers) for name in dashboard.filters
            ],
            "chart_configuration": {},
            "global_chart_configuration": {
                "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
                "chartsInScope": [],
            },
            "color_scheme": "supersetColors",
            "refresh_frequency": 0,
        },
        "version": "1.0.0",
    }


def _position(slug: str, dashboard: Dashboard, numbers: Mapping[str, int]) -> _Asset:
    """Return where each chart stands; charts of one row are equally wide."""
    position: _Asset = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": dashboard.title}},
        "GRID_ID": {
            "type": "GRID",
            "id": "GRID_ID",
            "parents": ["ROOT_ID"],
            "children": [f"ROW-{index}" for index, _ in enumerate(dashboard.rows)],
        },
    }
    for index, row in enumerate(dashboard.rows):
        parents = ["ROOT_ID", "GRID_ID"]
        position[f"ROW-{index}"] = {
            "type": "ROW",
            "id": f"ROW-{index}",
            "parents": parents,
            "children": [f"CHART-{numbers[chart.title]}" for chart in row],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for chart in row:
            key = f"CHART-{numbers[chart.title]}"
            position[key] = {
                "type": "CHART",
                "id": key,
                "parents": [*parents, f"ROW-{index}"],
                "children": [],
                "meta": {
                    "chartId": numbers[chart.title],
                    "uuid": _uuid("chart", slug, chart.title),
                    "sliceName": chart.title,
                    "width": chart.width or _WIDTH // len(row),
                    "height": chart.height or _HEIGHTS.get(chart.kind, 48),
                },
            }
    return position


def _native_filter(
    name: str, dashboard: Dashboard, dashboards: Dashboards, numbers: Mapping[str, int]
) -> _Asset:
    chosen = dashboards.filters[name]
    excluded = [
        numbers[chart.title]
        for chart in dashboard.charts
        if name not in dashboards.datasets[chart.dataset].filters or name in chart.unfiltered_by
    ]
    below = chosen.below if chosen.below in dashboard.filters else ""
    return {
        "id": f"NATIVE_FILTER-{name}",
        "type": "NATIVE_FILTER",
        "name": chosen.label,
        "description": "",
        "filterType": "filter_time" if chosen.kind == "days" else "filter_select",
        "targets": [_target(chosen, dashboards)],
        "controlValues": _controls(chosen),
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "cascadeParentIds": [f"NATIVE_FILTER-{below}"] if below else [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": excluded},
    }


def _target(chosen: Filter, dashboards: Dashboards) -> _Asset:
    if chosen.kind == "days":
        return {}
    of = next(iter(dashboards.datasets))
    return {"datasetUuid": _uuid("dataset", of), "column": {"name": chosen.column}}


def _controls(chosen: Filter) -> _Asset:
    if chosen.kind == "days":
        return {"enableEmptyFilter": False}
    return {
        "enableEmptyFilter": chosen.kind == "one",
        "defaultToFirstItem": chosen.kind == "one",
        "multiSelect": chosen.kind == "many",
        "sortAscending": not chosen.newest_first,
        "searchAllOptions": False,
        "inverseSelection": False,
    }
