"""Prints the week's figures as tables a person can read."""

from decimal import Decimal

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text
from sqlalchemy.engine import RowMapping

from reporting.weekly import WeeklyFigures
from warehouse.printing import printable

NO_CURRENCY = "XXX"
"""ISO 4217 for amounts that came without a currency."""


def show_week(figures: WeeklyFigures, console: Console) -> None:
    """Print one week: a block a currency."""
    for row in figures.summary:
        currency = row["currency"]
        title = f"Week {figures.week}, from {figures.week.start:%Y-%m-%d}"
        if currency != NO_CURRENCY:
            title += f", amounts in {printable(currency)}"
        if not row["is_week_complete"]:
            title += " (not complete: sales do not reach its end yet)"
        console.print()
        console.print(Text(title, style="bold"))
        console.print(_summary(row))
        console.print(
            Group(
                *_block("Sellers", "seller_rank", "seller_name", figures.sellers, currency),
                *_block("Top products", "product_rank", "product_name", figures.products, currency),
                *_block("Shipping", None, "shipping_company_name", figures.shipping, currency),
            )
        )
    if figures.rejected_rows:
        console.print(
            Text(
                f"\n{figures.rejected_rows:,} delivered rows could not be read and are in no "
                "figure: see quality.dq_quarantine.",
                style="yellow",
            ),
            soft_wrap=True,
        )


def _summary(row: RowMapping) -> Table:
    change = row["revenue_change_pct"]
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column()
        table.add_column(justify="right")
    table.add_row(
        "Revenue",
        _money(row["revenue"]),
        "Lines",
        f"{row['line_count']:,}",
        "Customers",
        f"{row['customer_count']:,}",
    )
    table.add_row(
        "on last week",
        "" if change is None else f"{change:+.1f} %",
        "Orders",
        f"{row['order_count']:,}",
        "Units",
        _number(row["units"]),
    )
    table.add_row(
        "Discount",
        _money(row["discount_amount"]),
        "Per order",
        _money(row["average_order_value"]),
        "Returns",
        _money(row["return_amount"]),
    )
    if row["profit"] is not None:
        margin = row["margin_share"]
        table.add_row(
            "Profit",
            _money(row["profit"]),
            "Margin",
            "" if margin is None else f"{100 * margin:.1f} %",
            "",
            "",
        )
    return table


def _block(
    title: str, rank: str | None, name: str, rows: list[RowMapping], currency: str
) -> list[Text | Table]:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("", justify="right", width=3)
    table.add_column("", max_width=40, no_wrap=True, overflow="ellipsis", min_width=28)
    for heading, width in (("Revenue", 14), ("Share", 7), ("Units", 7), ("Lines", 5)):
        table.add_column(heading, justify="right", min_width=width)
    for row in rows:
        if row["currency"] != currency:
            continue
        share = row["revenue_share"]
        table.add_row(
            str(row[rank]) if rank else "",
            Text(printable(row[name])),
            _money(row["revenue"]),
            "" if share is None else f"{100 * share:.1f} %",
            _number(row["units"]),
            f"{row['line_count']:,}",
        )
    return [Text(f"\n{title}", style="bold"), table]


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _number(number: Decimal) -> str:
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.2f}"
