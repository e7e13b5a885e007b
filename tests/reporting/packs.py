"""Packs made by hand: an ordinary one, and those that break careless drawing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from reporting.ask.pack.content import BridgeStep, Change, Headline, Pack, Section, TrendPoint
from reporting.ask.reports import REPORTS
from reporting.tables import Column, Kind, Table, Value

WEEK = date(2026, 1, 12)

HOSTILE = (
    "</script><script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "javascript:window.hacked=1",
    "{{ 7 * 7 }} {% raw %}",
    '#eval("1 + 1") #read("/etc/passwd")',
    "$x$ and $ alone",
    "*bold* _emphasis_ `raw`",
    "@ref <label> = Heading",
    "=cmd|' /C calc'!A0",
    "C:\\new\\table \\u{41} \\",
    "“quoted” \"double\" 'single' -- --- ...",
    "emoji 😀 👩\u200d💻 🇩🇪",
    "\u202eright to left override",
    "שלום עולם العربية",
    "中文名稱 и кириллица",
    "control \x00\x01\x07\x1b[31m\x7f\r\n\tend",
    "line\u2028and\u2029paragraph",
    "lone \ud800 surrogate \ufffe",
    "<!-- <script> ]]> &amp; &#60; %3Cscript%3E",
    "//comment /* comment */ ${1+1}",
)
"""Texts that mean something to HTML, JavaScript, Jinja, Typst, Vega, Excel or a terminal."""

SELLERS = (
    "Helena Vogt",
    "Marco Bianchi",
    "Ana Souza",
    "Li Wei",
    "Sophie Martin",
    "James O'Neill",
    "Katarzyna Wójcik",
    "Ivan Petrov",
    "Unknown",
    "Noor Haddad",
)
PRODUCTS = (
    "Aurora desk lamp", "Basalt chair", "Cirrus monitor 27\"", "Delta keyboard", "Ember kettle",
    "Fjord backpack", "Granite mug, set of 4", "Harbour speaker", "Iris notebook", "Juniper candle",
)  # fmt: skip


AVERAGE_PRICE = Column("average_price", "Average price", Kind.PRICE, "Revenue a unit.")
"""Reports of packs have no prices; a table may."""


def made_table(name: str, columns: str, rows: Iterable[tuple[Value, ...]], **more: Any) -> Table:
    """Make a table up, with the title and the headings of the report of its name."""
    report = next(report for report in REPORTS if report.name == name)
    known = {column.name: column for column in (*report.columns, AVERAGE_PRICE)}
    return Table(name, report.title, tuple(known[n] for n in columns.split()), tuple(rows), **more)


def amount(number: Decimal | float | int | str) -> Decimal:
    return Decimal(str(number)).quantize(Decimal("0.0001"))


def sellers(names: Sequence[str] = SELLERS, sign: int = 1) -> Table:
    rows: list[tuple[Value, ...]] = []
    for rank, name in enumerate(names, 1):
        rows.append(
            (
                name,
                rank,
                rank + 1 if rank % 3 else None,
                1 if rank % 3 else None,
                "North" if rank % 2 else "South",
                sign * amount(48211.905 / (rank + 0.7)),
                amount("0.2815") / rank,
                Decimal(640 // rank),
                300 // rank,
                120 // rank,
                amount(40000 / rank),
                amount(1.0421) / rank if rank % 4 else None,
            )
        )
    return made_table(
        "rpt_weekly_seller_ranking",
        "seller_name seller_rank previous_rank rank_change team revenue revenue_share units "
        "line_count order_count target_amount target_attainment_share",
        tuple(rows),
        note="Lines without a seller are under Unknown.",
        brief_columns=("seller_name", "revenue", "revenue_share", "target_attainment_share"),
    )


def products(names: Sequence[str] = PRODUCTS) -> Table:
    rows = tuple(
        (
            name,
            rank,
            f"P-{rank:04}",
            "Home & office",
            amount(31877.125 / (rank + 1)),
            amount("0.1912") / rank,
            Decimal("412.5") / rank if rank == 2 else Decimal(412 // rank),
            250 // rank,
            amount(79.9) if rank % 2 else None,
        )
        for rank, name in enumerate(names, 1)
    )
    return made_table(
        "rpt_weekly_top_products",
        "product_name product_rank product_id category revenue revenue_share units line_count "
        "average_price",
        rows,
        brief_columns=("product_name", "revenue", "revenue_share", "units"),
    )


def shipping(names: Sequence[str] = ("DHL", "UPS", "Hermes", "Collected", "Unknown")) -> Table:
    rows = tuple(
        (
            name,
            amount(60100 / (place + 1)),
            amount("0.42") / (place + 1),
            410 // (place + 1),
            amount(2310.5) / (place + 1) if place % 2 else None,
        )
        for place, name in enumerate(names)
    )
    return made_table(
        "rpt_weekly_shipping_breakdown",
        "shipping_company_name revenue revenue_share order_count freight_amount",
        rows,
    )


def regions() -> Table:
    names = ("Bavaria", "Hesse", "Saxony", "Berlin", "Unknown")
    return made_table(
        "rpt_weekly_region_store",
        "region country revenue revenue_share active_customer_count known_customer_count "
        "penetration_share",
        tuple(
            (
                name,
                "DE",
                amount(52811 / (place + 1)),
                amount("0.37") / (place + 1),
                180 // (place + 1),
                1404 // (place + 1),
                amount("0.1282"),
            )
            for place, name in enumerate(names)
        ),
        brief_columns=("region", "revenue", "revenue_share", "penetration_share"),
    )


def growth() -> Table:
    return made_table(
        "rpt_period_growth",
        "period_label revenue revenue_change_pct revenue_change_on_last_year_pct "
        "is_period_complete",
        tuple(
            (
                f"2025-{month:02}",
                amount(410_000 + 9000 * month),
                amount((month - 6) * 1.73),
                amount(11.3) if month > 6 else None,
                True,
            )
            for month in range(12, 0, -1)
        ),
    )


def seasonality() -> Table:
    months = "January February March April May June July August September October November December"
    days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
    return made_table(
        "rpt_seasonality",
        "season_name season_kind mean_revenue seasonal_index is_reliable",
        tuple(
            (name, kind, amount(3000 + 41 * place), amount(81.5 + 3.7 * place), kind == "weekday")
            for kind, names in (("month", months), ("weekday", days))
            for place, name in enumerate(names.split())
        ),
        note="100 is the average.",
    )


def pareto(count: int = 400) -> Table:
    shares = [Decimal(1) / (rank + 6) for rank in range(1, count + 1)]
    total = sum(shares, Decimal(0))
    rows: list[tuple[Value, ...]] = []
    so_far = Decimal(0)
    for rank, share in enumerate(shares, 1):
        so_far += share
        rows.append(
            (
                f"Product {rank}",
                rank,
                amount(900_000 * share / total),
                share / total,
                so_far / total,
                Decimal(rank) / count,
                "A" if so_far / total < Decimal("0.8") else "B",
            )
        )
    return made_table(
        "rpt_product_pareto",
        "product_name product_rank revenue revenue_share cumulative_revenue_share product_share "
        "abc_class",
        tuple(rows),
    )


def cohorts(count: int = 10) -> Table:
    rows: list[tuple[Value, ...]] = []
    for cohort in range(count):
        for since in range(count - cohort):
            share = Decimal(1) if since == 0 else amount(0.41 / (since + 0.6) + 0.01 * cohort)
            rows.append((f"2025-{cohort + 1:02}", since, 90 - cohort, share, amount(8000 * share)))
    return made_table(
        "rpt_cohort_retention",
        "cohort_month months_since cohort_customer_count retention_share revenue",
        tuple(rows),
    )


def headlines(**values: Any) -> tuple[Headline, ...]:
    changes = (
        Change("last week", amount(12.44)),
        Change("the mean of four weeks", amount(-3.05)),
        Change("the same week last year", None),
    )
    figures: dict[str, tuple[str, Kind, Value, tuple[Change, ...]]] = {
        "revenue": ("Revenue", Kind.AMOUNT, amount("142830.4451"), changes),
        "profit": ("Profit", Kind.AMOUNT, amount("51204.995"), (Change("last week", amount(4.1)),)),
        "margin_share": ("Margin", Kind.SHARE, amount("0.3585"), ()),
        "order_count": ("Orders", Kind.COUNT, 1204, (Change("last week", amount(-1.9)),)),
        "customer_count": ("Customers", Kind.COUNT, 911, (Change("last week", amount(0)),)),
        "new_customer_count": ("New customers", Kind.COUNT, 77, ()),
        "average_order_value": ("Average order", Kind.AMOUNT, amount("118.6299"), ()),
        "return_amount": (
            "Returns",
            Kind.AMOUNT,
            amount("-2140.25"),
            (Change("last week", amount(8.2)),),
        ),
    }
    return tuple(
        Headline(
            name,
            label,
            kind,
            values.get(name, value),
            known if name not in values else (),
            tuple(amount(100 + 17 * (week * 5 % 7) + 4 * week) for week in range(13))
            if kind is Kind.AMOUNT
            else (),
        )
        for name, (label, kind, value, known) in figures.items()
    )


def week_label(start: date) -> str:
    year, week, _ = start.isocalendar()
    return f"{year}-W{week:02}"


def trend(
    weeks: int = 26, scale: float = 1, unfinished: bool = False, forecast: bool = True
) -> tuple[TrendPoint, ...]:
    points = []
    first = WEEK - timedelta(weeks=weeks - 1)
    for number in range(weeks):
        start = first + timedelta(weeks=number)
        wave = 118_000 + 900 * number + 14_000 * ((number * 7) % 5 - 2)
        points.append(TrendPoint(start, week_label(start), amount(wave * scale)))
    if unfinished:
        start = WEEK + timedelta(weeks=1)
        points.append(
            TrendPoint(start, week_label(start), amount(51_300 * scale), is_complete=False)
        )
    if forecast:
        for ahead in range(1, 5):
            start = WEEK + timedelta(weeks=ahead)
            middle = 139_000 + 1500 * ahead
            points.append(
                TrendPoint(
                    start,
                    week_label(start),
                    amount(middle * scale),
                    is_complete=False,
                    is_forecast=True,
                    low=amount((middle - 9000 * ahead) * scale),
                    high=amount((middle + 9000 * ahead) * scale),
                )
            )
    return tuple(points)


def bridge() -> tuple[BridgeStep, ...]:
    return (
        BridgeStep("2026-W02", amount("127027.2"), is_total=True),
        BridgeStep("Volume", amount("9210.4")),
        BridgeStep("Mix", amount("-3120.1")),
        BridgeStep("Price", amount("4100.0451")),
        BridgeStep("New products", amount("8012.9")),
        BridgeStep("Lost products", amount("-2400")),
        BridgeStep("Other", amount(0)),
        BridgeStep("2026-W03", amount("142830.4451"), is_total=True),
    )


def section(currency: str = "EUR") -> Section:
    return Section(
        currency,
        headlines(),
        sentences=(
            "Revenue rose by 12.4% on last week, most of it by volume.",
            "Helena Vogt has been first for four weeks in a row.",
            'Cirrus monitor 27" sold 3.1 times its usual units.',
        ),
        trend=trend(),
        forecast_note="On the last 13 weeks, the forecast was off by 8.2% in the median; "
        "the shade holds 8 weeks of 10.",
        bridge=bridge(),
        bridge_note="From 2026-W02 to 2026-W03.",
        tables=(
            sellers(),
            products(),
            shipping(),
            regions(),
            growth(),
            seasonality(),
            pareto(),
            cohorts(),
        ),
    )


def normal() -> Pack:
    return Pack(
        title="Weekly sales report",
        period="2026-W03",
        first_day=WEEK,
        last_day=WEEK + timedelta(days=6),
        is_complete=True,
        made_at=datetime(2026, 1, 20, 7, 30, tzinfo=UTC),
        sections=(section(),),
        quality="warn",
        quality_sentences=(
            "3 of 2,310 rows were kept out: EUR 412.00.",
            "18 rows count, but are flagged: their customers are not in the customer list.",
        ),
        restatements=restatements(),
        files=Table(
            "files",
            "Files",
            (
                Column("source_file", "File", Kind.TEXT),
                Column("loaded_at", "Loaded", Kind.DATE),
                Column("line_count", "Lines", Kind.COUNT),
                Column("revenue", "Revenue", Kind.AMOUNT),
            ),
            tuple(
                (
                    f"2026/week-03/sales_{place}.xlsx",
                    datetime(2026, 1, 19, 6, place, tzinfo=UTC),
                    700 + place,
                    amount(47000 + place),
                )
                for place in range(3)
            ),
        ),
        lines=(
            Table(
                "lines-revenue",
                "Lines behind the revenue of Helena Vogt",
                (
                    Column("order_id", "Order", Kind.TEXT),
                    Column("sale_date", "Day", Kind.DATE),
                    Column("revenue", "Revenue", Kind.AMOUNT),
                    Column("source_file", "File", Kind.TEXT),
                    Column("source_sheet", "Sheet", Kind.TEXT),
                    Column("source_row_number", "Row", Kind.COUNT),
                ),
                tuple(
                    (
                        f"SO-{10_000 + place}",
                        WEEK,
                        amount(99.9 + place),
                        "sales_0.xlsx",
                        "Sheet1",
                        place + 2,
                    )
                    for place in range(40)
                ),
            ),
        ),
        definitions=(
            ("Revenue", "What was sold, net of discounts and returns, without tax."),
            ("Complete week", "The newest sale reaches the week's last trading day (Saturday)."),
        ),
    )


def restatements() -> Table:
    return made_table(
        "rpt_weekly_restatement",
        "iso_week source_file file_change published_revenue current_revenue revenue_change",
        (
            (
                "2026-W01",
                "2026/week-01/sales_1.xlsx",
                "corrected",
                amount(120300),
                amount(119850.5),
                amount("-449.5"),
            ),
            (
                "2026-W02",
                "2026/week-02/late.xlsx",
                "added",
                amount(125000),
                amount("127027.2"),
                amount("2027.2"),
            ),
        ),
    )


def _with(**changes: Any) -> Pack:
    pack = normal()
    return replace(pack, sections=(replace(pack.sections[0], **changes),))


def many_sellers() -> Pack:
    return _with(tables=(sellers([f"{SELLERS[n % 8]} {n}" for n in range(60)]), products()))


def one_seller() -> Pack:
    return _with(tables=(sellers(SELLERS[:1]), products(PRODUCTS[:1]), shipping(("DHL",))))


def negative_week() -> Pack:
    steps = (
        BridgeStep("2026-W02", amount(1200), is_total=True),
        BridgeStep("Volume", amount(-5210.4)),
        BridgeStep("2026-W03", amount(-4010.4), is_total=True),
    )
    points = (*trend(8, forecast=False)[:-1], TrendPoint(WEEK, "2026-W03", amount(-4010.4)))
    return _with(
        headlines=headlines(revenue=amount("-4010.4"), profit=amount("-900"), margin_share=None),
        bridge=steps,
        trend=tuple(replace(point, revenue=point.revenue / 40) for point in points[:-1])
        + points[-1:],
        tables=(sellers(sign=-1),),
    )


def missing_costs() -> Pack:
    """Everything unknown that can be."""
    table = sellers()
    unknown = tuple(
        tuple(value if place in (0, 1) else None for place, value in enumerate(row))
        for row in table.rows
    )
    return _with(
        headlines=headlines(profit=None, margin_share=None, average_order_value=None),
        tables=(replace(table, rows=unknown), products(), pareto(2), cohorts(1)),
    )


def long_names() -> Pack:
    words = "Extraordinarily comprehensive and thoroughly descriptive product designation "
    names = [words * 6, "W" * 300, "Donaudampfschifffahrtsgesellschaftskapitän" * 4, "short"]
    pack = _with(tables=(sellers(names), products(names), shipping(names)))
    return replace(
        pack,
        title="Weekly sales report of a company with a name that does not want to end " * 2,
        sections=(
            replace(
                pack.sections[0],
                headlines=(
                    *headlines()[:2],
                    Headline("revenue", "Revenue of a year of inflation", Kind.AMOUNT,
                             amount("123456789012345.67")),
                    Headline("seller", "Best seller", Kind.TEXT, "W" * 60),
                ),
                sentences=("A" * 400, words * 4),
            ),
        ),
        quality_sentences=("/".join(["folder"] * 60),),
    )  # fmt: skip


def hostile() -> Pack:
    """Every text is one that means something somewhere."""
    first = normal()
    sentence = " ".join(HOSTILE)

    def poisoned(table: Table) -> Table:
        return replace(
            table,
            title=f"{table.title} {HOSTILE[0]}",
            note=sentence,
            columns=tuple(
                replace(one, heading=f"{one.heading} {HOSTILE[n % len(HOSTILE)]}"[:60],
                        description=HOSTILE[n % len(HOSTILE)])
                for n, one in enumerate(table.columns)
            ),
        )  # fmt: skip

    sales = replace(
        first.sections[0],
        headlines=(
            Headline("best", HOSTILE[0], Kind.TEXT, HOSTILE[1], (Change(HOSTILE[4], amount(1)),)),
            *(Headline(f"text{n}", text, Kind.TEXT, text) for n, text in enumerate(HOSTILE[5:9])),
        ),
        sentences=HOSTILE,
        forecast_note=sentence,
        bridge_note=sentence,
        trend=tuple(
            replace(point, label=f"{HOSTILE[n % len(HOSTILE)]} {n}")
            for n, point in enumerate(first.sections[0].trend)
        ),
        bridge=tuple(
            replace(step, label=HOSTILE[n]) for n, step in enumerate(first.sections[0].bridge)
        ),
        tables=(
            poisoned(sellers(HOSTILE)), poisoned(products(HOSTILE)), poisoned(shipping(HOSTILE)),
            replace(seasonality(), rows=tuple(
                (HOSTILE[n], HOSTILE[n % 2], amount(1), amount(90 + n), True) for n in range(12)
            )),
            replace(cohorts(), rows=tuple((HOSTILE[n], 1, n, amount(0.1), None) for n in range(9))),
        ),
    )  # fmt: skip
    assert first.files is not None
    return replace(
        first,
        title=HOSTILE[0],
        period=HOSTILE[4],
        sections=(sales,),
        quality=HOSTILE[1],
        quality_sentences=HOSTILE,
        files=poisoned(first.files),
        restatements=poisoned(restatements()),
        lines=tuple(poisoned(table) for table in first.lines),
        definitions=tuple((text, text) for text in HOSTILE),
    )


def several_currencies() -> Pack:
    return replace(normal(), sections=(section(), section("BRL"), section("XXX")))


def empty() -> Pack:
    """Nothing was sold, and nothing is known."""
    pack = normal()
    bare = Section("EUR", headlines=(), tables=(replace(sellers(), rows=()),))
    return replace(
        pack, sections=(bare,), quality="", quality_sentences=(), restatements=None, files=None,
        lines=(), definitions=(),
    )  # fmt: skip


def no_sections() -> Pack:
    return replace(empty(), sections=())


def unfinished() -> Pack:
    known = tuple(
        replace(headline, changes=tuple(replace(one, percent=None) for one in headline.changes))
        for headline in headlines()
    )
    pack = _with(trend=trend(unfinished=True), headlines=known, bridge=(), bridge_note="")
    start = WEEK + timedelta(weeks=1)
    return replace(
        pack, period="2026-W04", first_day=start, last_day=start + timedelta(days=6),
        is_complete=False, quality="fail",
    )  # fmt: skip


def no_trend() -> Pack:
    return _with(trend=(), bridge=(), bridge_note="", forecast_note="Too few weeks to forecast.")


def german() -> Pack:
    return replace(normal(), locale="de_DE")


PACKS = {
    make.__name__: make
    for make in (
        normal, many_sellers, one_seller, negative_week, missing_costs, long_names, hostile,
        several_currencies, empty, no_sections, unfinished, no_trend, german,
    )
}  # fmt: skip
