"""The semantic model, as TMDL: tables, relations, measures and where the rows come from."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bi.manifest import TOO_WIDE
from bi.metrics import Metric, Reference, metrics, references
from bi.power_bi.dax import dax
from bi.power_bi.names import CURRENCY, METRICS, column_title, quoted, tag

TYPES = {
    "text": ("string", "type text"),
    "bigint": ("int64", "Int64.Type"),
    "integer": ("int64", "Int64.Type"),
    "boolean": ("boolean", "type logical"),
    "date": ("dateTime", "type date"),
    "timestamp": ("dateTime", "type datetime"),
    "decimal": ("decimal", "Currency.Type"),
    "double": ("double", "type number"),
}
"""Types of the warehouse in TMDL and in Power Query."""

CALENDAR = (
    "Keys = "
    '{List.Min(Published("marts", "fact_sales_line")[sale_date_key]), '
    'List.Max(Published("marts", "fact_sales_line")[sale_date_key]), '
    'List.Min(Published("marts", "fact_sales_target")[month_date_key]), '
    'List.Max(Published("marts", "fact_sales_target")[month_date_key])}',
    "Years = List.Transform(List.RemoveNulls(Keys), each Number.IntegerDivide(_, 10000))",
    "Days = Table.SelectRows(Columns, each [date_key] > 0 "
    "and [calendar_year] >= List.Min(Years, 0) and List.Max(Years, 9999) >= [calendar_year])",
)
"""The whole years of sales and targets; a date table has no row without a date."""

SORTED_BY = {"month_name": "month_of_year", "weekday_name": "day_of_week"}

FORMATS = {"amount": "#,0.00", "number": "#,0", "share": "0.0%"}

EXPRESSIONS = Path(__file__).with_name("expressions.tmdl")
"""What is the same whatever the manifest says: the parameters, and how a table is read."""


def model(manifest: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, str]:
    """Return the files of the model's definition, by their paths in its folder.

    Args:
        manifest: dbt's, as JSON has it.
        titles: what tables are called, by their models.
    """
    nodes = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["name"] in titles
    }
    related = _relations(manifest, nodes)
    tables = {METRICS: _metrics(metrics(manifest), titles), CURRENCY: _currencies()}
    for name, node in nodes.items():
        referring = {reference.column for reference in related if reference.table == name}
        tables[titles[name]] = _table(node, titles[name], referring)
    order = [METRICS, CURRENCY, *sorted(titles[name] for name in nodes)]
    return {
        "database.tmdl": "database\n\tcompatibilityLevel: 1601\n",
        "model.tmdl": _model(order),
        "expressions.tmdl": EXPRESSIONS.read_text(encoding="utf-8"),
        "relationships.tmdl": _relationships(related, {**titles, CURRENCY: CURRENCY}),
        **{f"tables/{title}.tmdl": text for title, text in tables.items()},
    }


def _relations(manifest: Mapping[str, Any], nodes: Mapping[str, Any]) -> list[Reference]:
    """Return what refers to what: as the metrics have it, and the reports by the same columns."""
    found = references(manifest)
    star = {reference.table for reference in found} | {reference.to_table for reference in found}
    for name, node in nodes.items():
        if name not in star:
            if "product_key" in node["columns"]:
                found.append(Reference(name, "product_key", "dim_product", "product_key"))
            if "customer_durable_key" in node["columns"]:
                key = "customer_durable_key"
                found.append(Reference(name, key, "dim_customer", key))
        if "currency" in node["columns"]:
            found.append(Reference(name, "currency", CURRENCY, "currency"))
    return found


def _relationships(related: list[Reference], titles: Mapping[str, str]) -> str:
    parts = []
    for reference in sorted(related, key=lambda found: (found.table, found.column)):
        ends = [
            f"{_name(titles[table])}.{_name(column_title(column))}"
            for table, column in (
                (reference.table, reference.column),
                (reference.to_table, reference.to_column),
            )
        ]
        lines = [f"relationship {tag('relationship', *ends)}"]
        if reference.to_column == "customer_durable_key":
            # A customer has several versions; those that are chosen choose the customer.
            lines.append("\ttoCardinality: many")
        lines += [f"\tfromColumn: {ends[0]}", f"\ttoColumn: {ends[1]}"]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _model(tables: list[str]) -> str:
    names = ", ".join(
        f'"{name}"'
        for name in ("Warehouse", "Server", "Database", "ParquetFolder", "Published", *tables)
    )
    refs = "\n".join(f"ref table {_name(table)}" for table in tables)
    return (
        "model Model\n"
        "\tculture: en-US\n"
        "\tdefaultPowerBIDataSourceVersion: powerBI_V3\n"
        "\tsourceQueryCulture: en-US\n"
        "\tdataAccessOptions\n"
        "\t\tlegacyRedirects\n"
        "\t\treturnErrorValuesAsNull\n\n"
        "annotation __PBI_TimeIntelligenceEnabled = 0\n\n"
        f"annotation PBI_QueryOrder = [{names}]\n\n"
        f"{refs}\n"
    )


def _metrics(known: Mapping[str, Metric], titles: Mapping[str, str]) -> str:
    """Return the table of the measures, which has no rows."""
    lines = [f"table {METRICS}", f"\tlineageTag: {tag('table', METRICS)}", ""]
    for name, metric in known.items():
        lines += [
            *_described(metric.description, 1),
            f"\tmeasure {_name(metric.label)} = {dax(name, known, titles)}",
            f"\t\tformatString: {FORMATS[metric.format]}",
            *(["\t\tisHidden"] if metric.is_helper else []),
            f"\t\tdisplayFolder: {metric.folder or 'Helpers'}",
            f"\t\tlineageTag: {tag('measure', name)}",
            "",
        ]
    column = _column(METRICS, "metric", "text", "", is_hidden=True)
    source = "Source = #table(type table [metric = text], {})"
    return "\n".join([*lines, *column, *_partition(METRICS, [source])])


def _currencies() -> str:
    """Return the table of the currencies: one choice for all that has amounts."""
    words = "Currencies of the sales. Amounts of two are never added up: choose one."
    return "\n".join(
        [
            *_described(words, 0),
            f"table {CURRENCY}",
            f"\tlineageTag: {tag('table', CURRENCY)}",
            "",
            *_column(CURRENCY, "currency", "text", "Currency of the amounts, ISO 4217."),
            *_partition(
                CURRENCY,
                [
                    'Source = Published("marts", "fact_sales_line")',
                    'Columns = Table.SelectColumns(Source, {"currency"})',
                    "Currencies = Table.Distinct(Columns)",
                ],
            ),
        ]
    )


def _table(node: Mapping[str, Any], title: str, referring: set[str]) -> str:
    is_calendar = node["name"] == "dim_date"
    columns = {name: column for name, column in node["columns"].items() if name not in TOO_WIDE}
    lines = [
        *_described(node["description"], 0),
        f"table {_name(title)}",
        f"\tlineageTag: {tag('table', title)}",
        *(["\tdataCategory: Time"] if is_calendar else []),
        "",
    ]
    for name, column in columns.items():
        lines += _column(
            title,
            name,
            column["data_type"],
            column["description"],
            is_hidden=name.endswith("_key") or name in referring,
            is_key=is_calendar and name == "full_date",
        )
    steps = [
        f'Source = Published("{node["config"]["schema"]}", "{node["name"]}")',
        "Columns = Table.SelectColumns(Source, {"
        + ", ".join(f'"{name}"' for name in columns)
        + "})",
    ]
    if is_calendar:
        steps += CALENDAR
    typed = ", ".join(
        f'{{"{name}", {_types(column["data_type"])[1]}}}' for name, column in columns.items()
    )
    last = steps[-1].split(" ")[0]
    steps.append(f"Typed = Table.TransformColumnTypes({last}, {{{typed}}})")
    return "\n".join([*lines, *_partition(title, steps)])


def _column(
    table: str,
    name: str,
    data_type: str,
    description: str,
    *,
    is_hidden: bool = False,
    is_key: bool = False,
) -> Iterator[str]:
    yield from _described(description, 1)
    kind, _ = _types(data_type)
    yield f"\tcolumn {_name(column_title(name))}"
    yield f"\t\tdataType: {kind}"
    if is_hidden:
        yield "\t\tisHidden"
    if is_key:
        yield "\t\tisKey"
    format_string = {
        "int64": "0",
        "decimal": FORMATS["amount"],
        "double": FORMATS["share"] if name.endswith("_share") else "#,0.######",
        "dateTime": "Short Date" if data_type == "date" else "General Date",
    }.get(kind)
    if format_string:
        yield f"\t\tformatString: {format_string}"
    yield f"\t\tlineageTag: {tag('column', table, name)}"
    yield "\t\tsummarizeBy: none"
    yield f"\t\tsourceColumn: {name}"
    if name in SORTED_BY:
        yield f"\t\tsortByColumn: {_name(column_title(SORTED_BY[name]))}"
    yield ""
    yield "\t\tannotation SummarizationSetBy = User"
    yield ""
    if data_type == "date":
        yield "\t\tannotation UnderlyingDateTimeDataType = Date"
        yield ""


def _partition(table: str, steps: list[str]) -> list[str]:
    """Return where a table's rows come from: steps of Power Query, the last of which has them."""
    indent = "\t\t\t\t"
    return [
        f"\tpartition {_name(table)} = m",
        "\t\tmode: import",
        "\t\tsource =",
        f"{indent}let",
        *(f"{indent}    {step}," for step in steps[:-1]),
        f"{indent}    {steps[-1]}",
        f"{indent}in",
        f"{indent}    {steps[-1].split(' ')[0]}",
        "",
        "\tannotation PBI_ResultType = Table",
        "",
    ]


def _types(data_type: str) -> tuple[str, str]:
    """Return a type in TMDL and in Power Query; a fixed decimal number keeps four decimals."""
    found = re.fullmatch(r"decimal\((\d+), ?(\d+)\)", data_type)
    if found:
        return TYPES["decimal" if int(found[2]) <= 4 else "double"]
    return TYPES[data_type]


def _described(description: str, depth: int) -> list[str]:
    words = " ".join(description.split())
    return [f"{depth * chr(9)}/// {words}"] if words else []


def _name(name: str) -> str:
    """Return a name as TMDL has it: between quotes if it holds more than letters and digits."""
    return name if re.fullmatch(r"\w+", name) else quoted(name)
