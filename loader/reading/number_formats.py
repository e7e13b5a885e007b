"""What cells show by their style alone: a currency, and that they are struck through."""

import re
import unicodedata
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from babel.numbers import list_currencies

_WORDS = {"kr", "kr.", "zł", "Kč", "Ft", "Fr", "Fr.", "Rs", "Rs.", "лв"}
_MARKED = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
"""`[$€-407]`, `[$CHF]`; `[$-409]` is a language alone."""
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')


def currencies_of_styles(styles: Element) -> dict[int, str]:
    """Return the currency that each style of cells shows, by the number of the style.

    The formats that come with Excel show whatever currency the machine is set to: they tell none.
    """
    codes = {
        item.get("numFmtId", ""): item.get("formatCode", "")
        for item in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    found = {
        number: currency_shown(codes.get(style.get("numFmtId", ""), ""))
        for number, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    }
    return {number: sign for number, sign in found.items() if sign}


def styles_struck_through(styles: Element) -> set[int]:
    """Return the numbers of the styles of cells whose text is struck through."""
    fonts = {
        str(number)
        for number, font in enumerate(styles.iterfind("{*}fonts/{*}font"))
        if any(
            mark.get("val", "1").lower() in ("1", "true", "on")
            for mark in font.iterfind("{*}strike")
        )
    }
    found = enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
    return {number for number, style in found if style.get("fontId") in fonts}


def currency_shown(code: str) -> str:
    """Return the sign or the code of the currency in a number format; empty if it shows none."""
    code = re.sub(r"_.", "", code)  # as wide as a letter, which is not shown
    if marked := _MARKED.search(code):
        return marked[1].strip()
    literals = (quoted or escaped for quoted, escaped in _LITERAL.findall(code))
    bare = re.sub(r"\[[^\]]*\]", "", _LITERAL.sub("", code))
    return first_sign([text.strip() for text in literals]) or first_sign(bare)


def first_sign(texts: Iterable[str]) -> str:
    """Return the first text that is the sign or the code of a currency; empty if none is."""
    return next((text for text in texts if _is_currency(text)), "")


def _is_currency(text: str) -> bool:
    is_sign = 0 < len(text) <= 3 and unicodedata.category(text[-1]) == "Sc"
    return is_sign or text in _WORDS or text in list_currencies()
