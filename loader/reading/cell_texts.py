"""The text of cells, where fastexcel makes none of them, or not the one that Excel shows."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

_ERRORS = {
    "NA": "#N/A",
    "Div0": "#DIV/0!",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}


def has(column: pa.Array, test: Callable[[pa.Array, str], pa.Array], text: str) -> bool:
    """Tell whether a test holds of any cell."""
    return bool(pc.any(test(column, text)).as_py())


def with_texts(column: pa.Array, texts: dict[int, str]) -> pa.Array:
    """Put texts into a column, by their row, from 0."""
    rows = sorted(texts)
    mask = pc.is_in(pa.arange(0, len(column)), value_set=pa.array(rows, pa.int64()))
    return pc.replace_with_mask(column, mask, pa.array([texts[row] for row in rows], pa.string()))


def put_errors(columns: list[pa.Array], errors: list[fastexcel.CellError]) -> None:
    """Put in the texts of the cells that fastexcel makes no text of."""
    texts: dict[int, dict[int, str]] = {}
    for error in errors:
        row, column = error.position
        texts.setdefault(column, {})[row] = _unreadable(error.detail)
    for position, in_column in texts.items():
        columns[position] = with_texts(columns[position], in_column)


def _unreadable(detail: str) -> str:
    """Return the text for a cell that fastexcel makes no text of."""
    if found := re.search(r"Error\((\w+)\)", detail):
        return _ERRORS.get(found[1], f"#{found[1].upper()}!")
    if found := re.search(r'DurationIso\("PT(\d+)H(\d+)M([\d.]+)S"\)', detail):
        seconds = Decimal(found[3])
        return f"{int(found[1]):02}:{int(found[2]):02}:{seconds:0{2 if seconds % 1 == 0 else 6}}"
    if found := re.search(r"ExcelDateTime \{ value: (-?[\d.e]+)", detail):
        return _plain(float(found[1]))  # beyond the calendar: Excel shows #### for it
    return detail.removeprefix("Expected string but got ")


LONG_OR_LARGE = r"^-?(?:(?:0|[1-9]\d*)\.\d{8}|[1-9]\d{6,}\.\d*)[1-9]$"

WIDE_STEPS = 2.0**23
"""From here up floats lie farther apart than nine decimals do: these add noise and lose nothing."""


def inexact(column: pa.Array, exact: pa.Array) -> pa.Array:
    """Tell which texts differ from the number within the 15 digits that Excel shows."""
    plain = pc.match_substring_regex(column, r"^-?(0|[1-9]\d*)(\.\d*[1-9])?$")
    read = pc.cast(pc.if_else(plain, column, None), pa.float64())
    size = pc.abs(exact)
    lost = pc.greater(pc.abs(pc.subtract(read, exact)), pc.multiply(size, 1e-14))
    noisy = pc.and_(pc.greater_equal(size, WIDE_STEPS), pc.match_substring(column, "."))
    return pc.fill_null(pc.and_(plain, pc.or_(lost, noisy)), False)


def shortest(numbers: pa.Array) -> pa.Array:
    """Write numbers with as few digits as tell them apart, and without an exponent."""
    texts = pc.cast(numbers, pa.string())
    scientific = pc.indices_nonzero(pc.fill_null(pc.match_substring(texts, "e"), False))
    if not len(scientific):
        return texts
    return with_texts(texts, {i: _plain(numbers[i].as_py()) for i in scientific.to_pylist()})


def _plain(number: float) -> str:
    text = format(Decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def clock(duration: timedelta) -> str:
    """Write a duration as hours, minutes and seconds."""
    seconds = duration // timedelta(seconds=1)
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
