"""The page about quality."""

from collections.abc import Mapping
from datetime import datetime

from reporting.ask.quality import OpenFile, QualityFigures
from reporting.draw.templates import render


def page(
    figures: QualityFigures, workbooks: Mapping[str, OpenFile], made_at: datetime, locale: str
) -> str:
    """Return the page as HTML.

    Args:
        figures: what it says.
        workbooks: the files to correct, by the names of the workbooks that lie beside the page.
        made_at: the time that the page shows.
        locale: how figures are written.
    """
    return render(
        "page/quality.html.j2", locale, figures=figures, workbooks=workbooks, made_at=made_at
    )
