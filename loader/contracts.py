"""The entities of the warehouse and their columns, as `contracts.yml` lists them."""

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

Requirement = str | list[str]
"""A column, or several of which one is enough."""


class Column(BaseModel):
    """One column of an entity.

    Attributes:
        type: what the staging model makes of the delivered text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["text", "decimal", "integer", "timestamp", "date", "boolean"]


class Entity(BaseModel):
    """Something the warehouse understands.

    Attributes:
        required: what a layout must map.
        tidy: what must be there on top, for a file that no layout names to count as this entity.
        numbered_by: what numbers its rows, by which `check` pairs those of two versions of a file
            where the layout names no identity.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    required: list[Requirement]
    tidy: list[Requirement] = []
    numbered_by: list[str] = []
    columns: dict[str, Column]

    def names_of_type(self, *types: str) -> list[str]:
        """Return the names of the columns of these types, in order."""
        return [name for name, column in self.columns.items() if column.type in types]


def unmet(requirements: list[Requirement], present: set[str]) -> list[list[str]]:
    """Return the requirements that none of the present columns meets, as lists of choices.

    A requirement that follows from a stricter one is left out.
    """
    choices = [item if isinstance(item, list) else [item] for item in requirements]
    open_choices = [choice for choice in choices if not present.intersection(choice)]
    return [
        choice
        for choice in open_choices
        if not any(set(other) < set(choice) for other in open_choices)
    ]


@lru_cache(maxsize=20_000)
def header_key(text: str) -> str:
    """Bring a header to the form in which two spellings of one name are equal.

    Case, accents, spaces, punctuation and invisible marks do not count: `Unit_Price` is
    `unit price`, and `Größe` is `grosse`.
    """
    return folded(text) or unicodedata.normalize("NFKC", text).casefold().strip()


def folded(text: str) -> str:
    """Return the letters and digits of a text, with % and #, without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(letter for letter in plain if letter.isalnum() or letter in "%#")


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "№": "n"})
"""Letters with a stroke or joined, which no normal form takes apart."""


ENTITIES: dict[str, Entity] = {
    name: Entity.model_validate(entry)
    for name, entry in yaml.safe_load(
        Path(__file__).with_name("contracts.yml").read_text(encoding="utf-8")
    ).items()
}
