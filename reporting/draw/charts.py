"""The charts of a pack, in Vega-Lite; figures in them are written as everywhere else.

Positions are floating point, as a screen's are; whatever is read is text made from the exact value.
"""

import functools
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import altair as alt
import vl_convert
from babel.numbers import format_compact_decimal, format_decimal

from reporting.ask.pack.content import Section, TrendPoint
from reporting.draw.written import readable, week_state, written
from reporting.tables import Kind, Table, Value
from reporting.words import locale_named

VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
"""The version that Altair writes, which Vega must read."""

INK = "#1c2b36"
SOFT = "#566775"
LINE = "#d9e0e5"
MAIN = "#2c6591"
TOTAL = "#1f3a4d"
PALE = "#dbe7f0"
UP = "#2f7d4f"
DOWN = "#b23a30"

_BAR = 26
"""Height of a bar with the space around it."""

_NAME_WIDTH = 120

_BOX = "\N{WHITE VERTICAL RECTANGLE}"
"""Stands for a character that Vega cannot cut."""

Row = dict[str, Any]

Draw = Callable[[Table, str, str], "tuple[Chart, ...]"]
"""Draws a table, its amounts in a currency, as people of a place write them."""


@dataclass(frozen=True)
class Chart:
    """A chart of one width or another.

    Attributes:
        name: what it shows, as a name ("trend").
        title: what people read above it.
        description: what it shows, for those who cannot see it.
        spec: Vega-Lite, without a width.
    """

    name: str
    title: str
    description: str
    spec: Row

    def of_width(self, width: int | str, font: str) -> Row:
        """Return the chart as Vega-Lite.

        Args:
            width: in pixels; "container" for as wide as there is room.
            font: as CSS has it.
        """
        return {**self.spec, "width": width, "config": {**self.spec["config"], "font": font}}

    def svg(self, width: int, font: str) -> str:
        """Draw the chart."""
        return str(vl_convert.vegalite_to_svg(self.of_width(width, font), vl_version=VEGA_LITE))


def trend(section: Section, locale: str) -> Chart | None:
    """Draw revenue by week, with the forecast; None if there are no two weeks to compare."""
    if len(section.trend) < 2:
        return None
    points = [_trend_row(point, section.currency, locale) for point in section.trend]
    known = [row for row in points if row["state"] != "forecast"]
    complete = [row for row in points if row["state"] == "complete"]
    ahead = [row for row in points if row["state"] == "forecast"]
    unfinished = [row for row in points if row["state"] == "unfinished"]
    # What is uncertain sets out from the last week that is known for sure.
    origin = [{**row, "low": row["y"], "high": row["y"]} for row in complete[-1:]]
    ends = [row[end] for row in points for end in ("y", "low", "high") if end in row]
    ticks = _Ticks.around(ends, locale)

    x = alt.X(
        "label:O",
        sort=None,
        # The label of a week may be there twice: unfinished as it is, and as it is forecast.
        scale=alt.Scale(domain=list(dict.fromkeys(row["label"] for row in points)), padding=0.4),
        axis=_period_axis(),
    )
    y = alt.Y("y:Q", scale=ticks.scale(), axis=ticks.axis())
    layers: list[alt.Chart] = []
    if any("low" in row for row in ahead):
        interval = [*origin, *(row for row in ahead if "low" in row)]
        layers.append(
            _of(interval)
            .mark_area(color=PALE)
            .encode(x=x, y=alt.Y("low:Q", scale=ticks.scale(), axis=ticks.axis()), y2="high:Q")
        )
    layers.append(_of(complete).mark_line(color=MAIN, strokeWidth=2).encode(x=x, y=y))
    for rows in (ahead, unfinished):
        if rows:
            layers.append(
                _of([*origin, *rows])
                .mark_line(
                    color=MAIN if rows is ahead else SOFT,
                    strokeWidth=1.5,
                    strokeDash=[5, 4] if rows is ahead else [2, 3],
                )
                .encode(x=x, y=y)
            )
    if complete:
        layers.append(
            _of(complete[-1:])
            .mark_point(color=MAIN, filled=True, size=60, opacity=1)
            .encode(x=x, y=y)
        )
    if unfinished:
        layers.append(
            _of(unfinished)
            .mark_point(
                color=SOFT,
                filled=True,
                fill="white",
                strokeWidth=1.5,
                stroke=SOFT,
                size=60,
                opacity=1,
            )
            .encode(x=x, y=y)
        )
        layers.append(
            _of(unfinished[-1:])
            .mark_text(text="unfinished", color=SOFT, fontSize=11, dy=16, align="center")
            .encode(x=x, y=y)
        )
    if ahead:
        layers.append(
            _of(ahead[-1:])
            .mark_text(
                text="forecast",
                color=MAIN,
                fontSize=11,
                dy=-8,
                align="right",
                dx=6,
                baseline="bottom",
            )
            .encode(
                x=x,
                y=alt.Y(
                    "high:Q" if "high" in ahead[-1] else "y:Q",
                    scale=ticks.scale(),
                    axis=ticks.axis(),
                ),
            )
        )
    # Whatever is above or below a week's point tells of it: a point is hard to hit.
    layers.append(
        _of(points)
        .mark_bar(opacity=0, tooltip=True)
        .encode(
            x=x,
            y=alt.datum(ticks.first, type="quantitative"),
            y2=alt.datum(ticks.last),
            tooltip=[
                alt.Tooltip("label:N", title="Week"),
                alt.Tooltip("text:N", title="Revenue"),
                alt.Tooltip("state:N", title="This week is"),
                *([alt.Tooltip("between:N", title="Between")] if ahead else []),
            ],
        )
    )
    last = known[-1] if known else points[-1]
    remark = "" if last["state"] == "complete" else f" ({last['state']})"
    words = (
        f"Revenue by week, {points[0]['label']} to {points[-1]['label']}; "
        f"{last['label']}: {last['text']}{remark}."
    )
    return _chart("trend", "Revenue by week", words, layers, height=220, right=34)


@dataclass(frozen=True)
class PeriodColumn:
    """A period as a column.

    Attributes:
        label: as it is written.
        amount: what was sold.
        is_complete: whether that is all of it; else it is drawn as unfinished.
        address: where a click on it leads.
    """

    label: str
    amount: Decimal
    is_complete: bool
    address: str = ""


def period_columns(
    columns: Sequence[PeriodColumn], grain: str, currency: str, locale: str
) -> Chart | None:
    """Draw revenue by day, week, month … as columns; None if there are none to compare."""
    if len(columns) < 2:
        return None
    rows: list[Row] = [
        {
            "label": readable(column.label),
            "y": float(column.amount),
            "text": written(column.amount, Kind.AMOUNT, currency, locale),
            "state": "complete" if column.is_complete else "unfinished",
            "fill": MAIN if column.is_complete else PALE,
            "address": column.address,
        }
        for column in columns
    ]
    ticks = _Ticks.around([row["y"] for row in rows], locale)
    x = alt.X(
        "label:O",
        sort=None,
        scale=alt.Scale(paddingInner=0.2, paddingOuter=0.1),
        axis=_period_axis(),
    )
    tooltip = [
        alt.Tooltip("label:N", title=grain.capitalize()),
        alt.Tooltip("text:N", title="Revenue"),
        alt.Tooltip("state:N", title=f"This {grain} is"),
    ]
    href = alt.Href("address:N")
    layers = [
        _of(rows)
        .mark_bar(stroke=MAIN, strokeWidth=1, tooltip=True)
        .encode(
            x=x,
            y=alt.Y("y:Q", scale=ticks.scale(), axis=ticks.axis()),
            color=alt.Color("fill:N", scale=None),
            href=href,
            tooltip=tooltip,
        ),
        # Whatever is above or below a column leads there, too: a short one is hard to hit.
        _of(rows)
        .mark_bar(opacity=0, tooltip=True)
        .encode(
            x=x,
            y=alt.datum(ticks.first, type="quantitative"),
            y2=alt.datum(ticks.last),
            href=href,
            tooltip=tooltip,
        ),
    ]
    last = rows[-1]
    remark = "" if columns[-1].is_complete else " (unfinished)"
    words = (
        f"Revenue by {grain}, {rows[0]['label']} to {last['label']}; {last['label']}: "
        f"{last['text']}{remark}."
    )
    return _chart("periods", f"Revenue by {grain}", words, layers, height=240, right=20)


def bridge(section: Section, locale: str) -> Chart | None:
    """Draw the way from the revenue before to the revenue now; None if there is none."""
    if not section.bridge:
        return None
    rows: list[Row] = []
    before = Decimal(0)
    for place, step in enumerate(section.bridge):
        start = Decimal(0) if step.is_total else before
        end = start + step.amount
        text = written(step.amount, Kind.AMOUNT, section.currency, locale)
        is_gain = step.amount > 0 and not step.is_total
        rows.append(
            {
                "label": _name(step.label, place),
                "start": float(start),
                "end": float(end),
                "right": float(max(start, end)),
                "text": f"+{text}" if is_gain else text,
                "color": TOTAL if step.is_total else UP if step.amount >= 0 else DOWN,
            }
        )
        before = end
    scale = _beside_text(rows, [row[end] for row in rows for end in ("start", "end")])
    color = alt.Color("color:N", scale=None)
    layers = _bars(rows, scale, color, label="Step", text="Amount")
    return _bar_chart("bridge", "What changed revenue", rows, layers)


def of_table(table: Table, section: Section, locale: str) -> tuple[Chart, ...]:
    """Return the charts that show what a table says, if it is one that a chart makes clearer."""
    draw = _CHARTS.get(table.name)
    return draw(table, section.currency, locale) if draw and table.rows else ()


def _ranking(name_column: str, value_column: str = "revenue") -> Draw:
    def draw(table: Table, currency: str, locale: str) -> tuple[Chart, ...]:
        values = _values(table, name_column, value_column)
        top = [(name, amount) for name, amount in values if amount is not None][: table.in_brief]
        if len(top) < 2:
            return ()
        rows: list[Row] = [
            {
                "label": _name(str(name or "Unknown"), place),
                "start": 0.0,
                "end": float(_number(amount)),
                "right": float(max(_number(amount), Decimal(0))),
                "text": written(amount, Kind.AMOUNT, currency, locale),
            }
            for place, (name, amount) in enumerate(top)
        ]
        scale = _beside_text(rows, [row["end"] for row in rows])
        layers = _bars(rows, scale, alt.ColorValue(MAIN), label="Name", text="Revenue")
        return (_bar_chart(table.name, table.title, rows, layers),)

    return draw


def _cohorts(table: Table, currency: str, locale: str) -> tuple[Chart, ...]:
    names = ("cohort_month", "months_since", "retention_share", "cohort_customer_count")
    # In their first month all are there: that column would outshine the others.
    cells = [
        (readable(str(month)), int(_number(since)), share, count)
        for month, since, share, count in _values(table, *names)
        if share is not None and 0 < _number(since) <= 12
    ]
    months = sorted({month for month, *_ in cells})[-12:]
    rows: list[Row] = [
        {
            "month": month,
            "since": since,
            "share": float(_number(share)),
            "text": written(share, Kind.SHARE, "", locale),
            "customers": written(count, Kind.COUNT, "", locale),
        }
        for month, since, share, count in cells
        if month in months
    ]
    if not rows:
        return ()
    most = max(row["share"] for row in rows) or 1.0
    layer = (
        _of(rows)
        .mark_rect(stroke="white", strokeWidth=2, tooltip=True)
        .encode(
            x=alt.X(
                "since:O",
                axis=alt.Axis(
                    title="Months since the first purchase",
                    labelAngle=0,
                    titleColor=SOFT,
                    titleFontWeight="normal",
                    ticks=False,
                    domain=False,
                    titlePadding=8,
                ),
            ),
            y=alt.Y("month:O", sort=months, axis=alt.Axis(title=None, ticks=False, domain=False)),
            color=alt.Color(
                "share:Q", legend=None, scale=alt.Scale(domain=[0, most], range=["#eef3f7", TOTAL])
            ),
            tooltip=[
                alt.Tooltip("month:N", title="First bought in"),
                alt.Tooltip("since:N", title="Months since"),
                alt.Tooltip("text:N", title="Bought again"),
                alt.Tooltip("customers:N", title="Customers then"),
            ],
        )
    )
    height = 24 * len({row["month"] for row in rows})
    words = (
        "Share of the customers of each month who bought again in the months after; "
        f"from pale (0) to dark ({written(Decimal(str(most)), Kind.SHARE, '', locale)})."
    )
    return (_chart(table.name, "Who came back", words, [layer], height=height),)


def _pareto(table: Table, currency: str, locale: str) -> tuple[Chart, ...]:
    names = ("product_share", "cumulative_revenue_share", "product_name")
    known = [row for row in _values(table, *names) if row[0] is not None and row[1] is not None]
    if len(known) < 3:
        return ()
    # A line of two hundred points looks like one of ten thousand.
    every = math.ceil(len(known) / 200)
    thinned = [*known[:-1:every], known[-1]]
    rows: list[Row] = [
        {
            "x": float(_number(products)),
            "y": float(_number(revenue)),
            "products": written(products, Kind.SHARE, "", locale),
            "revenue": written(revenue, Kind.SHARE, "", locale),
            "name": readable(str(name or "")),
        }
        for products, revenue, name in thinned
    ]
    origin = {"x": 0.0, "y": 0.0, "products": "", "revenue": "", "name": ""}
    marks = {
        share: written(Decimal(share), Kind.SHARE, "", locale)
        for share in ("0", "0.2", "0.4", "0.6", "0.8", "1")
    }
    top = max(1.0, *(row["y"] for row in rows))
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=_share_axis("Share of products, the best first", marks),
    )
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=_share_axis("Share of revenue", marks),
    )
    layers = [
        _of([origin, *rows])
        .mark_area(color=PALE, line={"color": MAIN, "strokeWidth": 2})
        .encode(x=x, y=y),
        _of(rows)
        .mark_point(opacity=0, size=120, filled=True, tooltip=True)
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("products:N", title="Products"),
                alt.Tooltip("revenue:N", title="Revenue"),
                alt.Tooltip("name:N", title="Up to"),
            ],
        ),
    ]
    words = "Share of revenue that the best products make together."
    return (_chart(table.name, "How revenue is spread over products", words, layers, height=220),)


def _seasonality(table: Table, currency: str, locale: str) -> tuple[Chart, ...]:
    names = ("season_kind", "season_name", "seasonal_index")
    values = [row for row in _values(table, *names) if row[2] is not None]
    charts = []
    for kind in dict.fromkeys(str(row[0]) for row in values):
        rows: list[Row] = [
            {
                "label": readable(str(name)),
                "start": 0.0,
                "end": float(_number(index)),
                "right": float(max(_number(index), Decimal(100))),
                "text": written(index, Kind.INDEX, "", locale),
            }
            for season, name, index in values
            if str(season) == kind
        ]
        if len(rows) < 2:
            continue
        scale = _beside_text(rows, [100.0, *(row["end"] for row in rows)])
        bars, texts = _bars(rows, scale, alt.ColorValue(MAIN), label="When", text="Index")
        mean = (
            _of([{"mean": 100}])
            .mark_rule(color=SOFT, strokeDash=[3, 3])
            .encode(x=alt.X("mean:Q", scale=scale, axis=None))
        )
        title = f"{table.title}: {kind}s, 100 is the average"
        charts.append(_bar_chart(f"{table.name}-{kind}", title, rows, [bars, mean, texts]))
    return tuple(charts)


_CHARTS: dict[str, Draw] = {
    "rpt_weekly_seller_ranking": _ranking("seller_name"),
    "rpt_weekly_top_products": _ranking("product_name"),
    "rpt_weekly_shipping_breakdown": _ranking("shipping_company_name"),
    "rpt_weekly_region_store": _ranking("region"),
    "rpt_weekly_region_store_city": _ranking("city"),
    "rpt_weekly_region_store_store": _ranking("store_name"),
    "rpt_customer_rfm_segments": _ranking("rfm_segment", "monetary"),
    "rpt_cohort_retention": _cohorts,
    "rpt_product_pareto": _pareto,
    "rpt_seasonality": _seasonality,
}


def _period_axis() -> alt.Axis:
    """Return the axis of a chart whose columns are weeks or other periods."""
    return alt.Axis(
        title=None,
        labelAngle=0,
        labelOverlap="greedy",
        labelSeparation=12,
        ticks=False,
        grid=False,
        domainColor=LINE,
        labelPadding=8,
    )


@dataclass(frozen=True)
class _Ticks:
    """Round amounts along an axis, 0 among them, and how they are written."""

    labels: dict[str, str]
    first: float
    last: float

    @classmethod
    def around(cls, values: Iterable[float], locale: str) -> "_Ticks":
        ends = [0.0, *values]
        low, high = min(ends), max(ends)
        step = _round_step(Decimal(str((high - low) / 4 or 1.0)))
        first = math.floor(Decimal(str(low)) / step)
        last = math.ceil(Decimal(str(high)) / step)
        last = max(last, first + 1)
        amounts = [step * number for number in range(first, last + 1)]
        return cls(
            {f"{amount.normalize():f}": _short(amount, locale) for amount in amounts},
            float(amounts[0]),
            float(amounts[-1]),
        )

    def scale(self) -> alt.Scale:
        return alt.Scale(domain=[self.first, self.last], nice=False, zero=False)

    def axis(self) -> alt.Axis:
        return alt.Axis(
            title=None,
            values=[float(amount) for amount in self.labels],
            labelExpr=_labels(self.labels),
            ticks=False,
            domain=False,
            grid=True,
        )


def _trend_row(point: TrendPoint, currency: str, locale: str) -> Row:
    state = week_state(point)
    row: Row = {
        "label": readable(point.label),
        "state": state,
        "y": float(point.revenue),
        "text": written(point.revenue, Kind.AMOUNT, currency, locale),
    }
    if point.low is not None and point.high is not None:
        low = written(point.low, Kind.AMOUNT, currency, locale)
        high = written(point.high, Kind.AMOUNT, currency, locale)
        row |= {"low": float(point.low), "high": float(point.high), "between": f"{low} … {high}"}
    return row


def _chart(
    name: str, title: str, words: str, layers: Sequence[alt.Chart], height: int, right: int = 5
) -> Chart:
    # The last label of an axis reaches beyond it.
    padding = {"left": 5, "top": 5, "right": right, "bottom": 5}
    drawn = alt.layer(*layers).properties(height=height, padding=padding)
    drawn = drawn.configure(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
    drawn = drawn.configure_view(stroke=None).configure_axis(
        gridColor="#e8edf0", labelColor=SOFT, labelFontSize=11, titleFontSize=11
    )
    # Vega-Lite's schema is in the tests' hands: to check a chart takes longer than to make it.
    spec = drawn.to_dict(validate=False)
    spec["description"] = words
    return Chart(name, readable(title), words, spec)


def _bars(
    rows: Sequence[Row], scale: alt.Scale, color: alt.Color | alt.ColorValue, label: str, text: str
) -> list[alt.Chart]:
    """Return a bar a row, from its start to its end, and its text at the right of it.

    Args:
        rows: what is drawn; no two have one label.
        scale: of the bars (`_beside_text`).
        color: of the bars.
        label: what a row's label is called, where somebody points at its bar.
        text: what its text is called there.
    """
    y = _names_axis(rows, _NAME_WIDTH)
    bars = _of(rows).mark_bar(height=15, tooltip=True)
    texts = _of(rows).mark_text(align="left", dx=6, color=INK, fontSize=12)
    return [
        bars.encode(
            x=alt.X("start:Q", scale=scale, axis=None),
            x2="end:Q",
            y=y,
            color=color,
            tooltip=[alt.Tooltip("label:N", title=label), alt.Tooltip("text:N", title=text)],
        ),
        texts.encode(x=alt.X("right:Q", scale=scale, axis=None), y=y, text="text:N"),
    ]


def _bar_chart(name: str, title: str, rows: Sequence[Row], layers: Sequence[alt.Chart]) -> Chart:
    words = "; ".join(f"{row['label']}: {row['text']}" for row in rows)
    return _chart(name, title, f"{words}.", layers, height=_BAR * len(rows))


def _share_axis(title: str, marks: dict[str, str]) -> alt.Axis:
    return alt.Axis(
        title=title,
        titleColor=SOFT,
        titleFontWeight="normal",
        values=[float(mark) for mark in marks],
        labelExpr=_labels(marks),
        ticks=False,
        domain=False,
    )


def _of(rows: Sequence[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _names_axis(rows: Sequence[Row], width: int) -> alt.Y:
    return alt.Y(
        "label:N",
        sort=[row["label"] for row in rows],
        scale=alt.Scale(paddingInner=0.2, paddingOuter=0.1),
        axis=alt.Axis(
            title=None,
            ticks=False,
            domain=False,
            labelLimit=width,
            labelFontSize=12,
            labelColor=INK,
            labelPadding=8,
            labelOverlap=False,
            grid=False,
        ),
    )


def _beside_text(rows: Sequence[Row], ends: Sequence[float]) -> alt.Scale:
    """Return the scale of bars that leave room for the text at the right of the longest."""
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = 12 + 7 * max(len(row["text"]) for row in rows)
    return alt.Scale(
        domain=[low, high if high > low else low + 1],
        range=[0, {"expr": f"max(width - {room}, 20)"}],
        nice=False,
        zero=False,
    )


def _name(text: str, place: int) -> str:
    # Vega halves a character beyond U+FFFF where it cuts a long name, and cannot draw a half.
    whole = "".join(letter if letter <= "\uffff" else _BOX for letter in readable(text))
    # Two of one name would be one bar; a space of no width at its end tells them apart.
    return whole + "\N{ZERO WIDTH SPACE}" * place


def _labels(labels: dict[str, str]) -> str:
    """Return the expression that writes the labels of an axis; they are figures of ours."""
    return f"{json.dumps(labels, ensure_ascii=False)}[datum.value]"


def _values(table: Table, *names: str) -> list[tuple[Value, ...]]:
    """Return some columns of a table; nothing if it lacks one of them."""
    places = {column.name: place for place, column in enumerate(table.columns)}
    if not places.keys() >= set(names):
        return []
    return [tuple(row[places[name]] for name in names) for row in table.rows]


def _number(value: Value) -> Decimal:
    assert isinstance(value, int | Decimal)
    return Decimal(value)


def _round_step(step: Decimal) -> Decimal:
    """Return the next of 1, 2, 2.5, 5 and 10, by a power of ten."""
    power = Decimal(1).scaleb(step.adjusted())
    return next(
        power * factor
        for factor in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
        if power * factor >= step
    )


def _short(amount: Decimal, locale: str) -> str:
    known = locale_named(locale)
    short = str(format_compact_decimal(amount, locale=known, fraction_digits=2))
    # Where a language has no short word for thousands, they are grouped instead.
    is_short = any(letter.isalpha() for letter in short)
    return short if is_short else str(format_decimal(amount, locale=known))


@functools.cache
def vega() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script."""
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE))
