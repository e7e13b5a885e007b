"""In which code page the words of a text are words."""

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, lru_cache

from loader.evidence.finding import Finding
from loader.questions import Question, Reading
from loader.understanding.vocabulary import is_spelt
from loader.wording import quoted, short

_LATIN_WEST = {
    "German": "äöüß",
    "French": "àâæçèéêëîïôœùû",
    "Spanish": "áéíñóúü",
    "Portuguese": "áâãàçéêíóôõú",
    "Italian": "àèéìòù",
    "Dutch": "ëïéèöüó",
    "Catalan": "àçèéíïòóúü",
    "Swedish and Finnish": "åäöé",
    "Danish and Norwegian": "åæøéòô",
    "Icelandic": "áðéíóúýþæö",
}
_LATIN_EAST = {
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýž",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîșşțţ",
    "Croatian and Slovene": "čćđšž",
    "German": "äöüß",
}
_TURKISH = {"Turkish": "çğıİöşüâîû", "German": "äöüß"}
_BALTIC = {
    "Lithuanian": "ąčęėįšųūž",
    "Latvian": "āčēģīķļņšūž",
    "Estonian": "äõöüšž",
    "German": "äöüß",
}
_CYRILLIC = {
    "Russian": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "Ukrainian": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "Bulgarian": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "Serbian": "абвгдђежзијклљмнњопрстћуфхцчџш",
}
_GREEK = {"Greek": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ"}
_HEBREW = {"Hebrew": "אבגדהוזחטיךכלםמןנסעףפץצקרשת"}
_ARABIC = {"Arabic": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"}
_CJK = {"": ""}

CODE_PAGES: dict[str, dict[str, str]] = {
    "cp1252": _LATIN_WEST,
    "cp1250": _LATIN_EAST,
    "cp1251": _CYRILLIC,
    "cp1253": _GREEK,
    "cp1254": _TURKISH,
    "cp1255": _HEBREW,
    "cp1256": _ARABIC,
    "cp1257": _BALTIC,
    "iso8859-2": _LATIN_EAST,
    "iso8859-15": _LATIN_WEST,
    "cp850": _LATIN_WEST,
    "cp437": _LATIN_WEST,
    "cp852": _LATIN_EAST,
    "cp866": _CYRILLIC,
    "koi8-r": _CYRILLIC,
    "mac-roman": _LATIN_WEST,
    "cp932": _CJK,
    "gbk": _CJK,
    "big5": _CJK,
    "cp949": _CJK,
}
"""Those that are tried, the likelier first, with the letters of the languages written in them."""

MOSTLY = 0.9
"""A reading in which fewer of the words are words than this is not certain."""

_LIKELY = 0.3
"""A reading in which more of the words are words than this is asked for."""

WORDS = 2_000
_SHOWN = 3

_WORD = re.compile(rb"[^\x00-\x3f]*[\x80-\xff][^\x00-\x3f]*")
"""What comes below @ is no part of a letter in any code page."""

_SIGNS = re.compile(r"[\x00-@\[-`{-\x7f\xa0]+")

_COMMON = {
    # The first of the two bytes of letters and signs that people use; the rest is for scholars.
    "gbk": (0xB0, 0xD7),
    "big5": (0xA4, 0xC6),
    "cp949": (0xB0, 0xC8),
    "cp932": (0x82, 0x98),
}

_FREE = "€£¥§°²³®™©«»“”„‘’‚–—…•·½¼¾±×ªº¿¡µ\u00a0"
_BEHIND_LETTERS = "®™©ªº°»”“’‘²³·–\u00a0"
_BEFORE_LETTERS = "«„“”‘’¿¡°·–€\u00a0"
_INSIDE = "’‘–"
_ALONE = "àáâåéèêëíìóòôõúùöüавийоксуя"
_LAST = "ςךםןףץ"
"""Letters as they are at the end of a word only."""


_WORD_OF_TEXT = re.compile(r"[^\x00-\x3f]*[\x80-\U0010ffff][^\x00-\x3f]*")

_SEEMS_TWICE = re.compile(
    # The first byte of a letter, read as one of a code page, and behind it another one.
    rb"(?:\xc3[\x82-\xb4]|\xe2\x94\x9c|\xe2\x88\x9a)"
    rb"(?:\xc2[\x80-\xbf]|[\xc5\xc6\xcb][\x80-\xbf]|\xe2[\x80-\x97][\x80-\xbf]|\xc3[\x80-\xbf])"
)
_OF_ONE_BYTE = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257")


def seems_encoded_twice(text: bytes) -> bool:
    """Tell, quickly, whether UTF-8 may have been taken for a code page and encoded once more."""
    return not text.isascii() and _SEEMS_TWICE.search(text) is not None


def encoded_twice(words: Iterable[str]) -> tuple[dict[str, str], bool]:
    """Return the words that are UTF-8, taken for a code page and encoded as UTF-8 once more.

    `GrÃ¼n` is no word of any language; `Grün`, which its letters are as bytes, is one.

    Returns:
        Each such word, with what it is; and whether all words may be such.
    """
    once = {word: _encoded_once(word) for word in words}
    meant = {word: text for word, text in once.items() if text and not _are_spelled(word)}
    return meant, None not in once.values()


def encoded_once(text: str, *, all_of_it: bool) -> str:
    """Return a text with such words as they are meant, or with all of them that may be such."""
    return _WORD_OF_TEXT.sub(lambda found: _meant(found[0], all_of_it), text)


@lru_cache(maxsize=20_000)
def _meant(word: str, all_of_it: bool) -> str:
    return (not (_are_spelled(word) and not all_of_it) and _encoded_once(word)) or word


def _encoded_once(word: str) -> str | None:
    for page in _USUAL:
        with suppress(UnicodeError):
            once = _in_page(word, page).decode("utf-8")
            if _are_spelled(once):
                return once
    return None


def _in_page(word: str, page: str) -> bytes:
    """Write a word in a code page; what no letter stands for in cp1252 keeps its number."""
    if page != "cp1252":
        return word.encode(page)
    return b"".join(
        bytes([ord(letter)]) if "\x80" <= letter < "\xa0" else letter.encode(page)
        for letter in word
    )


def _are_spelled(text: str) -> bool:
    parts = [part for part in _SIGNS.split(text) if not part.isascii()]
    return all(any(_is_spelled(part, page) for page in _OF_ONE_BYTE) for part in parts)


def words_in(text: bytes) -> list[bytes]:
    """Return the words with letters beyond ASCII."""
    return _WORD.findall(text)


def words_of(text: str) -> list[str]:
    """Return the words with letters beyond ASCII, of a text that is decoded."""
    return _WORD_OF_TEXT.findall(text)


def code_page(words: Iterable[bytes], header: bytes = b"") -> Finding[str]:
    """Return the one code page in which words are words, or a question.

    Args:
        words: with letters beyond ASCII.
        header: the line that may hold the headers: a word of the vocabulary is one for certain.
    """
    found = set(words)
    # One letter alone, as of an abbreviation, shows little.
    different = sorted({word for word in found if len(word) > 1} or found)[:WORDS]
    in_header = set(words_in(header))
    known = {page: {w for w in in_header if is_spelt(_decoded(w, page))} for page in CODE_PAGES}
    scores = {page: _share_of_words(different, page, known[page]) for page in CODE_PAGES}
    best = max(scores.values())
    # One word that is none excludes a page, unless it is one in every other page as well.
    worst = 1 - 2 * (1 - best)
    pages = [page for page, share in scores.items() if share and share >= worst]
    most = max((len(known[page]) for page in pages), default=0)
    pages = _simplest(different, [page for page in pages if len(known[page]) == most])
    readings: dict[tuple[str, ...], str] = {}  # what the words are -> the first page that says so
    for page in pages:
        readings.setdefault(tuple(_decoded(word, page) for word in different), page)
    if len(readings) == 1 and best >= MOSTLY:
        (page,) = readings.values()
        shown = quoted(_examples([next(iter(readings))], 0))
        return Finding(page, [f"read as {page}, in which its words are words ({shown})"])
    if len(readings) < 2:
        usual_ones = {tuple(_decoded(word, page) for word in different): page for page in _USUAL}
        # The one that most words speak for is a choice, too.
        readings = (readings if best > _LIKELY else {}) | usual_ones
    # What most files are is a choice even where a word would look odd in it.
    usual = tuple(_decoded(word, _USUAL[0]) for word in different)
    if "\ufffd" not in "".join(usual) and len(readings) < _SHOWN:
        readings.setdefault(usual, _USUAL[0])
    texts = list(readings)[:_SHOWN]
    asked = tuple(
        Reading(
            f"{quoted(_examples(texts, position))} ({readings[text]})",
            f"encoding: {readings[text]}",
            f"--encoding {readings[text]}",
        )
        for position, text in enumerate(texts)
    )
    question = Question("the file is not UTF-8, and its code page is open: are its words", asked)
    return Finding(readings[texts[0]], question=question)


_USUAL = ("cp1252", "cp850", "mac-roman")


def page_beside_utf8(bad: set[bytes], good: set[bytes]) -> str | None:
    """Return the code page of words in a file whose other words are UTF-8; None if none is certain.

    Args:
        bad: the words that are no UTF-8.
        good: those that are.
    """
    if not good or len(bad) < _SEVERAL:
        return None
    texts = {word.decode("utf-8") for word in good}
    if not all(map(_are_spelled, texts)):
        return None
    found = code_page(bad)
    # The same words in UTF-8 tell what they are.
    pages = [page for page in CODE_PAGES if all(_is_word(word, page) for word in bad)]
    same = {page: sum(_decoded(word, page) in texts for word in bad) for page in pages}
    page = max(pages, key=lambda page: same[page], default=found.value)
    if (found.question is not None and not same.get(page)) or page in _COMMON:
        return None
    page = page if same.get(page) else found.value
    return page if 2 * sum(_is_word(word, page) for word in good) < len(good) else None


_SEVERAL = 3
"""Words of another code page among those that are UTF-8; fewer are damaged ones."""


def _examples(texts: list[tuple[str, ...]], position: int) -> list[str]:
    """Return words that differ between the readings, of one of them."""
    differing = [i for i, readings in enumerate(zip(*texts, strict=True)) if len(set(readings)) > 1]
    return [short(texts[position][i], 30) for i in (differing or range(len(texts[0])))[:_SHOWN]]


def _decoded(word: bytes, page: str) -> str:
    return word.decode(page, "replace")


def _share_of_words(words: list[bytes], page: str, known: set[bytes]) -> float:
    good = sum(word in known or _is_word(word, page) for word in words)
    return good / len(words) if words else 0.0


def _is_word(word: bytes, page: str) -> bool:
    try:
        text = word.decode(page)
    except UnicodeDecodeError:
        return False
    if page in _COMMON:
        return _is_common(word, text, page)
    return all(_is_spelled(part, page) for part in _SIGNS.split(text) if not part.isascii())


def _is_spelled(text: str, page: str) -> bool:
    """Tell whether letters and signs stand as they do in a word."""
    if len(text) == 1 and text.isalpha() and text not in _ALONE:
        return False
    scripts = set()
    for before, letter, behind in zip(" " + text, text, text[1:] + " ", strict=False):
        if letter.isalpha() and letter not in "ªº":
            if not letter.isascii() and _letters(page).isdisjoint((letter, letter.lower())):
                return False
            scripts.add(unicodedata.name(letter).partition(" ")[0])
            is_capital = not letter.isascii() and letter.isupper()
            if is_capital and (before.islower() or (before.isupper() and behind.islower())):
                return False
            if (letter in _LAST and behind.isalpha()) or (letter == "σ" and not behind.isalpha()):
                return False
        elif letter not in _FREE or not _stands_well(letter, before, behind):
            return False
    # In Latin letters, those with accents are the fewer.
    own = sum(letter.isalpha() and not letter.isascii() for letter in text)
    return len(scripts) < 2 and (scripts != {"LATIN"} or own <= max(3, len(text) * 3 // 4))


def _stands_well(sign: str, before: str, behind: str) -> bool:
    if before.isalpha() and behind.isalpha():
        return sign in _INSIDE
    if before.isalpha():
        return sign in _BEHIND_LETTERS and (sign not in "²³" or before in "mM")
    return not behind.isalpha() or sign in _BEFORE_LETTERS


def _is_common(word: bytes, text: str, page: str) -> bool:
    first, last = _COMMON[page]
    position = 0
    while position < len(word):
        if word[position] < 0x80:
            position += 1
            continue
        if position + 1 == len(word):
            return False
        is_common = first <= word[position] <= last
        if page == "gbk" and word[position + 1] < 0xA1:
            is_common = False
        is_sign = not word[position : position + 2].decode(page, "replace").isalpha()
        if not is_common and not is_sign:
            return False
        position += 2
    # Half a Latin word is no sign of Chinese.
    return not any(
        before.isascii() and behind.isascii() and before.isalpha() and behind.isalpha()
        for before, sign, behind in zip(text, text[1:], text[2:], strict=False)
        if not sign.isascii()
    ) and not re.search(r"[\uff61-\uff9f]", text)


def _simplest(words: list[bytes], pages: list[str]) -> list[str]:
    """Leave out the pages in which the words would be of more languages than in another.

    A few letters alone show no language: Gdańsk and Müller are of two, Gdañsk and Müller of one.
    """
    letters = {page: _letters_in(words, page) for page in pages}
    languages = {page: _languages(letters[page], page) for page in pages}
    fewest = min(languages.values(), default=0)
    enough = min((len(found) for found in letters.values()), default=0) >= _ENOUGH_LETTERS
    return [page for page in pages if languages[page] <= fewest + (0 if enough else 1)]


_ENOUGH_LETTERS = 4


def _letters_in(words: list[bytes], page: str) -> set[str]:
    found = set("".join(_decoded(word, page) for word in words))
    return {letter if letter == "İ" else letter.lower() for letter in found} & _letters(page)


def _languages(letters: set[str], page: str) -> int:
    """Return how many languages it takes to have all letters, the most helpful one first."""
    count = 0
    while letters:
        best = max(CODE_PAGES[page].values(), key=lambda known: len(letters & set(known)))
        letters = letters - set(best)
        count += 1
    return max(count, 1)


@cache
def _letters(page: str) -> frozenset[str]:
    return frozenset("".join(CODE_PAGES[page].values()))
