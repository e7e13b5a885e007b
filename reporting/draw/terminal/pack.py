"""Prints the short view of a pack."""

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from reporting.ask.pack.content import Headline, Pack, Section
from reporting.draw.terminal.grid import STATUS_STYLES, empty_grid, shown
from reporting.tables import Kind, Table
from reporting.words import currency_words, write_value

_SHOWN = (
    "rpt_weekly_seller_ranking",
    "rpt_weekly_top_products",
    "rpt_weekly_shipping_breakdown",
)
_COLUMNS = ("revenue", "revenue_share", "units", "line_count")
_SIDE_BY_SIDE = 3
_ROWS = 20


def show_pack(pack: Pack, console: Console) -> None:
    """Print the figures at the top, what stands out and the shortest reports."""
    for section in pack.sections:
        console.print()
        console.print(Text(_title(pack, section), style="bold"), soft_wrap=True)
        console.print(_headlines(section, pack.locale))
        for sentence in section.sentences:
            console.print(Text(f"- {shown(sentence)}"))
        for table in section.tables:
            if table.name in _SHOWN:
                _show_table(table, pack.locale, console)
    if pack.quality_sentences:
        console.print()
    for sentence in pack.quality_sentences:
        console.print(
            Text(shown(sentence), style=STATUS_STYLES.get(pack.quality, "")), soft_wrap=True
        )


def _title(pack: Pack, section: Section) -> str:
    title = f"{pack.period}, {pack.first_day} to {pack.last_day}"
    if pack.period.startswith(str(pack.first_day)):
        title = pack.period
    currency = currency_words(section.currency, pack.locale)
    if currency:
        title += f", amounts in {shown(currency)}"
    if not pack.is_complete:
        title += " (not complete: sales do not reach its end yet)"
    return title


def _headlines(section: Section, locale: str) -> Grid:
    cells = [cell for headline in section.headlines for cell in _cells(headline, locale)]
    count = -(-len(cells) // _SIDE_BY_SIDE)
    columns = [cells[start : start + count] for start in range(0, len(cells), count)]
    grid = empty_grid(has_header=False)
    for column in columns:
        grid.add_column()
        # A label may wrap where it is narrow; of a figure, nothing may be lacking.
        grid.add_column(justify="right", min_width=max(len(figure) for _, figure in column))
    for row in range(count):
        pairs = [column[row] if row < len(column) else ("", "") for column in columns]
        grid.add_row(*(text for pair in pairs for text in pair))
    return grid


def _cells(headline: Headline, locale: str) -> list[tuple[str, str]]:
    """Return a headline, and below revenue how it has changed."""
    cells = [(headline.label, shown(write_value(headline.value, headline.kind, "", locale)))]
    if headline.name == "revenue":
        cells += [
            (f"on {change.label}", write_value(change.percent, Kind.CHANGE, "", locale))
            for change in headline.changes
            if change.percent is not None
        ]
    return cells


def _show_table(table: Table, locale: str, console: Console) -> None:
    grid = empty_grid()
    grid.add_column("", max_width=40, no_wrap=True, overflow="ellipsis", min_width=28)
    places = [place for place, column in enumerate(table.columns) if column.name in _COLUMNS]
    for place in places:
        grid.add_column(table.columns[place].heading, justify="right", min_width=7)
    for row in table.rows[:_ROWS]:
        grid.add_row(
            Text(shown(str(row[0] or ""))),
            *(write_value(row[place], table.columns[place].kind, "", locale) for place in places),
        )
    console.print(Text(f"\n{table.title}", style="bold"))
    console.print(grid)
    if len(table.rows) > _ROWS:
        more = write_value(len(table.rows) - _ROWS, Kind.COUNT, locale=locale)
        console.print(f"… and {more} more; the workbook has all.")
