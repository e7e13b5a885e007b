"""Prints the short view of a pack, and what was published."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from reporting.ask.pack.content import Headline, Pack, Section
from reporting.doors.editions import Edition, Publication
from reporting.draw.words import NO_CURRENCY, currency_words, write_value
from reporting.tables import Kind, Table
from warehouse.printing import printable

_SHOWN = (
    "rpt_weekly_seller_ranking",
    "rpt_weekly_top_products",
    "rpt_weekly_shipping_breakdown",
)
_COLUMNS = ("revenue", "revenue_share", "units", "line_count")
_SIDE_BY_SIDE = 3
_ROWS = 20
_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def show_pack(pack: Pack, console: Console) -> None:
    """Print the figures at the top, what stands out and the shortest reports."""
    for section in pack.sections:
        console.print()
        console.print(Text(_title(pack, section), style="bold"), soft_wrap=True)
        console.print(_headlines(section, pack.locale))
        for sentence in section.sentences:
            console.print(Text(f"- {printable(sentence)}"))
        for table in section.tables:
            if table.name in _SHOWN:
                _show_table(table, pack.locale, console)
    if pack.quality_sentences:
        console.print()
    for sentence in pack.quality_sentences:
        console.print(
            Text(printable(sentence), style=_STYLES.get(pack.quality, "")), soft_wrap=True
        )


def show_publications(publications: Sequence[Publication], locale: str, console: Console) -> None:
    """Print what became of a week that was published."""
    for publication in publications:
        edition = publication.edition
        revenue = write_value(edition.revenue, Kind.AMOUNT, edition.currency, locale)
        said = f"Edition {edition.number} of {edition.iso_week}"
        if edition.currency != NO_CURRENCY:
            said += f" in {edition.currency}"
        if not publication.is_new:
            said += f" has these figures already ({edition.published_at:%Y-%m-%d %H:%M} UTC)."
        elif publication.previous is None:
            said += f" is published: revenue {revenue}."
        else:
            before = write_value(
                publication.previous.revenue, Kind.AMOUNT, edition.currency, locale
            )
            said += f" is published: revenue {revenue}, before {before}."
        console.print(Text(printable(said)), soft_wrap=True)


def show_editions(editions: Sequence[Edition], locale: str, console: Console) -> None:
    """Print what was published, when and by whom."""
    table = Grid(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("Week")
    table.add_column("Edition", justify="right")
    table.add_column("Published (UTC)")
    table.add_column("By")
    table.add_column("Revenue", justify="right")
    for edition in editions:
        revenue = write_value(edition.revenue, Kind.AMOUNT, edition.currency, locale)
        table.add_row(
            Text(printable(edition.iso_week)),
            str(edition.number),
            f"{edition.published_at:%Y-%m-%d %H:%M}",
            Text(printable(edition.published_by)),
            Text(printable(revenue)),
        )
    console.print(table)


def _title(pack: Pack, section: Section) -> str:
    title = f"{pack.period}, {pack.first_day} to {pack.last_day}"
    if pack.period.startswith(str(pack.first_day)):
        title = pack.period
    currency = currency_words(section.currency, pack.locale)
    if currency:
        title += f", amounts in {printable(currency)}"
    if not pack.is_complete:
        title += " (not complete: sales do not reach its end yet)"
    return title


def _headlines(section: Section, locale: str) -> Grid:
    cells = [cell for headline in section.headlines for cell in _cells(headline, locale)]
    count = -(-len(cells) // _SIDE_BY_SIDE)
    columns = [cells[start : start + count] for start in range(0, len(cells), count)]
    grid = Grid(box=None, show_header=False, padding=(0, 2, 0, 0))
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
    cells = [(headline.label, write_value(headline.value, headline.kind, "", locale))]
    if headline.name == "revenue":
        cells += [
            (f"on {change.label}", write_value(change.percent, Kind.CHANGE, "", locale))
            for change in headline.changes
            if change.percent is not None
        ]
    return cells


def _show_table(table: Table, locale: str, console: Console) -> None:
    grid = Grid(box=None, padding=(0, 2, 0, 0), header_style="dim")
    grid.add_column("", max_width=40, no_wrap=True, overflow="ellipsis", min_width=28)
    places = [place for place, column in enumerate(table.columns) if column.name in _COLUMNS]
    for place in places:
        grid.add_column(table.columns[place].heading, justify="right", min_width=7)
    for row in table.rows[:_ROWS]:
        grid.add_row(
            Text(printable(str(row[0] or ""))),
            *(write_value(row[place], table.columns[place].kind, "", locale) for place in places),
        )
    console.print(Text(f"\n{table.title}", style="bold"))
    console.print(grid)
    if len(table.rows) > _ROWS:
        console.print(f"… and {len(table.rows) - _ROWS:,} more; the workbook has all.")
