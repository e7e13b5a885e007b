"""The page: one file that needs nothing from anywhere, and asks nobody for anything."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from reporting.ask.pack.content import Pack, Section
from reporting.draw.charts import Chart, bridge, of_table, trend, vega
from reporting.draw.templates import render
from reporting.draw.written import (
    WrittenHeadline,
    WrittenTable,
    currency_heading,
    readable,
    trend_table,
    written,
    written_headline,
    written_table,
)
from reporting.tables import Kind, Table

ROWS_SHOWN = 100
"""How many rows of a table the page has; the workbook has all."""

FONT = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"

_WIDE = 620
_BESIDE = 420
"""Pixels of a chart that no script has drawn: one by itself, and one beside its table."""

_DRAW = """
const charts = JSON.parse(document.getElementById("charts").textContent);
for (const figure of document.querySelectorAll("[data-chart]")) {
  const still = figure.querySelector("img");
  const drawn = figure.querySelector(".drawn");
  // The still picture stays until the drawn one is there. With `ast`, nothing is evaluated as code.
  drawn.hidden = false;
  vegaEmbed(drawn, charts[figure.dataset.chart], {actions: false, ast: true, renderer: "svg"})
    .then(() => { still.remove(); })
    .catch(() => { drawn.remove(); });
}
"""


@dataclass(frozen=True)
class _Drawing:
    """A chart on the page."""

    anchor: str
    chart: Chart
    width: int = _BESIDE

    @property
    def still(self) -> str:
        """Return the picture that is shown where no script runs, as an address of itself."""
        svg = self.chart.svg(self.width, FONT).encode()
        return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


@dataclass(frozen=True)
class _Part:
    """A table of the page, with the charts beside it.

    Attributes:
        anchor: its name within the page.
        row_count: how many rows the report has, on the page or not.
    """

    anchor: str
    table: WrittenTable
    row_count: int
    drawings: tuple[_Drawing, ...] = ()


@dataclass(frozen=True)
class _Sales:
    """What is said about the sales in one currency."""

    anchor: str
    heading: str
    headlines: tuple[WrittenHeadline, ...]
    sentences: tuple[str, ...]
    trend: _Drawing | None
    trend_table: _Part | None
    forecast_note: str
    bridge: _Drawing | None
    bridge_steps: tuple[tuple[str, str], ...]
    bridge_note: str
    parts: tuple[_Part, ...]


def page(pack: Pack) -> str:
    """Return the page as HTML."""
    sections = tuple(
        _sales(section, f"sales-{number}", pack.locale)
        for number, section in enumerate(pack.sections, 1)
    )
    drawings = [drawing for section in sections for drawing in _drawings(section)]
    scripts = tuple(_script(text) for text in (vega(), _DRAW)) if drawings else ()
    return render(
        "page/pack.html.j2",
        pack.locale,
        pack=pack,
        sections=sections,
        first_day=written(pack.first_day, Kind.DATE, "", pack.locale),
        last_day=written(pack.last_day, Kind.DATE, "", pack.locale),
        made_at=written(pack.made_at, Kind.DATE, "", pack.locale),
        zone=pack.made_at.tzname() or "",
        restatements=_part(pack.restatements, "restatements", pack.locale),
        files=_part(pack.files, "files", pack.locale),
        lines=[
            _part(table, f"lines-{number}", pack.locale)
            for number, table in enumerate(pack.lines, 1)
            if table.rows
        ],
        charts={drawing.anchor: drawing.chart.of_width("container", FONT) for drawing in drawings},
        scripts=scripts,
        script_hashes=" ".join(f"'sha256-{_digest(script)}'" for script in scripts) or "'none'",
    )


def _sales(section: Section, anchor: str, locale: str) -> _Sales:
    trend_chart = trend(section, locale)
    bridge_chart = bridge(section, locale)
    parts = []
    for number, table in enumerate(section.tables, 1):
        part = _part(table, f"{anchor}-{number}", locale)
        if part:
            charts = of_table(table, section, locale)
            drawings = tuple(
                _Drawing(f"{part.anchor}-chart-{place}", chart)
                for place, chart in enumerate(charts, 1)
            )
            parts.append(_Part(part.anchor, part.table, part.row_count, drawings))
    return _Sales(
        anchor,
        currency_heading(section, locale),
        tuple(written_headline(one, section.currency, locale) for one in section.headlines),
        tuple(readable(sentence) for sentence in section.sentences),
        _Drawing(f"{anchor}-trend", trend_chart, _WIDE) if trend_chart else None,
        _part(trend_table(section), f"{anchor}-weeks", locale),
        readable(section.forecast_note),
        _Drawing(f"{anchor}-bridge", bridge_chart) if bridge_chart else None,
        tuple(
            (readable(step.label), written(step.amount, Kind.AMOUNT, section.currency, locale))
            for step in section.bridge
        ),
        readable(section.bridge_note),
        tuple(parts),
    )


def _part(table: Table | None, anchor: str, locale: str) -> _Part | None:
    if table is None or not table.rows:
        return None
    shown = replace(table, rows=table.rows[:ROWS_SHOWN])
    return _Part(anchor, written_table(shown, locale), len(table.rows))


def _drawings(section: _Sales) -> Iterator[_Drawing]:
    for drawing in (section.trend, section.bridge):
        if drawing:
            yield drawing
    for part in section.parts:
        yield from part.drawings


def _script(text: str) -> Markup:
    # Ours and Vega's, not a file's: only its end must not be found within it.
    text = text.replace("\r", "").replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return Markup(text)  # noqa: S704


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
