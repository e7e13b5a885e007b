"""What a layout says of whole rows: which are kept."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from loader.headers import Header
from loader.layout_keys import KeepRows, Wanted
from loader.wording import SHOWN, count, short


class KeptRows:
    """Leaves rows out by what stands in some columns, and counts them by it."""

    def __init__(self, rules: KeepRows | None, header: Header) -> None:
        self._rules = rules or {}
        self._header = header
        self._left_out: dict[str, Counter[str]] = {name: Counter() for name in self._rules}

    def others(self, columns: Sequence[pa.Array], skipped: pa.Array | None) -> pa.Array | None:
        """Return which rows are left out, of those that are not skipped already.

        Raises:
            BadFile: a column is not there.
        """
        mask = skipped
        for name, wanted in self._rules.items():
            place = self._header.place(name, "keep_rows_where")
            texts = columns[place] if place < len(columns) else pa.nulls(len(columns[0]))
            texts = pc.utf8_trim_whitespace(pc.fill_null(texts.cast(pa.string()), ""))
            others = pc.invert(_is_wanted(texts, wanted))
            counted = others if mask is None else pc.and_not(others, mask)
            values = pc.value_counts(texts.filter(counted)).to_pylist()
            self._left_out[name].update({item["values"]: item["counts"] for item in values})
            mask = others if mask is None else pc.or_(mask, others)
        return mask

    def notes(self) -> Iterator[str]:
        """Say which rows were left out, by the text that they have instead of a wanted one."""
        for name, counts in self._left_out.items():
            shown = counts.most_common(SHOWN)
            said = [
                (f"'{short(text, 30)}'" if text else "blank") + f" ({count(number, 'row')})"
                for text, number in shown
            ]
            if len(counts) > len(shown):
                rest = counts.total() - sum(number for _, number in shown)
                said.append(f"other texts ({count(rest, 'row')})")
            if said:
                yield f"left out, as keep_rows_where says, by '{short(name)}': {', '.join(said)}"


def _is_wanted(texts: pa.Array, wanted: Wanted) -> pa.Array:
    if wanted.matches is not None:
        return pc.match_substring_regex(texts, wanted.matches)
    listed = pa.array([_plain(text) for text in wanted.texts or wanted.excluded], pa.string())
    different = pc.unique(texts)
    plain = pa.array([_plain(text) for text in different.to_pylist()], pa.string())
    found = different.filter(pc.is_in(plain, listed))
    is_listed = pc.is_in(texts, found)
    return is_listed if wanted.texts else pc.invert(is_listed)


def _plain(text: str) -> str:
    return text.strip().casefold()
