"""What cells show by their style alone: a currency, and that they are struck through."""

import re
import unicodedata
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from babel.numbers import list_currencies

_WORDS = {"kr", "kr.", "zł", "Kč", "Ft", "Fr", "Fr.", "Rs", "Rs.", "лв"}
_MARKED = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
"""`[$€-407]`, `[$CHF]`; `[$-409]` is a language alone."""
_SCALE = re.compile(r"(?i)(?:[kt]|tsd|tausend|tys|tkr|miles|mio|mln|mn|millions?)\.?")
"""What is said of numbers in thousands and millions; alone, `t` may be tons."""
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
    """Return the sign or the code of the currency in a number format; empty if it shows none.

    Where the format says that numbers are in thousands or millions (`0.0" Tsd. €"`), all that it
    says; not where it divides them itself, as each comma behind the digits does: `0.0," k€"`.
    """
    code = re.sub(r"_.", "", code)  # as wide as a letter, which is not shown
    literals = [(quoted or escaped).strip() for quoted, escaped in _LITERAL.findall(code)]
    bare = re.sub(r"\[[^\]]*\]", "", _LITERAL.sub("", code))
    marked = _MARKED.search(code)
    sign = marked[1].strip() if marked else first_sign(literals) or first_sign(bare)
    text = " ".join(dict.fromkeys(filter(None, literals)))
    words = re.findall(r"[^\W\d_]+\.?|[^\w\s.,;()+-]", text)
    sign = sign or first_sign(words)
    is_scaled = any(map(_SCALE.fullmatch, words)) and (sign or words[0].lower() not in ("t", "m"))
    is_divided = re.search(r"[0#?],+(?![0#?,])", bare)
    if is_scaled and not is_divided and (sign or len(words) == 1):
        return text if not sign or sign in text else f"{text} {sign}"
    return sign


def first_sign(texts: Iterable[str]) -> str:
    """Return the first text that is the sign or the code of a currency; empty if none is."""
    return next((text for text in texts if _is_currency(text)), "")


def _is_currency(text: str) -> bool:
    is_sign = 0 < len(text) <= 3 and unicodedata.category(text[-1]) == "Sc"
    is_sign = is_sign and (text[:-1] == "" or (text[-1] == "$" and text[0] not in "kK"))
    return is_sign or text in _WORDS or text in list_currencies()
