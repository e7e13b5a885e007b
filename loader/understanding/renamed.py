"""What a header that a layout does not find any more may be called now."""

from rapidfuzz import fuzz

from loader.contracts import header_key
from loader.headers import NoHeader
from loader.layouts import Layout
from loader.understanding.proposal import quoted
from loader.understanding.vocabulary import DISCOUNT, meanings
from loader.wording import short

_NEAR = 80
"""So nearly (of 100) a new name must be the old one, where its words do not tell it."""


def cure(layout: Layout, near: NoHeader) -> str:
    """Return the lines of a layout that take up new names of headers; empty if there are none."""
    known = {
        header_key(name)
        for source in layout.columns.values()
        if isinstance(source, list)
        for name in source
    }
    strange = [text for text in near.found if header_key(text) not in known]
    lines = []
    for column in (column for choice in near.missing for column in choice):
        source = layout.columns.get(column)
        if not isinstance(source, list):
            continue
        likely = [text for text in strange if _may_be(text, column, source, layout.entity)]
        if len(likely) == 1:
            names = ", ".join(quoted(short(name)) for name in [*source, likely[0]])
            lines.append(f"`{column}: [{names}]`")
    if not lines:
        return ""
    return f" If a header has a new name, mend the layout with {' and '.join(lines)}."


def _may_be(text: str, column: str, names: list[str], entity: str) -> bool:
    meant = {meaning.column for meaning in meanings(text, entity)}
    if column in meant or (DISCOUNT in meant and column.startswith(DISCOUNT)):
        return True
    return any(fuzz.ratio(header_key(text), header_key(name)) >= _NEAR for name in names)
