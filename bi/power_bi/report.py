"""The report, as PBIR: pages of slicers, cards, charts and tables."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bi.metrics import Metric
from bi.power_bi.names import CURRENCY, METRICS, column_title

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/report"

WIDTH, HEIGHT, GAP = 1280, 720, 16

AGGREGATES = {"sum": (0, "Sum"), "count": (2, "Count")}
"""How Power BI names what is done to a column; it counts each value once."""


@dataclass(frozen=True)
class Visual:
    """One thing on a page.

    Attributes:
        kind: what Power BI calls it.
        title: what stands above it.
        roles: what it shows, by role: metrics by name, columns as `model.column`, or these added up
            or counted (`sum(model.column)`).
        order: by which of them it is sorted; `-` before it is from the largest to the smallest.
    """

    kind: str
    title: str
    roles: Mapping[str, tuple[str, ...]]
    order: str = ""
    objects: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page: cards, and rows of visuals below them."""

    name: str
    title: str
    cards: tuple[str, ...]
    rows: tuple[tuple[Visual, ...], ...]


def _literal(value: str) -> dict[str, Any]:
    return {"expr": {"Literal": {"Value": value}}}


def _slicer(title: str, *columns: str, mode: str = "Dropdown", one: bool = False) -> Visual:
    objects: dict[str, Any] = {"data": [{"properties": {"mode": _literal(f"'{mode}'")}}]}
    if one:
        objects["selection"] = [{"properties": {"strictSingleSelect": _literal("true")}}]
    return Visual("slicer", title, {"Values": columns}, objects=objects)


SLICERS = (
    _slicer("Days", "dim_date.full_date", mode="Between"),
    _slicer("Currency", f"{CURRENCY}.currency", one=True),
    _slicer("Region, city, store", "dim_region.region", "dim_store.city", "dim_store.store_name"),
    _slicer("Category", "dim_product.category"),
    _slicer("Segment", "dim_customer.customer_segment"),
)

PAGES = (
    Page(
        "sales_overview",
        "Sales overview",
        ("revenue", "orders", "average_order_value", "units", "margin"),
        (
            (
                Visual(
                    "clusteredColumnChart",
                    "Revenue by month",
                    {"Category": ("dim_date.calendar_month",), "Y": ("revenue",)},
                    order="dim_date.calendar_month",
                ),
                Visual(
                    "clusteredBarChart",
                    "Revenue by category",
                    {"Category": ("dim_product.category",), "Y": ("revenue",)},
                    order="-revenue",
                ),
            ),
            (
                Visual(
                    "lineChart",
                    "Revenue by week",
                    {"Category": ("dim_date.iso_week",), "Y": ("revenue",)},
                    order="dim_date.iso_week",
                ),
                Visual(
                    "pivotTable",
                    "Against target",
                    {
                        "Rows": ("rpt_target_attainment.calendar_month",),
                        "Columns": ("rpt_target_attainment.member_kind",),
                        "Values": ("target", "target_revenue", "attainment"),
                    },
                ),
                Visual(
                    "pivotTable",
                    "Regions, cities, stores",
                    {
                        "Rows": ("dim_region.region", "dim_store.city", "dim_store.store_name"),
                        "Values": ("revenue", "orders", "average_order_value"),
                    },
                ),
            ),
        ),
    ),
    Page(
        "customers",
        "Customers",
        ("customers", "new_customers", "revenue", "average_order_value"),
        (
            (
                Visual(
                    "clusteredBarChart",
                    "Customers by RFM segment, of all days",
                    {
                        "Category": ("rpt_customer_rfm.rfm_segment",),
                        "Y": ("count(rpt_customer_rfm.customer_durable_key)",),
                    },
                    order="-count(rpt_customer_rfm.customer_durable_key)",
                ),
                Visual(
                    "clusteredColumnChart",
                    "Customers by status, of all days",
                    {
                        "Category": ("rpt_customer_value.customer_status",),
                        "Y": ("count(rpt_customer_value.customer_durable_key)",),
                    },
                    order="-count(rpt_customer_value.customer_durable_key)",
                ),
                Visual(
                    "clusteredBarChart",
                    "Revenue by segment",
                    {"Category": ("dim_customer.customer_segment",), "Y": ("revenue",)},
                    order="-revenue",
                ),
            ),
            (
                Visual(
                    "tableEx",
                    "Top customers",
                    {
                        "Values": (
                            *("dim_customer.customer_name", "revenue", "orders"),
                            *("average_order_value", "margin"),
                        ),
                    },
                    order="-revenue",
                ),
                Visual(
                    "pivotTable",
                    "New customers who buy again: share by months since, of all days",
                    {
                        "Rows": ("rpt_cohort_retention.cohort_month",),
                        "Columns": ("rpt_cohort_retention.months_since",),
                        "Values": ("sum(rpt_cohort_retention.retention_share)",),
                    },
                ),
            ),
        ),
    ),
    Page(
        "products",
        "Products",
        ("revenue", "units", "discount_amount", "profit", "margin", "returns"),
        (
            (
                Visual(
                    "tableEx",
                    "Categories",
                    {"Values": ("dim_product.category", "revenue", "units", "profit", "margin")},
                    order="-revenue",
                ),
                Visual(
                    "pivotTable",
                    "Products by tier and price, of all days",
                    {
                        "Rows": ("rpt_product_performance.performance_tier",),
                        "Columns": ("rpt_product_performance.price_tier",),
                        "Values": ("count(rpt_product_performance.product_key)",),
                    },
                ),
            ),
            (
                Visual(
                    "lineClusteredColumnComboChart",
                    "Pareto: revenue and its cumulative share, of all days",
                    {
                        "Category": ("rpt_product_pareto.product_name",),
                        "Y": ("sum(rpt_product_pareto.revenue)",),
                        "Y2": ("sum(rpt_product_pareto.cumulative_revenue_share)",),
                    },
                    order="-sum(rpt_product_pareto.revenue)",
                ),
                Visual(
                    "tableEx",
                    "Ranking, of all days",
                    {
                        "Values": tuple(
                            f"rpt_product_pareto.{name}"
                            for name in (
                                *("product_rank", "product_name", "category", "revenue"),
                                *("revenue_share", "cumulative_revenue_share", "abc_class"),
                            )
                        ),
                    },
                    order="rpt_product_pareto.product_rank",
                ),
            ),
        ),
    ),
    Page(
        "lines",
        "Lines",
        ("lines", "revenue", "units", "orders"),
        (
            (
                Visual(
                    "tableEx",
                    "Sales lines, with the file, the sheet and the row that each came from",
                    {
                        "Values": (
                            *("fact_sales_line.sold_at", "fact_sales_line.order_id"),
                            *("dim_product.product_name", "dim_customer.customer_name"),
                            *("dim_store.store_name", "dim_seller.seller_name"),
                            *("fact_sales_line.units", "fact_sales_line.revenue"),
                            *("fact_sales_line.source_file", "fact_sales_line.source_sheet"),
                            "fact_sales_line.source_row_number",
                        ),
                    },
                    order="-fact_sales_line.sold_at",
                ),
            ),
        ),
    ),
)

REPORTS = tuple(
    sorted(
        {
            model
            for page in PAGES
            for row in page.rows
            for visual in row
            for fields in visual.roles.values()
            for model in re.findall(r"(rpt_\w+)\.", " ".join(fields))
        }
        - {"rpt_target_attainment"}
    )
)
"""The report tables on the pages, beside those that metrics are made of."""


def report(metrics: Mapping[str, Metric], titles: Mapping[str, str]) -> dict[str, str]:
    """Return the files of the report's definition, by their paths in its folder.

    Args:
        metrics: all metrics by name.
        titles: what tables are called, by their models.
    """
    names = [page.name for page in PAGES]
    files: dict[str, Any] = {
        "version.json": {"$schema": _schema("versionMetadata/1.0.0"), "version": "2.0.0"},
        "report.json": {
            "$schema": _schema("report/3.0.0"),
            # None: that of Power BI, or of the organisation.
            "themeCollection": {},
            "settings": {
                "useStylableVisualContainerHeader": True,
                "defaultDrillFilterOtherVisuals": True,
                "useEnhancedTooltips": True,
            },
        },
        "pages/pages.json": {
            "$schema": _schema("pagesMetadata/1.0.0"),
            "pageOrder": names,
            "activePageName": names[0],
        },
    }
    fields = Fields(metrics, {**titles, CURRENCY: CURRENCY})
    for page in PAGES:
        files[f"pages/{page.name}/page.json"] = {
            "$schema": _schema("page/2.0.0"),
            "name": page.name,
            "displayName": page.title,
            "displayOption": "FitToPage",
            "height": HEIGHT,
            "width": WIDTH,
        }
        for visual in _visuals(page, fields):
            files[f"pages/{page.name}/visuals/{visual['name']}/visual.json"] = visual
    return {path: json.dumps(content, indent=2) + "\n" for path, content in files.items()}


@dataclass(frozen=True)
class Fields:
    """What visuals show, as PBIR names it."""

    metrics: Mapping[str, Metric]
    titles: Mapping[str, str]

    def projection(self, said: str) -> dict[str, Any]:
        """Return a field of a visual, with the name that it has there."""
        found = self.field(said)
        if "Aggregation" in found:
            inner = self.projection(_inner(said))
            _, word = AGGREGATES[said.partition("(")[0]]
            return {
                "field": found,
                "queryRef": f"{word}({inner['queryRef']})",
                "nativeQueryRef": f"{word} of {inner['nativeQueryRef']}",
                # What is counted are keys, whose names say nothing; the title says of whom.
                "displayName": "Number" if word == "Count" else inner["nativeQueryRef"],
            }
        (part,) = found.values()
        table, name = part["Expression"]["SourceRef"]["Entity"], part["Property"]
        return {"field": found, "queryRef": f"{table}.{name}", "nativeQueryRef": name}

    def field(self, said: str) -> dict[str, Any]:
        """Return a metric, a column, or what is made of a column."""
        if "(" in said:
            function, _ = AGGREGATES[said.partition("(")[0]]
            return {"Aggregation": {"Expression": self.field(_inner(said)), "Function": function}}
        model, _, column = said.rpartition(".")
        if not model:
            return _of("Measure", METRICS, self.metrics[said].label)
        return _of("Column", self.titles[model], column_title(column))


def _visuals(page: Page, fields: Fields) -> Iterator[dict[str, Any]]:
    """Lay out a page: slicers, cards, and the rows that share what is left."""
    top, order = GAP, 0
    cards = Visual("cardVisual", "", {"Data": page.cards})
    slicer_height, card_height = 72, 88
    top_rows = slicer_height + card_height + 2 * GAP
    for row, height in (
        (SLICERS, slicer_height),
        ((cards,), card_height),
        *((row, (HEIGHT - top_rows - GAP) // len(page.rows) - GAP) for row in page.rows),
    ):
        width = (WIDTH - GAP * (len(row) + 1)) // len(row)
        for place, visual in enumerate(row):
            name = re.sub(r"\W+", "_", visual.title.partition(",")[0].lower()) or "figures"
            position = {
                "x": GAP + place * (width + GAP),
                "y": top,
                "z": order,
                "height": height,
                "width": width,
                "tabOrder": order,
            }
            yield _visual(f"{visual.kind.lower()}_{name}"[:50], visual, position, fields)
            order += 1
        top += height + GAP


def _visual(
    name: str, visual: Visual, position: Mapping[str, int], fields: Fields
) -> dict[str, Any]:
    roles = {
        role: {"projections": [fields.projection(said) for said in shown]}
        for role, shown in visual.roles.items()
    }
    # Of several columns, the first is what one sees before drilling down.
    for role in ("Category", "Rows", "Columns") if visual.kind != "tableEx" else ():
        for place, projection in enumerate(roles.get(role, {}).get("projections", ())):
            projection["active"] = visual.kind == "pivotTable" or place == 0
    if visual.kind == "slicer":
        for projection in roles["Values"]["projections"]:
            projection["active"] = True
    query: dict[str, Any] = {"queryState": roles}
    if visual.order:
        said = visual.order.removeprefix("-")
        direction = "Descending" if visual.order.startswith("-") else "Ascending"
        query["sortDefinition"] = {
            "sort": [{"field": fields.field(said), "direction": direction}],
            "isDefaultSort": False,
        }
    shown: dict[str, Any] = {"visualType": visual.kind, "query": query}
    if visual.objects:
        shown["objects"] = visual.objects
    title: dict[str, Any] = {"show": _literal("false")}
    if visual.title:
        text = visual.title.replace("'", "''")
        title = {"show": _literal("true"), "text": _literal(f"'{text}'")}
    shown["visualContainerObjects"] = {"title": [{"properties": title}]}
    if visual.kind == "slicer":
        # What is chosen on one page holds on all.
        group = {"groupName": visual.title, "fieldChanges": True, "filterChanges": True}
        shown["syncGroup"] = group
    shown["drillFilterOtherVisuals"] = True
    return {
        "$schema": _schema("visualContainer/2.0.0"),
        "name": name,
        "position": position,
        "visual": shown,
    }


def _of(kind: str, table: str, name: str) -> dict[str, Any]:
    return {kind: {"Expression": {"SourceRef": {"Entity": table}}, "Property": name}}


def _inner(said: str) -> str:
    return said.partition("(")[2].removesuffix(")")


def _schema(name: str) -> str:
    return f"{SCHEMAS}/definition/{name}/schema.json"
