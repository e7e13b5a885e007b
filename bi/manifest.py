"""What dbt's manifest says of models and their columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TOO_WIDE = ("sales_line_key", "line_fingerprint")
"""Columns whose numbers are larger than 2^53, which tools round; nothing refers to them."""


@dataclass(frozen=True)
class Column:
    """A column of a table that people read."""

    name: str
    type: str
    description: str


class Words:
    """The words of models and columns, as `target/manifest.json` has them."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        nodes = manifest["nodes"].values()
        self._models = {node["name"]: node for node in nodes if node["resource_type"] == "model"}

    def description(self, model: str) -> str:
        """Return what a model's rows are."""
        return _one_line(self._models[model]["description"])

    def columns(self, model: str) -> list[Column]:
        """Return the columns of a model, in order."""
        return [
            Column(column["name"], column["data_type"], _one_line(column["description"]))
            for column in self._models[model]["columns"].values()
        ]


def _one_line(text: str) -> str:
    return " ".join(text.split())
