"""Columns of ours that are calculated from several of the file: `Sold` less `Returned`."""

import json
import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.understanding.profiles import Numbers, Profile

_SIGNS = {"+": "sum", "*": "times", "-": "less", "-%": "less_rates"}

_DECIMALS = 6


def parsed(text: str, is_header: Callable[[str], bool]) -> dict[str, list[str]]:
    """Return what `learn` is told of a calculated column: `Total - Refund`, `Cartons * Pack`.

    Args:
        text: headers with signs between them: +, *, - and -% (a share of the rest).
        is_header: tells whether the file has a header.

    Returns:
        The headers of each operation; none where the text is no such thing.
    """
    first, *pieces = re.split(r"(?:^|\s)(\+|\*|-%|-)\s", text.strip())
    pairs = [*zip(pieces[::2], pieces[1::2], strict=True)]
    if not pairs or not all(is_header(name.strip()) for _, name in pairs):
        return {}
    found: dict[str, list[str]] = {}
    if first.strip():
        if not is_header(first.strip()):
            return {}
        start = "times" if any(sign == "*" for sign, _ in pairs) else "sum"
        found[start] = [first.strip()]
    for sign, name in pairs:
        found.setdefault(_SIGNS[sign], []).append(name.strip())
    return {} if {"sum", "times"} <= found.keys() else found


def written(calculation: dict[str, list[str]]) -> str:
    """Return a calculation as `learn` takes it."""
    signs = {operation: sign for sign, operation in _SIGNS.items()}
    texts = [f"{signs[key]} {name}" for key, names in calculation.items() for name in names]
    return re.sub(r"^[+*] ", "", " ".join(texts))


def as_source(calculation: dict[str, list[str]]) -> str:
    """Return a calculation as a layout has it, in YAML."""
    pairs = (
        f"{key}: {json.dumps(names[0] if len(names) == 1 else names, ensure_ascii=False)}"
        for key, names in calculation.items()
    )
    return f"{{{', '.join(pairs)}}}"


def calculate(
    calculation: dict[str, list[str]], columns: dict[str, pa.Array], mark: str
) -> pa.Array:
    """Return the texts of a calculated column.

    A blank cell is nothing to add or to take off; a product or a difference of blanks is blank. A
    text that is no number stays, so that its row is kept out of the figures by it.

    Args:
        calculation: the headers of each operation.
        columns: the texts under each header.
        mark: of decimals.
    """
    numbers = {name: Profile(texts, mark=mark).numbers for name, texts in columns.items()}
    height = len(next(iter(numbers.values())))
    zero = np.zeros(height)
    added, factors = calculation.get("sum", []), calculation.get("times", [])
    result: Numbers = np.asarray(sum((np.nan_to_num(numbers[name]) for name in added), zero))
    if factors:
        result = np.prod([numbers[name] for name in factors], axis=0)
    taken = calculation.get("less", [])
    result = result - sum((np.nan_to_num(numbers[name]) for name in taken), zero)
    for name in calculation.get("less_rates", []):
        result = result * (1 - np.nan_to_num(_rates(columns[name], numbers[name])))
    base = added or factors or taken
    is_there = np.logical_or.reduce([np.isfinite(numbers[name]) for name in base])
    texts = [
        _written(number, mark) if there and np.isfinite(number) else None
        for number, there in zip(result.tolist(), is_there.tolist(), strict=True)
    ]
    odd: pa.Array = pa.nulls(height, pa.string())
    for name, column in columns.items():
        has_text = pc.fill_null(pc.match_substring_regex(column, r"\S"), False)
        is_odd = pc.and_(has_text, pa.array(~np.isfinite(numbers[name])))
        odd = pc.coalesce(odd, pc.if_else(is_odd, column, None))
    return pc.coalesce(odd, pa.array(texts, pa.string()))


def _rates(texts: pa.Array, numbers: Numbers) -> Numbers:
    """Return rates as shares: percent where they have its sign, or are more than 1."""
    known = np.abs(numbers[np.isfinite(numbers)])
    is_percent = Profile(texts).is_percent or bool((known > 1).any())
    return numbers / 100 if is_percent else numbers


def _written(number: float, mark: str) -> str:
    text = f"{round(number, _DECIMALS):.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return ("0" if text in ("-0", "") else text).replace(".", mark)


def headers_of(calculation: dict[str, list[str]]) -> list[str]:
    """Return the headers of all operations."""
    return [name for names in calculation.values() for name in names]
