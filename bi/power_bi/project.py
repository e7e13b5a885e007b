"""All files of the Power BI project."""

import json
from collections.abc import Mapping
from typing import Any

from bi.metrics import metrics
from bi.power_bi.model import model
from bi.power_bi.names import tag, titles
from bi.power_bi.report import REPORTS, report

NAME = "SalesOps"

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"


def project(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of each file, by its path.

    Args:
        manifest: dbt's, as JSON has it.
    """
    called = titles(manifest, REPORTS)
    model_folder, report_folder = f"{NAME}.SemanticModel", f"{NAME}.Report"
    shortcuts: dict[str, Any] = {
        f"{NAME}.pbip": {
            "$schema": f"{SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json",
            "version": "1.0",
            "artifacts": [{"report": {"path": report_folder}}],
            "settings": {"enableAutoRecovery": True},
        },
        f"{NAME}.pbids": {
            "version": "0.1",
            "connections": [
                {
                    "details": {
                        "protocol": "postgresql",
                        "address": {"server": "localhost:5432", "database": "salesops"},
                    },
                    "options": {},
                    "mode": "Import",
                }
            ],
        },
        f"{report_folder}/definition.pbir": {
            "$schema": f"{SCHEMAS}/item/report/definitionProperties/2.0.0/schema.json",
            "version": "4.0",
            "datasetReference": {"byPath": {"path": f"../{model_folder}"}},
        },
        f"{model_folder}/definition.pbism": {
            "$schema": f"{SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json",
            "version": "4.2",
            "settings": {},
        },
        f"{report_folder}/.platform": _platform("Report"),
        f"{model_folder}/.platform": _platform("SemanticModel"),
    }
    tables = model(manifest, called)
    pages = report(metrics(manifest), called)
    return {
        **{path: json.dumps(content, indent=2) + "\n" for path, content in shortcuts.items()},
        **{f"{model_folder}/definition/{path}": text for path, text in tables.items()},
        **{f"{report_folder}/definition/{path}": text for path, text in pages.items()},
    }


def _platform(kind: str) -> dict[str, Any]:
    """Return what Fabric knows an item by."""
    return {
        "$schema": f"{SCHEMAS}/gitIntegration/platformProperties/2.0.0/schema.json",
        "metadata": {"type": kind, "displayName": NAME},
        "config": {"version": "2.0", "logicalId": tag("item", kind)},
    }
