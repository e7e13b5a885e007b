"""A computed report beside the one in the warehouse."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from tests.independent.tables import Report

SHOWN = 5
"""How many differences of one kind are told."""


def _plain(cell: Any) -> Any:
    """Return a cell as the warehouse would hand it out."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if cell is None or cell is pd.NaT or cell is pd.NA or cell != cell:
        return None
    return cell.date() if isinstance(cell, datetime) else cell


def differences(report: Report, columns: list[str], rows: list[tuple[Any, ...]]) -> list[str]:
    """Tell what a computed report and the warehouse's, of these columns, do not agree on."""
    computed = list(report.table.columns)
    if sorted(computed) != sorted(columns):
        return [f"columns: computed {sorted(computed)}, in the warehouse {sorted(columns)}"]
    others = [name for name in computed if name not in report.grain]
    expected = {}
    cells_of = {name: [_plain(cell) for cell in report.table[name]] for name in computed}
    for place in range(len(report.table)):
        row_key = tuple(cells_of[name][place] for name in report.grain)
        expected[row_key] = tuple(cells_of[name][place] for name in others)
    assert len(expected) == len(report.table), "the computed report has rows of one grain"
    keys = [columns.index(name) for name in report.grain]
    values = [columns.index(name) for name in others]
    found = {
        tuple(_plain(row[place]) for place in keys): tuple(_plain(row[place]) for place in values)
        for row in rows
    }

    told: dict[str, list[str]] = {}
    if len(found) != len(rows):
        told["grain"] = [f"{len(rows)} rows in the warehouse, {len(found)} by {report.grain}"]
    for row_key in expected.keys() - found.keys():
        told.setdefault("missing", []).append(f"row missing: {row_key} {expected[row_key]}")
    for row_key in found.keys() - expected.keys():
        told.setdefault("too many", []).append(f"row too many: {row_key} {found[row_key]}")
    both = expected.keys() & found.keys()
    for row_key in sorted((key for key in both if expected[key] != found[key]), key=repr):
        cells = zip(others, expected[row_key], found[row_key], strict=True)
        for name, ours, theirs in cells:
            if ours != theirs:
                told.setdefault(name, []).append(
                    f"{name} of {row_key}: computed {ours!r}, in the warehouse {theirs!r}"
                )
    return [
        text
        for kind, texts in told.items()
        for text in [*texts[:SHOWN], *([f"{kind}: {len(texts)} in all"] if texts[SHOWN:] else [])]
    ]
