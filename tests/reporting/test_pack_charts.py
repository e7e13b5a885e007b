"""The charts show the pack's figures, where they are and as they are written."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import altair as alt
import pytest

from reporting.ask.pack.content import BridgeStep, Section, TrendPoint
from reporting.draw import charts
from reporting.draw.charts import Chart
from reporting.tables import Kind
from reporting.words import write_value
from tests.reporting import packs


def charts_of(section: Section, locale: str = "en") -> list[Chart]:
    drawn = [charts.trend(section, locale), charts.bridge(section, locale)]
    for table in section.tables:
        drawn += charts.of_table(table, section, locale)
    return [chart for chart in drawn if chart]


def chart_named(section: Section, name: str, locale: str = "en") -> Chart:
    return next(chart for chart in charts_of(section, locale) if chart.name == name)


def layer_with(chart: Chart, mark: str) -> list[list[dict[str, Any]]]:
    return [
        chart.spec["datasets"][layer["data"]["name"]]
        for layer in chart.spec["layer"]
        if layer["mark"]["type"] == mark
    ]


def labels_of(chart: Chart) -> str:
    return str(chart.spec["layer"][1]["encoding"]["y"]["axis"]["labelExpr"])


@pytest.mark.parametrize("name", packs.PACKS)
def test_charts_are_vega_lite(name: str) -> None:
    for section in packs.PACKS[name]().sections:
        for chart in charts_of(section):
            alt.LayerChart.from_dict(chart.of_width("container", "sans-serif"))
            assert chart.description


def test_the_ordinary_pack_has_every_kind_of_chart() -> None:
    assert [chart.name for chart in charts_of(packs.section())] == [
        "trend",
        "bridge",
        "rpt_weekly_seller_ranking",
        "rpt_weekly_top_products",
        "rpt_weekly_shipping_breakdown",
        "rpt_weekly_region_store",
        "rpt_seasonality-month",
        "rpt_seasonality-weekday",
        "rpt_product_pareto",
        "rpt_cohort_retention",
    ]


def test_the_trend_shows_every_week_as_written() -> None:
    section = replace(packs.section(), trend=packs.trend(unfinished=True))
    chart = chart_named(section, "trend")
    hover = layer_with(chart, "bar")[0]

    assert [(row["label"], row["y"], row["text"]) for row in hover] == [
        (point.label, float(point.revenue), write_value(point.revenue, Kind.AMOUNT, "EUR"))
        for point in section.trend
    ]
    known, *dashed = layer_with(chart, "line")
    assert {row["state"] for row in known} == {"complete"}
    # What is not known for sure sets out from the last week that is.
    assert [[row["state"] for row in line] for line in dashed] == [
        ["complete", *["forecast"] * 4],
        ["complete", "unfinished"],
    ]
    interval = layer_with(chart, "area")[0]
    assert [(row["low"], row["high"]) for row in interval[1:]] == [
        (float(point.low or 0), float(point.high or 0))
        for point in section.trend
        if point.is_forecast
    ]


def test_one_week_is_no_trend() -> None:
    point = packs.trend(1, forecast=False)

    assert charts.trend(replace(packs.section(), trend=point), "en") is None
    assert charts.trend(replace(packs.section(), trend=()), "en") is None


def test_weeks_without_a_complete_one_can_be_drawn() -> None:
    points = tuple(
        TrendPoint(point.week_start_date, point.label, point.revenue, is_complete=False)
        for point in packs.trend(3, forecast=False)
    )
    chart = charts.trend(replace(packs.section(), trend=points), "en")

    assert chart is not None
    assert "unfinished" in chart.svg(400, "sans-serif")


def test_each_step_of_the_bridge_begins_where_the_last_one_ended() -> None:
    chart = chart_named(packs.section(), "bridge")
    first, *steps, last = layer_with(chart, "bar")[0]

    end = first["end"]
    for step in steps:
        assert step["start"] == pytest.approx(end)
        end = step["end"]
    assert (first["start"], last["start"]) == (0, 0)
    assert last["end"] == pytest.approx(end)
    assert [step["text"] for step in steps][:2] == ["+€9,210.40", "-€3,120.10"]
    assert [step["color"] for step in steps][:2] == [charts.UP, charts.DOWN]


def test_bars_that_share_a_name_stay_apart() -> None:
    section = replace(packs.section(), tables=(packs.sellers(["Twin", "Twin", "Twin"]),))
    bars = layer_with(chart_named(section, "rpt_weekly_seller_ranking"), "bar")[0]

    assert len({row["label"] for row in bars}) == 3


def test_a_table_that_lacks_a_column_has_no_chart() -> None:
    table = packs.sellers()
    lacking = replace(table, columns=table.columns[1:], rows=tuple(row[1:] for row in table.rows))

    assert charts.of_table(table, packs.section(), "en")
    assert charts.of_table(lacking, packs.section(), "en") == ()
    assert charts.of_table(packs.growth(), packs.section(), "en") == ()


def test_cohorts_shown_are_the_latest_whatever_their_order() -> None:
    table = packs.cohorts(20)
    upside_down = replace(table, rows=table.rows[::-1])
    section = replace(packs.section(), tables=(upside_down,))
    chart = chart_named(section, "rpt_cohort_retention")
    (rows,) = chart.spec["datasets"].values()

    # The last cohort has not had a month after its first yet.
    assert {row["month"] for row in rows} == {f"2025-{number:02}" for number in range(8, 20)}


def test_the_pareto_curve_ends_where_the_table_does() -> None:
    table = packs.pareto(1001)
    section = replace(packs.section(), tables=(table,))
    rows = layer_with(chart_named(section, "rpt_product_pareto"), "area")[0]

    assert len(rows) <= 203
    assert (rows[0]["x"], rows[0]["y"]) == (0, 0)
    assert (rows[-1]["x"], rows[-1]["y"]) == (1, pytest.approx(1))


@pytest.mark.parametrize(
    ("scale", "locale", "labels"),
    [
        (1, "en", '{"0": "0", "50000": "50K", "100000": "100K", "150000": "150K", '),
        (10, "en", '"500000": "500K", "1000000": "1M"'),
        (1, "de_DE", '"50000": "50.000"'),
        (1, "pt_BR", '"50000": "50\u00a0mil"'),
        (0.00001, "en", '"0.5": "0.5"'),
        (-1, "en", '"-50000": "-50K", "0": "0"'),
    ],
)  # fmt: skip
def test_the_axis_has_round_amounts(scale: float, locale: str, labels: str) -> None:
    section = replace(packs.section(), trend=packs.trend(scale=scale))
    chart = charts.trend(section, locale)

    assert chart is not None
    assert labels in labels_of(chart)


def test_a_bridge_of_nothing_can_be_drawn() -> None:
    steps = (BridgeStep("a", Decimal(0), is_total=True), BridgeStep("b", Decimal(0), is_total=True))
    chart = charts.bridge(replace(packs.section(), bridge=steps), "en")

    assert chart is not None
    assert "€0.00" in chart.svg(400, "sans-serif")


@pytest.mark.parametrize("letters", range(12, 20))
def test_a_long_name_of_emoji_can_be_drawn(letters: int) -> None:
    steps = [BridgeStep("x" * letters + "😀" * 9, Decimal(1), is_total=True)]
    chart = charts.bridge(replace(packs.section(), bridge=tuple(steps)), "en")

    assert chart is not None
    assert "€1.00" in chart.svg(400, "sans-serif")
