"""What is left of a name without what does not count, and where a slip of the pen may be in it."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

SLIP_FROM = 4
"""Letters that a word needs to be taken for a slip of another: red and rod are two words, and
initials, sizes and units differ by one letter anyway."""
TWO_SLIPS_FROM = 8


@dataclass(frozen=True)
class Shape:
    """A name without what does not count: case, accents, punctuation, blanks.

    Attributes:
        words: runs of letters or digits, in order.
        numbers: those that are digits. Names whose numbers differ are never alike: the iPhone 11
            is not the iPhone 12.
    """

    words: tuple[str, ...]
    numbers: tuple[str, ...]

    @classmethod
    def of(cls, name: str) -> "Shape":
        """Reduce a name to its shape."""
        apart = unicodedata.normalize("NFKD", name.casefold())
        plain = (letter for letter in apart if not unicodedata.combining(letter))
        words = tuple("".join(run) for kind, run in groupby(plain, _sort) if kind)
        return cls(words, tuple(word for word in words if _sort(word[0]) == "number"))

    @property
    def equals(self) -> tuple[tuple[object, ...], ...]:
        """Keys; names that share one are the same but for what does not count, or word order."""
        return (
            ("joined", "".join(self.words), self.numbers),
            ("in any order", tuple(sorted(self.words)), self.numbers),
        )

    def gaps(self) -> Iterator[tuple[str, str]]:
        """Yield each word that may be a slip, and the other words, which are to be the same.

        What two long names have in common makes them alike, whatever differs: so the black chair
        and the white one are told apart by that one word.
        """
        words = Counter(self.words)
        for word in words:
            if len(word) >= SLIP_FROM and _sort(word[0]) == "letter":
                yield word, " ".join(sorted((words - Counter([word])).elements()))


def slips(length: int, other_length: int) -> int:
    """Return how many slips two words of these lengths may be apart.

    A letter too many, one too few, another one, or two that changed places are a slip.
    """
    return 2 if min(length, other_length) >= TWO_SLIPS_FROM else 1


def _sort(letter: str) -> str:
    if letter == "+":  # the S20+ is not the S20
        return "plus"
    # Marks that are no accents, such as vowels of Hindi, belong to the word.
    return {"L": "letter", "M": "letter", "N": "number"}.get(unicodedata.category(letter)[0], "")
