"""Data sets of the dashboards, with the columns and metrics that dbt knows of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlglot
from sqlglot import exp

from bi.dashboards import Dataset
from bi.manifest import Column, Words
from bi.metrics import Derived, Metric, Simple, metrics, sql


@dataclass(frozen=True)
class Figure:
    """A metric, as tools aggregate it over the rows of a data set."""

    name: str
    label: str
    description: str
    format: str
    """How it is written: amount, number or share."""
    expression: str


class Described:
    """Data sets, in the words of dbt."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._words = Words(manifest)
        self._metrics = metrics(manifest)

    def description(self, dataset: Dataset) -> str:
        """Return what its rows are."""
        return dataset.description or self._words.description(dataset.model)

    def columns(self, dataset: Dataset) -> list[Column]:
        """Return its columns, in order."""
        if dataset.model:
            columns = self._words.columns(dataset.model)
            return [column for column in columns if column.name not in dataset.without]
        of_model = {model: self._words.columns(model) for model in dataset.described_by}
        anywhere = _by_name(column for columns in of_model.values() for column in columns)
        found = []
        for selected in dataset.columns:
            relation, _, rest = selected.partition(".")
            name, _, alias = rest.partition(" as ")
            known = _by_name(of_model[relation]) if relation in of_model else anywhere
            found.append(replace(known[name], name=alias or name))
        return found

    def figures(self, dataset: Dataset) -> list[Figure]:
        """Return its metrics: those of dbt, and those that it adds."""
        table = dataset.model or dataset.described_by[0]
        of_dbt = [
            Figure(name, metric.label, metric.description, metric.format, self._flat(name))
            for name, metric in self._metrics.items()
            if not metric.is_helper and self._table(metric) == table
        ]
        added = [
            Figure(name, metric.label, "", metric.format, metric.expression)
            for name, metric in dataset.metrics.items()
        ]
        return of_dbt + added

    def _table(self, metric: Metric) -> str:
        """Return the table whose rows a metric counts; those it is made of have the same."""
        while isinstance(metric, Derived):
            (part, *_) = metric.formula.find_all(exp.Column)
            metric = self._metrics[part.name]
        assert isinstance(metric, Simple)
        return metric.table

    def _flat(self, name: str) -> str:
        """Return a metric in SQL over rows that have the columns of all tables."""
        return (
            sqlglot.parse_one(sql(name, self._metrics))
            .transform(lambda node: exp.column(node.name) if isinstance(node, exp.Column) else node)
            .sql()
        )


def sql_of(dataset: Dataset) -> str:
    """Return the query of a data set that is a join."""
    columns = ",\n".join(f"    {column}" for column in dataset.columns)
    return f"select\n{columns}\nfrom {dataset.source.strip()}"


def _by_name(columns: Iterable[Column]) -> dict[str, Column]:
    """Return columns by name; of those with one name, the first."""
    found: dict[str, Column] = {}
    for column in columns:
        found.setdefault(column.name, column)
    return found
