"""What the words of a header mean, by `loader/vocabulary.yml`."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from rapidfuzz import fuzz, process

from loader.contracts import ENTITIES, folded, header_key

OTHER = "other"
"""What a header means that is none of our columns, as the vocabulary knows."""

DISCOUNT = "discount"
"""A discount of which the values have to say whether it is an amount or a share."""

_NEAR = 88
"""How nearly equal (of 100) two words of at least so many letters must be:"""
_LONG = 6
_APART = 3
"""So much nearer than a word that means something else."""

_COMPOUND = 6
"""A word of more letters may begin another one, in names of tables."""

_EXAMPLE = 7
"""A word for examples of as many letters may begin another one."""

_COMPOUNDED = ("taken_off", "on_top", "surcharge", "factor", "freight")
_END = 5
"""A word of as many letters may end another one, in headers of numbers of these kinds."""

_FEW = 5
"""Words of a text that says of a row what it is."""

_TITLE = 300
"""Letters of a title that are looked at."""


class Meaning(NamedTuple):
    """What a header may mean.

    Attributes:
        column: of the contract, or DISCOUNT.
        weight: how surely, from 0 to 1, by the words alone.
        why: how it is known, for people.
    """

    column: str
    weight: float
    why: str


@dataclass(frozen=True)
class _Words:
    """The vocabulary as one entity sees it: by the key of each word, what it means.

    Attributes:
        exact: the columns that a word is listed for, with its rank (0 is the usual one).
        listed: the words that are listed as they are, nouns among them; not those put together.
        sets: the same words whatever the order of their parts.
    """

    exact: dict[str, dict[str, int]]
    listed: list[str]
    sets: dict[frozenset[str], dict[str, int]]


@cache
def _vocabulary() -> dict[str, Any]:
    text = Path(__file__).parents[1].joinpath("vocabulary.yml").read_text(encoding="utf-8")
    # Every value as the text that stands there: the word `no` is not the boolean false.
    loaded: dict[str, Any] = yaml.load(text, yaml.CBaseLoader)  # noqa: S506 (texts only)
    return loaded


def _listed(languages: dict[str, Any]) -> Iterator[str]:
    for words in languages.values():
        for word in words:
            yield from word if isinstance(word, list) else [word]


@cache
def row_words(kind: str) -> tuple[str, ...]:
    """Return what rows of a kind say that are no sales, in lower case: `total`."""
    return tuple(dict.fromkeys(word.lower() for word in _listed(_vocabulary()["rows"][kind])))


@cache
def row_keys(kind: str) -> frozenset[str]:
    """Return the same words as `folded` writes them."""
    return frozenset(map(folded, row_words(kind)))


@cache
def row_phrases(kind: str) -> frozenset[str]:
    """Return the same words, folded, with a blank between those of one."""
    return frozenset(" ".join(parts(word)) for word in row_words(kind))


@cache
def back_words() -> tuple[str, ...]:
    """Return what says that something was taken back or cancelled, in lower case."""
    cancelled = _listed(_vocabulary()["tables"]["cancelled orders"])
    return tuple(dict.fromkeys([*row_words("taken_back"), *(word.lower() for word in cancelled)]))


@cache
def is_example(text: str) -> bool:
    """Tell whether a text says of its row that it is an example: `Muster`, `Beispielartikel`."""
    begins = " ".join(parts(text[:100].lower()))
    return any(
        begins == phrase
        or begins.startswith(f"{phrase} ")
        or (len(phrase) >= _EXAMPLE and begins.startswith(phrase))
        for phrase in row_phrases("example")
    )


@cache
def number_words(kind: str) -> frozenset[str]:
    """Return what headers of numbers say if they are of a kind, folded, each word alone."""
    words = _listed(_vocabulary()["numbers"][kind])
    return frozenset(
        part
        for word in words
        for spelt in (word, _without_umlauts(word))
        for part in parts(spelt.lower())
    )


def says_of_numbers(header: str, *kinds: str) -> bool:
    """Tell whether a word of a header of numbers is one of some kinds: `pieces`."""
    words = {*parts(header), *parts(header.lower())}  # MwSt is one word
    return any(
        words & number_words(kind) or (kind in _COMPOUNDED and any(map(_ends_with(kind), words)))
        for kind in kinds
    )


def rate_in(header: str) -> float | None:
    """Return the rate that a header of amounts says, in percent: `VAT 20 %`; None if none."""
    found = re.search(r"(\d+(?:[.,]\d+)?)\s*%", header)
    return float(found[1].replace(",", ".")) if found else None


@cache
def _ends_with(kind: str) -> Callable[[str], bool]:
    """Return what tells whether a word is put together with one of a kind: `Treuerabatt`."""
    is_freight = kind == "freight"
    least = _END + is_freight  # `Importo` is no `Porto`
    ends = tuple(word for word in number_words(kind) if len(word) >= least)
    begin = ends if is_freight else ()  # `Versandanteil`
    return lambda word: word.endswith(ends) or word.startswith(begin)


@cache
def _order_totals() -> tuple[frozenset[str], ...]:
    words = _listed(_vocabulary()["order_totals"])
    spelt = (form for word in words for form in (word, _without_umlauts(word)))
    return tuple(dict.fromkeys(frozenset(parts(form)) for form in spelt))


def says_order_total(header: str) -> bool:
    """Tell whether a header of amounts says that they are those of whole orders."""
    words = {*parts(header)}
    return any(phrase <= words for phrase in _order_totals())


def says(text: str, *kinds: str) -> bool:
    """Tell whether a text is of one of some kinds of rows, alone or with a few other words."""
    words = parts(text[:100])
    if not words or len(words) > _FEW:
        return False
    spaced = f" {' '.join(words)} "
    is_said = any(f" {phrase} " in spaced for kind in kinds for phrase in row_phrases(kind))
    return is_said and not any(f" {phrase} " in spaced for phrase in row_phrases("not"))


@cache
def _table_words() -> dict[str, frozenset[str]]:
    return {
        kind: frozenset(
            " ".join(parts(spelt))
            for word in _listed(languages)
            for spelt in (word, _without_umlauts(word))
        )
        for kind, languages in _vocabulary()["tables"].items()
    }


@lru_cache(maxsize=5_000)
def table_kinds(name: str) -> tuple[str, ...]:
    """Return what the name of a sheet, a file or a table says that its rows are: `returns`."""
    without = "|".join(map(re.escape, _table_words()["without"]))
    spaced = re.sub(rf" (?:{without}) \S+(?= )", "", f" {' '.join(parts(name))} ")
    words = spaced.split()
    return tuple(
        kind
        for kind, said in _table_words().items()
        if kind != "without"
        and any(
            f" {phrase} " in spaced
            # Of words that are put together: `Retourenliste`.
            or (len(phrase) > _COMPOUND and any(word.startswith(phrase) for word in words))
            for phrase in said
        )
    )


def words_for(entity: str, column: str) -> list[str]:
    """Return the words a column goes by in sheets of an entity, the usual ones first."""
    vocabulary = _vocabulary()
    listed = [
        *_interleaved(vocabulary["columns"].get(column, {})),
        *_listed(vocabulary["within"].get(entity, {}).get(column, {})),
    ]
    return list(dict.fromkeys([column.replace("_", " "), *listed]))


def _interleaved(languages: dict[str, list[str]]) -> Iterator[str]:
    """Yield the words by their place in their own language: no language comes before another."""
    longest = max(map(len, languages.values()), default=0)
    for place in range(longest):
        yield from (words[place] for words in languages.values() if place < len(words))


def _listed_for(columns: Iterable[str]) -> Iterator[str]:
    for column in sorted(columns):
        yield from _listed(_vocabulary()["columns"][column])


@cache
def _composed(column: str) -> tuple[tuple[str, int], ...]:
    """Return the words made of a noun and a mark, such as `Kundennummer`, each with its rank."""
    vocabulary = _vocabulary()
    noun, _, mark = column.rpartition("_")
    if column == "sold_at":
        noun, mark = "order", "date"
    elif column == "category":
        noun, mark = "category", "name"
    if noun not in vocabulary["nouns"] or mark not in vocabulary["marks"]:
        return ()
    made = []
    for language, nouns in vocabulary["nouns"][noun].items():
        marks = vocabulary["marks"][mark]
        # English marks go with every language: `ID Kunde`, `Cliente ID`.
        fitting = dict.fromkeys([*marks.get(language, []), *marks["en"]])
        for (rank, word), what in product(enumerate(nouns, start=30), fitting):
            made += [(f"{word} {what}", rank), (f"{what} {word}", rank)]
    return tuple(made)


@cache
def _marks(kind: str) -> frozenset[str]:
    return frozenset(header_key(word) for word in _listed(_vocabulary()["marks"][kind]))


def is_mark(header: str, kind: str) -> bool:
    """Tell whether a header is nothing but a word for a name, an id or a day: `Name`."""
    return header_key(header) in _marks(kind)


@cache
def _nouns() -> dict[str, dict[str, int]]:
    """Return, by the key of a noun, what it is the name of, with its rank."""
    found: dict[str, dict[str, int]] = {}
    for noun, languages in _vocabulary()["nouns"].items():
        for words in languages.values():
            for rank, word in enumerate(words):
                for key in _keys(word):
                    found.setdefault(key, {}).setdefault(noun, rank)
    return found


@cache
def _fillers() -> frozenset[str]:
    return frozenset(
        header_key(word)
        for kind, words in _vocabulary()["fillers"].items()
        for word in words
        if kind != "lines"
    )


@lru_cache(maxsize=50_000)
def _keys(word: str) -> frozenset[str]:
    """Return the keys of a word: with ä as a and as ae, as people without umlauts write it."""
    return frozenset({header_key(word), header_key(_without_umlauts(word))})


def _without_umlauts(word: str) -> str:
    spelt = word.casefold()
    for letter, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        spelt = spelt.replace(letter, letters)
    return spelt


@lru_cache(maxsize=50_000)
def parts(header: str) -> tuple[str, ...]:
    """Take a header apart into its words, folded: `unitPrice (USD)` is unit, price, usd."""
    spaced = _spaced(header).replace("%", " % ")
    return tuple(key for word in re.split(r"[\W_]+", spaced) if (key := folded(word))) + (
        ("%",) if "%" in header else ()
    )


def _spaced(text: str) -> str:
    return re.sub(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)


def _telling(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _fillers())


@cache
def _words(entity: str) -> _Words:
    exact: dict[str, dict[str, int]] = {}
    sets: dict[frozenset[str], dict[str, int]] = {}

    def add(word: str, column: str, rank: int) -> None:
        for key in _keys(word):
            exact.setdefault(key, {}).setdefault(column, rank)
        if telling := frozenset(_telling(parts(word))):
            sets.setdefault(telling, {}).setdefault(column, rank)

    vocabulary = _vocabulary()
    own = ENTITIES[entity].columns
    if "discount_rate" in own:
        own = {**own, DISCOUNT: own["discount_rate"]}
    listed = vocabulary["columns"]
    # What a word means in this entity comes before what it means elsewhere, a word as it is listed
    # before one that is put together.
    for column, languages in vocabulary["within"].get(entity, {}).items():
        for rank, word in enumerate(_interleaved(languages)):
            add(word, column, rank)
    taken = frozenset(exact)
    for column in own:
        for rank, word in enumerate([column, *_interleaved(listed.get(column, {}))]):
            if taken.isdisjoint(_keys(word)):
                add(word, column, rank)
    elsewhere = listed.keys() - own.keys()
    for word in (*_listed(vocabulary["others"]), *_listed_for(elsewhere)):
        if exact.keys().isdisjoint(_keys(word)):
            add(word, OTHER, 0)
    composed = {column for entity in ENTITIES.values() for column in entity.columns}
    taken = frozenset(exact)
    for column in sorted(composed, key=lambda column: column not in own):
        for word, rank in _composed(column):
            if taken.isdisjoint(_keys(word)):
                add(word, column if column in own else OTHER, rank)
    return _Words(exact, [*taken, *_nouns()], sets)


@lru_cache(maxsize=20_000)
def meanings(header: str, entity: str) -> tuple[Meaning, ...]:
    """Return what a header may mean in a sheet of an entity; nothing where that is not known.

    A header in cents or thousands means no number of ours: `Revenue (k EUR)`.
    """
    found = _meanings(header, entity)
    if scale_in(header) is None:
        return found
    columns = ENTITIES[entity].columns
    return tuple(
        meaning
        for meaning in found
        if meaning.column in columns and columns[meaning.column].type == "text"
    )


@cache
def currency_in(header: str) -> str | None:
    """Return the sign or the name of the currency that a header of amounts names; None if none."""
    if sign := re.search(r"\b[A-Z]{1,2}\$|[$€£¥₹₽₺₪₩₫฿₦₴₱]", header):
        return sign[0]
    known = set(_vocabulary()["fillers"]["currencies"])
    return next((word.upper() for word in parts(header) if word in known), None)


def currencies_in_title(title: str) -> list[str]:
    """Return the signs and codes of the currencies that a title, or the name of a file, names."""
    found = re.findall(r"(?:\b[A-Z]{1,2})?\$|[€£¥₹₽₺₪₩₫฿₦₴₱]", title[:_TITLE])
    known = _vocabulary()["titles"]
    for word in re.findall(r"[^\W\d_]+", _spaced(title[:_TITLE])):
        # Of thousands: `TEUR`, `kSEK`.
        code = re.sub(r"(?i)^[tkm](?=(eur|usd|gbp|sek)$)", "", word)
        name = known["also"].get(code.lower(), code.upper())
        if name in known["codes"] and (code.isupper() or name.lower() not in known["words"]):
            found.append(name)
    return list(dict.fromkeys(found))


@lru_cache(maxsize=5_000)
def says_with_tax(title: str) -> bool:
    """Tell whether a title says that amounts have a tax in them: `alle Preise inkl. USt`."""
    words = {*parts(title[:_TITLE]), *parts(title[:_TITLE].lower())}
    if words & number_words("without_tax") - {"brutto"}:
        return False
    known = _vocabulary()["titles"]
    alone = {folded(word) for word in known["alone"]}
    is_with = bool(words & {folded(word) for word in known["with"]})
    return bool(words & alone) or (is_with and bool(words & number_words("tax")))


@lru_cache(maxsize=5_000)
def scale_in_title(title: str) -> str | None:
    """Return what a 1 stands for, by a title that says that amounts are in thousands, or None.

    A word for thousands alone is not enough, as in a header: `3 million visitors`.
    """
    whole = title[:_TITLE]
    pieces = [(whole, False), *((piece, True) for piece in re.findall(r"[(\[]([^()\[\]]*)", whole))]
    found = (_scale_of_amounts(piece, is_apart=is_apart) for piece, is_apart in pieces)
    return next(filter(None, found), None)


def _scale_of_amounts(title: str, *, is_apart: bool) -> str | None:
    spaced = " ".join(parts(_with_codes(title.replace("\u00d7", " x "))))
    known = _vocabulary()["titles"]
    money = {*known["money"], *map(str.lower, known["codes"])}
    # `in 1.000 EUR` and `x 1000` are thousands, 1.000 alone is a number.
    words = re.sub(r"\b(in|x)( eur| usd| gbp)? 1 ?000\b", r"\1 000", spaced).split()
    for number, languages in _vocabulary()["scales"].items():
        for phrase in map(parts, _listed(languages)):
            for i in range(len(words) - len(phrase) + 1):
                if tuple(words[i : i + len(phrase)]) != phrase:
                    continue
                before = words[i - 1] if i else ""
                behind = [word for word in words[i + len(phrase) :] if word not in known["of"]]
                is_alone = is_apart and set(words) - {*phrase, *known["of"]} <= money
                is_money = not money.isdisjoint(phrase) or phrase[-1] in known["scaled"]
                is_beside = before in money or (bool(behind) and behind[0] in money)
                is_in = before in known["in"] and max(map(len, phrase)) > 2
                if not before.isdigit() and (is_alone or is_money or is_beside or is_in):
                    return str(number)
    return None


def _with_codes(text: str) -> str:
    for sign, code in (("€", "eur"), ("$", "usd"), ("£", "gbp")):
        text = text.replace(sign, f" {code} ")
    return text


@cache
def scale_in(header: str) -> str | None:
    """Return what a 1 stands for, by a header that says cents, thousands or millions, or None."""
    if re.search(r"\((p|ct|cts|¢)\)\s*$", header):
        return "0.01"
    spaced = f" {' '.join(parts(_with_codes(header)))} ".replace(" per cent ", " percent ")
    for number, languages in _vocabulary()["scales"].items():
        if any(f" {' '.join(parts(scale))} " in spaced for scale in _listed(languages)):
            return str(number)
    return None


def _meanings(header: str, entity: str) -> tuple[Meaning, ...]:
    known = _words(entity)
    words = parts(header)
    telling = _telling(words)
    bare = header_key(re.sub(r"\([^)]*\)|\[[^\]]*\]|\b[A-Z]{1,2}\$|[€$£¥]", " ", header))
    for key in (header_key(header), bare, "".join(telling)):
        if key in known.exact:
            return _ranked(known.exact[key], 1.0, "")
        if found := _noun(key, entity):
            return found
    for key in _without_prefix(telling):
        # What is said of a line is said of its product: `Lineitem name`.
        for whole in (key, f"product{key}"):
            if known.exact.get(whole, {OTHER: 0}).keys() != {OTHER}:
                return _ranked(known.exact[whole], 1.0, "")
            if found := _noun(whole, entity):
                return found
    for some in (frozenset(words), frozenset(telling)):
        if some in known.sets:
            return _ranked(known.sets[some], 0.95, "")
    return _near("".join(telling) or bare, known, entity)


def _without_prefix(words: tuple[str, ...]) -> Iterator[str]:
    """Yield the key without what says only that it is about a line: `Lineitem price`."""
    for prefix in _vocabulary()["fillers"]["lines"]:
        head = _telling(parts(prefix))
        if words[: len(head)] == head and len(words) > len(head):
            yield "".join(words[len(head) :])


def _ranked(columns: dict[str, int], weight: float, why: str) -> tuple[Meaning, ...]:
    ours = {column: rank for column, rank in columns.items() if column != OTHER} or columns
    # A word that may mean several things says less about each.
    shared = weight if len(ours) == 1 else weight * 0.8
    return tuple(
        Meaning(column, shared - min(rank, 60) * 0.002, why) for column, rank in ours.items()
    )


def _noun(key: str, entity: str, weight: float = 0.85) -> tuple[Meaning, ...]:
    """Return what a noun alone may mean: an id or a name of it, as its values say."""
    own = ENTITIES[entity].columns
    found = []
    for noun, rank in _nouns().get(key, {}).items():
        for column in (f"{noun}_id", f"{noun}_name", *(["category"] * (noun == "category"))):
            if column in own:
                found.append(Meaning(column, weight - rank * 0.002, ""))
    return tuple(found)


def _near(key: str, known: _Words, entity: str) -> tuple[Meaning, ...]:
    """Return what the nearest word means, where no other meaning is as near."""
    if len(key) < _LONG:
        return ()
    found = process.extract(key, known.listed, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=5)
    if not found:
        return ()
    word, score, _ = found[0]
    meant = _at(word, known, entity)
    for rival, other_score, _ in found[1:]:
        if _at(rival, known, entity).keys() != meant.keys() and score - other_score < _APART:
            return ()
    return tuple(Meaning(column, 0.75, f"nearly '{word}'") for column in meant)


def _at(word: str, known: _Words, entity: str) -> dict[str, int]:
    return known.exact.get(word) or {meaning.column: 0 for meaning in _noun(word, entity)}


def is_known(header: str) -> bool:
    """Tell, quickly, whether a text is a word for a column of any entity, or of many files."""
    known = _words("sales_lines").exact  # has the words of all
    return header_key(header) in known or "".join(_telling(parts(header))) in known


@cache
def _spelt() -> frozenset[str]:
    text = Path(__file__).parents[1].joinpath("vocabulary.yml").read_text(encoding="utf-8")
    return frozenset(
        word for word in re.findall(r"[^\W\d_]+", text.casefold()) if not word.isascii()
    )


def is_spelt(word: str) -> bool:
    """Tell whether the vocabulary has a word with letters beyond ASCII, accents and all."""
    return not word.isascii() and word.casefold() in _spelt()


def nouns_in(name: str) -> set[str]:
    """Return what the name of a sheet or a file is about, such as `customer`."""
    found: set[str] = set()
    words = _telling(parts(re.sub(r"\.[a-z]+$", "", name, flags=re.IGNORECASE)))
    for word in words:
        for form in (
            word,
            word.removesuffix("s"),
            word.removesuffix("es"),
            word.removesuffix("en"),
        ):
            found |= _nouns().get(form, {}).keys()
    return found
