"""The metrics of `metrics.yml`, as the manifest has them, and what they are in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot
from jinja2 import Environment, StrictUndefined
from sqlglot import exp

AGGREGATES = {
    "sum": "sum({})",
    "count": "count({})",
    "count_distinct": "count(distinct {})",
}


@dataclass(frozen=True)
class Metric:
    """A figure that tools show, or a helper that such figures are made of."""

    name: str
    label: str
    description: str
    format: str
    """How it is written: amount, number or share."""
    folder: str | None
    is_helper: bool


@dataclass(frozen=True)
class Simple(Metric):
    """A metric that adds up or counts the rows of one table."""

    table: str
    aggregate: str
    column: exp.Expr
    """What is added up, of columns with their tables."""
    condition: exp.Expr | None
    """Which rows count; of columns with their tables, also those that the table refers to."""


@dataclass(frozen=True)
class Derived(Metric):
    """A metric that is computed from others."""

    formula: exp.Expr
    """Of the names of metrics, as columns."""


@dataclass(frozen=True)
class Reference:
    """A column by which rows of one table find theirs in another."""

    table: str
    column: str
    to_table: str
    to_column: str


def metrics(manifest: Mapping[str, Any]) -> dict[str, Metric]:
    """Return all metrics by name, in the order of the file.

    Args:
        manifest: dbt's, as JSON has it.
    """
    known = [_metric(entry, manifest) for entry in manifest["metrics"].values()]
    return {metric.name: metric for metric in known}


def references(manifest: Mapping[str, Any]) -> list[Reference]:
    """Return what tables with measures refer to, by the entities of the semantic models."""
    models = manifest["semantic_models"].values()
    referred = {
        entity["name"]: (_table(model), entity["expr"])
        for model in models
        for entity in model["entities"]
        if entity["type"] in ("primary", "unique")
    }
    return [
        Reference(_table(model), entity["expr"], *referred[entity["name"]])
        for model in models
        for entity in model["entities"]
        if entity["type"] == "foreign"
    ]


def sql(name: str, known: Mapping[str, Metric]) -> str:
    """Return the expression that aggregates joined rows to a metric, for `select … group by`."""
    return _sql(name, known).sql()


def _sql(name: str, known: Mapping[str, Metric]) -> exp.Expr:
    metric = known[name]
    if isinstance(metric, Derived):
        return metric.formula.transform(
            lambda node: exp.paren(_sql(node.name, known)) if isinstance(node, exp.Column) else node
        )
    assert isinstance(metric, Simple)
    value = metric.column.sql()
    if metric.condition is not None:
        value = f"case when {metric.condition.sql()} then {value} end"
    return sqlglot.parse_one(AGGREGATES[metric.aggregate].format(value))


def _metric(entry: Mapping[str, Any], manifest: Mapping[str, Any]) -> Metric:
    meta = entry["config"]["meta"]
    parts = entry["type_params"]
    words = {
        "name": entry["name"],
        "label": entry["label"],
        "description": entry["description"],
        "format": meta["format"],
        "folder": meta.get("folder"),
        "is_helper": meta.get("is_helper", False),
    }
    if entry["type"] == "derived":
        names = {part["alias"] or part["name"]: part["name"] for part in parts["metrics"]}
        formula = sqlglot.parse_one(parts["expr"]).transform(
            lambda node: exp.column(names[node.name]) if isinstance(node, exp.Column) else node
        )
        return Derived(**words, formula=formula)
    assert entry["type"] == "simple", f"{entry['name']} is neither derived nor simple"
    model, measure = next(
        (model, measure)
        for model in manifest["semantic_models"].values()
        for measure in model["measures"]
        if measure["name"] == parts["measure"]["name"]
    )
    return Simple(
        **words,
        table=_table(model),
        aggregate=measure["agg"],
        column=_of_table(measure["expr"], _table(model)),
        condition=_condition(entry["filter"], manifest),
    )


def _condition(condition: Mapping[str, Any] | None, manifest: Mapping[str, Any]) -> exp.Expr | None:
    if condition is None:
        return None

    def dimension(path: str, *_: str) -> str:
        return _dimension(path, manifest).sql()

    environment = Environment(undefined=StrictUndefined)  # noqa: S701 - SQL, no page
    rendered = [
        environment.from_string(part["where_sql_template"]).render(
            Dimension=dimension, TimeDimension=dimension
        )
        for part in condition["where_filters"]
    ]
    return exp.and_(*rendered)


def _dimension(path: str, manifest: Mapping[str, Any]) -> exp.Expr:
    """Return the column that `entity__dimension` means, with its table."""
    entity, name = path.split("__")
    for model in manifest["semantic_models"].values():
        own = [part["name"] for part in model["entities"] if part["type"] == "primary"]
        if entity in (*own, model["primary_entity"]):
            (found,) = (part for part in model["dimensions"] if part["name"] == name)
            return _of_table(found["expr"] or name, _table(model))
    raise KeyError(path)


def _of_table(text: str, table: str) -> exp.Expr:
    """Read an expression of a table's own columns, and give each the table."""
    return sqlglot.parse_one(text).transform(
        lambda node: exp.column(node.name, table) if isinstance(node, exp.Column) else node
    )


def _table(model: Mapping[str, Any]) -> str:
    name: str = model["node_relation"]["alias"]
    return name
