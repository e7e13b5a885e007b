"""Proposals as rows of the seed of name aliases."""

import csv
import unicodedata
from collections.abc import Iterable
from typing import TextIO

from reporting.doors.aliases.proposals import Proposal

HEADER = ("kind", "alias", "name", "approved_by")


def write_header(file: TextIO) -> None:
    """Write the header of the seed."""
    csv.writer(file, lineterminator="\n").writerow(HEADER)


def write_proposals(kind: str, proposals: Iterable[Proposal], file: TextIO) -> list[Proposal]:
    """Write proposals that nobody has approved yet, and return those that were left out.

    The seed needs names to the letter, so none is changed to make it harmless. A name that a
    spreadsheet would take for a formula, or that holds characters which steer a terminal, is left
    out instead: somebody who has looked at it adds it by hand.
    """
    writer = csv.writer(file, lineterminator="\n")
    left_out = []
    for proposal in proposals:
        if _is_harmless(proposal.alias) and _is_harmless(proposal.name):
            writer.writerow((kind, proposal.alias, proposal.name, ""))
        else:
            left_out.append(proposal)
    return left_out


def _is_harmless(name: str) -> bool:
    # Excel takes the wide forms of these signs for them too.
    first = unicodedata.normalize("NFKC", name).lstrip()[:1]
    return first not in ("=", "+", "-", "@") and not any(
        unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") for letter in name
    )
