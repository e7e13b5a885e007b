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

_ONE = r"\s*\d[\d.,]*\s*"
CHAINED = rf"^{_ONE}%?(\s*[+&]{_ONE}%?)+\s*$|^{_ONE}%(\s*/{_ONE}%)+\s*$"
"""Several discounts in one text: `10%+5%`."""


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
        start = "times" if pairs[0][0] == "*" else "sum"
        found[start] = [first.strip()]
    for sign, name in pairs:
        found.setdefault(_SIGNS[sign], []).append(name.strip())
    # A product comes first, as it is not clear of what later factors are.
    after = [sign for sign, _ in pairs if sign == "*"]
    return found if [sign for sign, _ in pairs][: len(after)] == after else {}


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
    shares = {name: rates_of(columns[name], mark) for name in calculation.get("less_rates", [])}
    profiles = {name: Profile(texts, mark=mark) for name, texts in columns.items()}
    numbers = {name: profile.numbers for name, profile in profiles.items()} | shares
    height = len(next(iter(numbers.values())))
    zero = np.zeros(height)
    added, factors = calculation.get("sum", []), calculation.get("times", [])
    result: Numbers = np.asarray(sum((np.nan_to_num(numbers[name]) for name in added), zero))
    if factors:
        percent = [1 / 100 if profiles[name].is_percent else 1 for name in factors]
        result = result + np.prod([numbers[name] for name in factors], axis=0) * np.prod(percent)
    taken = calculation.get("less", [])
    result = result - sum((np.nan_to_num(numbers[name]) for name in taken), zero)
    for rates in shares.values():
        result = result * (1 - np.nan_to_num(rates))
    base = factors or added or taken
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


def rates_of(texts: pa.Array, mark: str) -> Numbers:
    """Return rates as shares: percent where they have its sign, or are more than 1.

    Of several in one text, each is a share of what the one before has left: `10%+5%` is 14.5 %.
    """
    chained = pc.fill_null(pc.match_substring_regex(texts, CHAINED), False)
    if not pc.any(chained).as_py():
        return _shares(Profile(texts, mark=mark))
    pieces = [
        re.split(r"[+&/]", text) if is_chain else [text]
        for text, is_chain in zip(texts.to_pylist(), chained.to_pylist(), strict=True)
    ]
    width = max(map(len, pieces))
    filled = [(piece + [None] * width)[:width] for piece in pieces]
    flat = Profile(pa.array([text for piece in filled for text in piece], pa.string()), mark=mark)
    left = 1 - _shares(flat).reshape(-1, width)
    is_there = np.array([[text is not None for text in piece] for piece in filled])
    is_there[:, 0] = True  # a blank cell is no rate
    return np.asarray(1 - np.prod(np.where(is_there, left, 1.0), axis=1), dtype=np.float64)


def _shares(rates: Profile) -> Numbers:
    known = np.abs(rates.known_numbers)
    is_percent = rates.is_percent or bool((known > 1).any())
    return rates.numbers / 100 if is_percent else rates.numbers


def _written(number: float, mark: str) -> str:
    text = f"{round(number, _DECIMALS):.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return ("0" if text in ("-0", "") else text).replace(".", mark)


def headers_of(calculation: dict[str, list[str]]) -> list[str]:
    """Return the headers of all operations."""
    return [name for names in calculation.values() for name in names]
