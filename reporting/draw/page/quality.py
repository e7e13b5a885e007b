"""The page about quality: one file that needs nothing from anywhere."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reporting.ask.quality import OpenFile, QualityFigures
from reporting.draw.words import amount_in, percent, whole
from warehouse.printing import printable

TEMPLATE = "quality.html.j2"


def page(figures: QualityFigures, workbooks: Mapping[str, OpenFile], made_at: datetime) -> str:
    """Return the page as HTML.

    Args:
        figures: what it says.
        workbooks: the files to correct, by the names of the workbooks that lie beside the page.
        made_at: the time that the page shows.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "link": _link,
        "amount_in": amount_in,
        "percent": percent,
        "printable": printable,
        "whole": whole,
    }
    return environment.get_template(TEMPLATE).render(
        figures=figures, workbooks=workbooks, made_at=made_at
    )


def _link(name: str) -> str:
    # With the ./ nothing in a name can be taken for a scheme or another host.
    return f"./{quote(name)}"
