"""Digits of other scripts."""

import pyarrow as pa
import pyarrow.compute as pc

_OTHERS = "[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff0c-\uff19]"


def latin_digits(texts: pa.Array) -> pa.Array:
    """Return texts with the digits of other scripts as ours, as staging reads them."""
    if pc.all(pc.string_is_ascii(texts)).as_py() is not False:
        return texts
    if not pc.any(pc.match_substring_regex(texts, _OTHERS)).as_py():
        return texts
    return pa.array(
        [None if text is None else _latin(text) for text in texts.to_pylist()], pa.string()
    )


def _latin(text: str) -> str:
    letters = (str(int(letter)) if letter.isdecimal() else letter for letter in text)
    return "".join(letters).replace("\uff0e", ".").replace("\uff0c", ",").replace("\uff0d", "-")
