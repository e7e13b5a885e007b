"""The parts of the app: what has pages, and which of them the navigation leads to.

A new part is a module with a router, and an entry in `application.PARTS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from reporting.doors.api.keys import Client, Role


@dataclass(frozen=True)
class Entry:
    """A page in the navigation.

    Attributes:
        path: of the page, below the app's.
        title: what people read.
        role: who sees it; others are not led to it, and are refused by the page itself.
    """

    path: str
    title: str
    role: Role = Role.READER


@dataclass(frozen=True)
class Part:
    """Some pages.

    Attributes:
        router: that answers them.
        entries: those that the navigation leads to.
    """

    router: APIRouter
    entries: tuple[Entry, ...] = ()


def entries_for(parts: Sequence[Part], client: Client) -> list[Entry]:
    """Return where somebody may go."""
    return [entry for part in parts for entry in part.entries if client.role.includes(entry.role)]
