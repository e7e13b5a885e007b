"""Prints the week's figures as tables a person can read."""

from decimal import Decimal

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text
from sqlalchemy.engine import RowMapping

from reporting.weekly import WeeklyFigures
from reporting.words import NO_CURRENCY, money, percent
from warehouse.printing import printable


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
                f"\n{figures.rejected_rows:,} delivered rows are kept out of the figures: "
                "`make dq-workbook` says why.",
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
        money(row["revenue"]),
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
        money(row["discount_amount"]),
        "Per order",
        money(row["average_order_value"]),
        "Returns",
        money(row["return_amount"]),
    )
    if row["profit"] is not None:
        table.add_row(
            "Profit",
            money(row["profit"]),
            "Margin",
            percent(row["margin_share"]),
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
        table.add_row(
            str(row[rank]) if rank else "",
            Text(printable(row[name])),
            money(row["revenue"]),
            percent(row["revenue_share"]),
            _number(row["units"]),
            f"{row['line_count']:,}",
        )
    return [Text(f"\n{title}", style="bold"), table]


def _number(number: Decimal) -> str:
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.2f}"
