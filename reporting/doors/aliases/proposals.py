"""Which name to write for which: near-duplicates of one kind."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from reporting.ask.names import Name
from reporting.doors.aliases.likeness import SLIP_FROM, Shape, slips

SAME = 100.0
_MOST_SLIPS = 2


@dataclass(frozen=True)
class Proposal:
    """An alias, the name to write for it, and how alike they are, to 100."""

    alias: str
    name: str
    score: float


class _Kept:
    """The names that stay, found by what they look like."""

    def __init__(self) -> None:
        self.names: list[Name] = []
        self._by_key: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
        # By numbers, all words but one, and the length of that one: the one, of each name.
        self._by_gap: defaultdict[tuple[object, ...], dict[int, str]] = defaultdict(dict)

    def add(self, name: Name, shape: Shape) -> None:
        place = len(self.names)
        self.names.append(name)
        for key in shape.equals:
            self._by_key[key].append(place)
        for word, rest in shape.gaps():
            self._by_gap[shape.numbers, rest, len(word)][place] = word

    def like(self, shape: Shape, score: float) -> Iterator[tuple[float, int]]:
        """Yield score and place of the names that look alike."""
        for key in shape.equals:
            for place in self._by_key.get(key, ()):
                yield SAME, place
        for word, rest in shape.gaps():
            shortest = max(len(word) - _MOST_SLIPS, SLIP_FROM)
            for length in range(shortest, len(word) + _MOST_SLIPS + 1):
                choices = self._by_gap.get((shape.numbers, rest, length))
                if not choices:
                    continue
                found = process.extract(
                    word,
                    choices,
                    scorer=OSA.distance,
                    score_cutoff=slips(len(word), length),
                    limit=None,
                )
                for other, _, place in found:
                    reached = fuzz.ratio(f"{rest} {word}".strip(), f"{rest} {other}".strip())
                    if reached >= score:
                        yield reached, place


def propose(names: Iterable[Name], score: float) -> list[Proposal]:
    """Return what to write for what, the surest first.

    A name is proposed once, and never for a name that is itself to be replaced. A member with an
    id stays, and so does the name of more lines. Two members with ids are two.

    Args:
        names: all of one kind.
        score: how alike names must be, to 100.
    """
    kept = _Kept()
    proposals = []
    # Those of more weight come first, and stay.
    for name in sorted(names, key=lambda item: (not item.has_id, -item.line_count, item.text)):
        shape = Shape.of(name.text)
        found = [
            (-reached, place)
            for reached, place in (kept.like(shape, score) if shape.words else ())
            if not (name.has_id and kept.names[place].has_id)
        ]
        if found:
            reached, place = min(found)
            proposals.append(Proposal(name.text, kept.names[place].text, -reached))
        else:
            kept.add(name, shape)
    return sorted(proposals, key=lambda item: (-item.score, item.name, item.alias))
