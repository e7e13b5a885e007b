"""`dashboards.yml`, read and checked: data sets, filters, dashboards and their charts."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

DASHBOARDS_FILE = Path(__file__).with_name("dashboards.yml")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AddedMetric(_Part):
    """A figure of a report table that dbt has no metric for."""

    label: str
    expression: str
    format: Literal["amount", "number", "share"]


class Dataset(_Part):
    """Rows that charts are made of: a model as it is, or a join that flattens the star.

    Attributes:
        label: what people read.
        model: the model, in the schema reports.
        source: what is selected from, instead of a model (`from` in the file).
        columns: of a join, `relation.column` or `relation.column as name`.
        described_by: the models in which the columns of a join are looked up, in this order.
        description: of a join; a model has its own.
        day: the column that a span of days is about.
        without: columns of the model that are keys, and of no use in a tool.
        metrics: figures beside those of dbt on the model, or the first of `described_by`.
        filters: which filters of the dashboards act on its charts.
    """

    label: str
    model: str = ""
    source: Annotated[str, Field(alias="from")] = ""
    columns: tuple[str, ...] = ()
    described_by: tuple[str, ...] = ()
    description: str = ""
    day: str = ""
    without: tuple[str, ...] = ()
    metrics: dict[str, AddedMetric] = {}
    filters: tuple[str, ...]


class Filter(_Part):
    """What people choose above the charts: one value, many values, or a span of days."""

    label: str
    kind: Literal["one", "many", "days"]
    column: str = ""
    below: str = ""
    newest_first: bool = False


class Chart(_Part):
    """A chart: metrics of a data set by columns, or its rows as they are (`lines`).

    Attributes:
        title: what people read above it.
        description: what must be known to read it rightly.
        kind: how it is drawn.
        dataset: the rows that it is made of.
        by: the columns that figures are broken down by.
        metrics: the figures.
        where: columns that must be equal to a value.
        columns: of `lines`, those that are shown.
        unfiltered_by: filters that do not act on it, though they could.
        order: of `lines`, by which columns, and whether upwards.
        width: in twelfths of the page; without it, charts of a row are equally wide.
        height: in units of 8 pixels; without it, that of its kind.
    """

    title: str
    description: str = ""
    kind: Literal["number", "table", "bars", "time", "line", "grid", "lines"]
    dataset: str
    by: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    where: dict[str, str] = {}
    columns: tuple[str, ...] = ()
    order: dict[str, bool] = {}
    width: int = 0
    height: int = 0
    unfiltered_by: tuple[str, ...] = ()


class Dashboard(_Part):
    """A page: filters, and rows of charts."""

    title: str
    description: str
    filters: tuple[str, ...]
    rows: tuple[tuple[Chart, ...], ...]

    @property
    def charts(self) -> list[Chart]:
        """Its charts, in order."""
        return [chart for row in self.rows for chart in row]


class Dashboards(_Part):
    """All of the file, by name."""

    datasets: dict[str, Dataset]
    filters: dict[str, Filter]
    dashboards: dict[str, Dashboard]


def read_dashboards() -> Dashboards:
    """Read `dashboards.yml`."""
    return Dashboards.model_validate(yaml.safe_load(DASHBOARDS_FILE.read_text(encoding="utf-8")))
