"""What tables, columns and measures are called in Power BI."""

import uuid
from collections.abc import Mapping
from typing import Any

from bi.metrics import Metric

METRICS = "Metrics"
"""The table of the measures."""

CURRENCY = "Currency"
"""The table of currencies, by which facts and reports are filtered alike."""

ABBREVIATIONS = {"abc": "ABC", "id": "ID", "iso": "ISO", "rfm": "RFM"}

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://salesops-analytics/power-bi")


def titles(manifest: Mapping[str, Any], reports: tuple[str, ...]) -> dict[str, str]:
    """Return what tables are called, by their models: those of the metrics, and reports."""
    semantic = manifest["semantic_models"].values()
    star = {model["node_relation"]["alias"]: model["label"] for model in semantic}
    return star | {name: column_title(name.removeprefix("rpt_")) for name in reports}


def column_title(name: str) -> str:
    """Return what people read for a name of the warehouse: `order_id` is Order ID."""
    words = [ABBREVIATIONS.get(word, word) for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def table_title(model: str, known: Mapping[str, str]) -> str:
    """Return the quoted title of a model's table."""
    return quoted(known[model])


def measure(metric: Metric) -> str:
    """Return how DAX names a measure."""
    return f"[{metric.label}]"


def quoted(name: str) -> str:
    """Return a name between quotes."""
    return "'" + name.replace("'", "''") + "'"


def tag(*path: str) -> str:
    """Return the identifier of a part, the same in every run."""
    return str(uuid.uuid5(NAMESPACE, "/".join(path)))
