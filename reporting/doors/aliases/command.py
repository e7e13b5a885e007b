"""The command that proposes aliases."""

import click

from reporting.ask.names import KINDS, read_names
from reporting.ask.opening import open_warehouse
from reporting.doors.aliases.proposals import propose
from reporting.doors.aliases.seed import write_header, write_proposals
from reporting.doors.common import err, said_politely
from warehouse.settings import read_settings


@click.command("aliases")
@click.option("--kind", type=click.Choice(KINDS), help="Whose names (default: all kinds).")
@click.option(
    "--score",
    type=click.IntRange(70, 100),
    default=90,
    show_default=True,
    help="How alike two names must be; 100: the same but for case, accents, punctuation, blanks.",
)
def aliases_command(kind: str | None, score: int) -> None:
    """Propose which names mean the same, as rows for seeds/name_aliases.csv.

    Nothing is merged by itself: a row counts when a person has looked at it and written their
    name under approved_by. Names stay as they are, to the letter; one that a spreadsheet would
    take for a formula is left out.
    """
    # A seed is read as UTF-8 wherever it was written.
    stdout = click.get_text_stream("stdout", encoding="utf-8")
    with said_politely(), open_warehouse(read_settings()) as connection:
        kinds = [kind] if kind else KINDS
        names = {item: read_names(connection, item) for item in kinds}
        write_header(stdout)
        for item in kinds:
            proposals = propose(names[item], score)
            left_out = write_proposals(item, proposals, stdout)
            note = f"{item}: {len(names[item]):,} names, {len(proposals):,} proposed"
            if left_out:
                note += (
                    f", {len(left_out):,} of them left out: a name begins with = + - @ or holds "
                    "control characters"
                )
            err.print(f"{note}.")
