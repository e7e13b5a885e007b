"""Learns a layout from files: what they hold, what is open, what a load would give."""

import csv
import re
import shlex
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from pathlib import Path

from loader import Refusal
from loader.calculated import headers_of, parsed
from loader.contracts import ENTITIES, header_key, unmet
from loader.deliveries import Delivery, is_delivered
from loader.dry_run import DryRun, Figures
from loader.evidence.sheets import is_summary, misnamed_file
from loader.evidence.totals import NONE
from loader.layout_keys import SHEET
from loader.layouts import DEFAULT_MISSING, MARK, read_layouts
from loader.load import Outcome
from loader.questions import Question, as_argument
from loader.reading.cutout import Cells, cells_of
from loader.understanding.as_entity import read_as, still_open
from loader.understanding.beside import read_tables, set_apart
from loader.understanding.by_values import guesses, proposal, told
from loader.understanding.proposal import Setting, as_yaml, file_patterns, kept_name
from loader.understanding.understand import months_across, understand
from loader.understanding.understood import Pick, Understood
from loader.understanding.vocabulary import currencies_in_title
from loader.wording import quoted, short

_OF_TYPE = {
    "decimal": ("decimal", "integer"),
    "dates": ("timestamp", "date"),
    "time_zone": ("timestamp", "date"),
    "missing": ("text",),
}
"""Settings that mean something only beside columns of these types."""


_SETTLED_AT_ONCE = (
    *("line_total", "unit_price", "price_units"),
    *("included_tax", "included_tax_rate", "included_freight"),
)
"""Whoever names one of these columns has looked at the amounts."""


class CannotLearn(Refusal):
    """What was asked for cannot be; the message says why, and what to do."""


@dataclass(frozen=True)
class Answers:
    """What people have said of the files.

    Attributes:
        settings: keys of a layout, such as `decimal`; lists are written with commas between.
        currency: of amounts that come without one.
        columns: our column -> the header it is read from.
        order_amounts: likewise, of amounts that are those of whole orders.
        constants: our column -> what it is in every row of sales.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    order_amounts: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """Which header each of our columns is read from, as people say."""
        return {**self.columns, **self.order_amounts}


@dataclass(frozen=True)
class Lesson:
    """What was learned.

    Attributes:
        found: the tables that were understood.
        apart: names of tables that were not, each with why.
        text: the layout.
        outcomes: what a load would make of each file.
        questions: what is open, by file.
        figures: of the sales; None where there are none that can be read.
        is_currency_open: whether amounts have no currency.
        proposals: what tables may be of which no word is known, by their values.
    """

    found: list[Understood]
    apart: dict[str, str]
    text: str
    outcomes: list[Outcome]
    questions: dict[Path, tuple[Question, ...]]
    figures: Figures | None
    is_currency_open: bool
    proposals: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether a load would not take all of it."""
        failed = any(outcome.status in ("failed", "held") for outcome in self.outcomes)
        unclear = any(found.lacking or found.question for found in self.found)
        return failed or unclear or not self.text


def learn(deliveries: Sequence[Delivery], answers: Answers) -> Lesson:
    """Understand files, and try what a load by the layout would give; write nothing.

    Raises:
        BadFile: a file cannot be read.
        CannotLearn: an answer fits none of the files.
    """
    # What else lies in an archive is as little a table as it is in a folder.
    deliveries = [item for item in deliveries if not item.member or is_delivered(item.known_as)]
    deliveries, copies = _without_copies(deliveries)
    files = [delivery.place for delivery in deliveries]
    ranges = _ranges(answers.settings.get("range"))
    read = read_tables(deliveries, answers.settings.get("encoding"), ranges)
    tables = [
        _as_people_say(table, answers.headers)
        for table in (understand(read) if ranges else set_apart(understand(read)))
    ]
    entities = list(ENTITIES)  # sales first
    found = sorted(
        (table for table in tables if table.entity),
        key=lambda table: entities.index(table.entity or ""),
    )
    sheets, rows = answers.settings.get("sheets"), answers.settings.get("rows")
    if sheets is not None:
        found = _take_sheets(found, said_list(sheets))
    if rows is not None and sum(len(t.table.places) for t in found if _is_sales(t)) > 1:
        raise CannotLearn(
            f"--rows {rows}: there are several sheets or files of sales, and it would hold for all "
            "of them: learn one at a time, with --sheets or its file alone."
        )
    asked = [table for table in found if table.question is not None]
    _take_columns(found, answers.headers)
    for table in found:
        settled = [
            f"--fill-down {name}" for name in said_list(answers.settings.get("fill_down", ""))
        ]
        settled += [f"--scale {pair}" for pair in said_list(answers.settings.get("scale", ""))]
        if table.question and _is_given(settled, table.question):
            table.question = None
    _name_what_no_other_has(found)
    for table in found:
        if answers.currency:
            _take_currency(table, answers.currency)
        if _is_sales(table):
            for column, value in answers.constants.items():
                table.picks.pop(column, None)
                table.constants[column] = (value, "as you say")
    for table in asked:
        if table.question is None:
            table.question = still_open(table, partial(_is_given, _flags(answers, table)))
    apart = {table.table.name: _why_apart(table) for table in tables if not table.entity} | copies
    summaries = [table.table.name for table in found if _adds_up_others(table, found)]
    apart |= dict.fromkeys(summaries, "without days, with the sums of other sheets")
    found = [table for table in found if table.table.name not in summaries]
    whole = [table for table in found if not table.lacking and table.question is None]
    patterns = [file_patterns(table, _others(table, tables)) for table in whole]

    def written(repeating: Container[tuple[Path, str]]) -> str:
        """Return the layout, without the sheets that repeat others."""
        documents = [
            as_yaml(table.without(repeating), names, _settings(table, answers))
            for table, names in zip(whole, patterns, strict=True)
            if any(place not in repeating for place in table.table.places)
        ]
        return _layout_text(files, documents)

    sales = [table for table in whole if _is_sales(table)]
    is_currency_open = any(not {*t.picks, *t.constants} & {"currency"} for t in sales)
    unasked: dict[Path, tuple[Question, ...]] = {}
    unclear: dict[Path, tuple[Question, ...]] = {
        table.table.places[0][0]: (table.question,) for table in found if table.question is not None
    }
    are_rows_known = (
        bool({"entity", "sheets"} & answers.settings.keys())
        or answers.settings.get("returns_where", NONE) != NONE
    )
    for table in found:
        if table.table.asks is not None:
            unasked[table.table.places[0][0]] = (table.table.asks,)
        if _is_sales(table) and not are_rows_known:
            for file, sheet in table.table.places:
                titles = [] if sheet else table.table.header.headlines
                if misnamed := misnamed_file(
                    file.name, table.rows, titles, is_of_some=table.says_which_rows()
                ):
                    unasked.setdefault(file, (misnamed,))
    unclear |= unasked
    if not whole or unasked:
        # A layout would say that these rows are sales, and a load by it would not ask again.
        unknown = [table.table for table in tables if not table.entity]
        proposals = [proposal(table, _given(table.places[0][0])) for table in unknown]
        told = [] if found else [text for text in proposals if text]
        return Lesson(found, apart, "", [], unclear, None, is_currency_open, told)
    understood = {file for table in whole for file, _ in table.table.places}
    tried = DryRun(written(()), deliveries, understood, is_draft=sheets is None)
    figures = tried.figures()
    if figures is not None:
        is_currency_open &= any(not currency for currency, _ in figures.totals)
    return Lesson(
        found,
        apart,
        # Which sheets count is said by its own key, so that a load by it would not ask again.
        "" if tried.are_sheets_open else written(tried.repeating),
        tried.outcomes,
        unclear | tried.questions,
        figures,
        is_currency_open,
    )


def _without_copies(deliveries: Sequence[Delivery]) -> tuple[list[Delivery], dict[str, str]]:
    """Leave out files with the bytes of another, of which a load would take one."""
    kept: dict[str, Delivery] = {}
    copies: dict[str, str] = {}
    for item in deliveries:
        first = kept.setdefault(item.sha256() if len(deliveries) > 1 else "", item)
        if first is not item:
            copies[item.place.name] = f"it has the same bytes as {first.place.name}"
    return [*kept.values()], copies


def _adds_up_others(table: Understood, found: Sequence[Understood]) -> bool:
    """Tell whether a sheet of sales without days sums up those of its file that have them."""
    file, sheet = table.table.places[0]
    others = [
        other.rows
        for other in found
        if _is_sales(other) and "sold_at" in other.picks and other.table.places[0][0] == file
    ]
    return bool(sheet and table.lacking) and _is_sales(table) and is_summary(table.rows, others)


def _why_apart(table: Understood) -> str:
    if months_across(table.table):
        return "its months stand side by side; `unpivot` in a layout makes rows of them"
    return "no table of sales or of what they refer to"


def said_list(text: str, *, blank: bool = False) -> list[str]:
    """Return the items of a list as the command line has it: A,B,"C, with a comma"."""
    return [item for row in csv.reader([text]) for item in row if item or blank]


def _ranges(said: str | None) -> list[Cells]:
    try:
        return [cells_of(text) for text in said_list(said or "")]
    except ValueError as error:
        raise CannotLearn(f"--range: {error}.") from None


def _is_sales(table: Understood) -> bool:
    return table.entity == "sales_lines"


def _take_sheets(found: list[Understood], names: list[str]) -> list[Understood]:
    """Let people say which sheets hold the sales that count."""
    there = {sheet for table in found if _is_sales(table) for _, sheet in table.table.places}
    if unknown := [name for name in names if name not in there]:
        raise CannotLearn(
            f"--sheets: no table of sales is in {quoted(unknown)}; there are "
            f"{quoted(sorted(there)) or 'none'}."
        )
    others = {
        place
        for table in found
        if _is_sales(table)
        for place in table.table.places
        if place[1] and place[1] not in names
    }
    kept = [table.without(others) for table in found]
    return [table for table in kept if table.table.places]


def _layout_text(files: Sequence[Path], documents: Iterable[str]) -> str:
    return f"{MARK}{', '.join(dict.fromkeys(map(kept_name, files)))}\n" + "---\n".join(documents)


def _others(table: Understood, tables: list[Understood]) -> list[str]:
    own = {file for file, _ in table.table.places}
    return [file.name for other in tables for file, _ in other.table.places if file not in own]


def _settings(table: Understood, answers: Answers) -> dict[str, Setting]:
    """Return the settings that mean something for a table."""
    contract = ENTITIES[table.entity or ""]
    types = {contract.columns[column].type for column in table.picks}
    is_csv = not table.table.places[0][1]
    kept: dict[str, Setting] = {}
    for key, value in answers.settings.items():
        if key in _OF_TYPE and types.isdisjoint(_OF_TYPE[key]):
            continue
        if key == "encoding" and not is_csv:
            continue
        if key in ("sheets", "range", "entity") or (key == "rows" and not _is_sales(table)):
            continue  # these are those of the table
        if key == "returns_where" and not _is_sales(table):
            continue
        if key.endswith("s_where") and "=" in value:
            header, _, wanted = value.partition("=")
            others = key == "keep_rows_where" and header.endswith("!")
            header = header.removesuffix("!") if others else header
            if key == "returns_where" and header == SHEET:
                kept[key] = {SHEET: said_list(wanted)}
                continue
            if table.table.header.position(header) is not None:
                texts = said_list(wanted, blank=True)
                rules: dict[str, Setting] = {
                    "skip_rows_where": {"column": header, "matches": wanted},
                    "keep_rows_where": {header: {"not": texts} if others else texts},
                    "returns_where": {
                        header: {"matches": wanted} if wanted.startswith("^") else texts
                    },
                }
                kept[key] = rules[key]
            continue
        if key == "identity":
            named = [*table.picks, *table.constants]
            if _is_sales(table):
                kept[key] = [name for name in said_list(value) if name in named]
            continue
        if key == "fill_down":
            if _is_sales(table):
                known, _ = table.settings.get(key, ([], ""))
                kept[key] = list(dict.fromkeys([*known, *said_list(value)]))
            continue
        if key in ("struck_through", "overlaps") and not _is_sales(table):
            continue
        if key == "scale":
            pairs = (item.partition("=") for item in said_list(value))
            scale: Setting = {name: number for name, _, number in pairs if name in table.picks}
            if scale:
                kept[key] = scale
            continue
        if key == "missing":
            kept[key] = [*DEFAULT_MISSING, *said_list(value)]
            continue
        kept[key] = value.split(",") if key == "dates" and "," in value else value
    currencies = table.profile("currency")
    if "currency" in answers.columns and currencies is not None and _is_sales(table):
        # Whoever names the column says that its texts are right, whatever a title says.
        texts = currencies.distinct.to_pylist()
        kept["values"] = {"currency": {text: text for text in texts}}
    titles = " ".join(table.table.header.titles)
    if answers.currency and _is_sales(table) and currencies_in_title(titles):
        kept["values"] = {"currency": {answers.currency: answers.currency}}  # likewise
    if _is_sales(table):
        at, picked = table.table.header, table.picks.values()
        read = {position for pick in picked for position in pick.positions}
        kept["left_aside"] = [
            name
            for position, (cell, name) in enumerate(zip(at.cells, at.names, strict=True))
            if cell and position not in read
        ]
    if shared := [name for name in answers.order_amounts if name in table.picks]:
        kept["order_amounts"] = shared
    return kept


def _as_people_say(found: Understood, columns: Mapping[str, str]) -> Understood:
    """Return what a table is that nothing was known of, if people name columns of it."""
    said = {
        column
        for column, header in columns.items()
        if found.table.header.position(header) is not None
    }
    if found.entity is not None or not said:
        return found
    fitting = (name for name, entity in ENTITIES.items() if said <= entity.columns.keys())
    entity = next(fitting, None)
    return found if entity is None else read_as(found.table, entity)


def _take_currency(table: Understood, code: str) -> None:
    """Let people say the currency of amounts, where no column does or two are at odds."""
    if table.question and table.question.is_answered_by(f"--currency {code}"):
        del table.picks["currency"]
        table.question = None
    if "currency" in ENTITIES[table.entity or ""].columns and "currency" not in table.picks:
        table.constants["currency"] = (code, "")


def _name_what_no_other_has(found: list[Understood]) -> None:
    """Name the day or the amount of sales as open, where no order's header and no list has it."""
    there = {
        (table.entity, column) for table in found for column in (*table.picks, *table.constants)
    }
    elsewhere = {("orders", "sold_at"): "sold_at", ("products", "list_price"): "unit_price"}
    supplied = {ours for place, ours in elsewhere.items() if place in there}
    for table in filter(_is_sales, found):
        present = {*table.picks, *table.constants, *supplied}
        needed = [*ENTITIES["sales_lines"].required, *ENTITIES["sales_lines"].tidy]
        table.lacking = unmet(needed, present)


def _take_columns(found: list[Understood], columns: Mapping[str, str]) -> None:
    """Let people say which column is which."""
    for column, header in columns.items():
        taken = False
        for table in found:
            if column not in ENTITIES[table.entity or ""].columns:
                continue
            pick = _said_pick(table, header)
            if pick is None and header == NONE:
                taken |= table.picks.pop(column, None) is not None
                asked = "--column " + shlex.quote(f"{column}={header}")
                if table.question and table.question.is_answered_by(asked):
                    table.question, taken = None, True
                continue
            if pick is None:
                continue
            taken = True
            for other in [
                name
                for name, known in table.picks.items()
                if known.positions == pick.positions or _is_taken_off(table, name, known, pick)
            ]:
                del table.picks[other]
            table.picks[column] = pick
            table.constants.pop(column, None)
            table.lacking = [choice for choice in table.lacking if column not in choice]
            name = header if pick.calculation else table.table.header.names[pick.positions[0]]
            said = shlex.quote(f"{column}={name}")
            if column in _SETTLED_AT_ONCE or (
                table.question
                and any(
                    table.question.is_answered_by(f"--{flag} {said}")
                    for flag in ("column", "order-amounts")
                )
            ):
                table.question = None
        if not taken:
            raise CannotLearn(
                f"--column {column}={header}: no table has a column '{short(header)}' and may have "
                f"a {column}."
            )


def _is_taken_off(table: Understood, name: str, known: Pick, pick: Pick) -> bool:
    """Tell whether a calculation takes off what would be taken off once more."""
    if "less_rates" in pick.calculation and "discount" in name:
        return True  # it names the discounts that count
    taken = [*pick.calculation.get("less", []), *pick.calculation.get("less_rates", [])]
    places = {table.table.header.position(name) for name in taken}
    return len(known.positions) == 1 and known.positions[0] in places


def _is_given(flags: Sequence[str], question: Question) -> bool:
    return any(map(question.is_answered_by, flags))


def _flags(answers: Answers, table: Understood) -> list[str]:
    """Return the flags of `learn` that were given, as questions write them."""
    position, names = table.table.header.position, table.table.header.names
    flags = [f"--currency {answers.currency}"] if answers.currency else []
    flags += [f"--{key.replace('_', '-')} {value}" for key, value in answers.settings.items()]
    flags += [f"--scale {pair}" for pair in said_list(answers.settings.get("scale", ""))]
    for flag, columns in (("column", answers.columns), ("order-amounts", answers.order_amounts)):
        for column, header in columns.items():
            place = None if header.startswith("- ") else position(header)
            name = header if place is None else names[place]
            flags.append(f"--{flag} {shlex.quote(f'{column}={name}')}")
    return flags


def _said_pick(table: Understood, header: str) -> Pick | None:
    """Return where a column is that people name, or what it is calculated from."""
    position, names = table.table.header.position, table.table.header.names
    # Headers are compared without signs, and so would be what stands under one with a minus.
    is_turned = header.startswith("- ") and header not in names
    if not is_turned and (place := position(header)) is not None:
        return Pick([place], 1.0, ["as you say"])
    calculation = parsed(header, lambda name: position(name) is not None)
    places = [place for name in headers_of(calculation) if (place := position(name)) is not None]
    return Pick(places, 1.0, ["as you say"], calculation=calculation) if places else None


# ------------------------------------------------------------------ where it is kept


def layout_path(folder: Path, deliveries: Sequence[Delivery], name: str = "") -> Path:
    """Return the file that the layout goes into.

    Raises:
        CannotLearn: a layout that people wrote reads these files, or has the name.
        BadLayout: a layout of the folder cannot be used.
    """
    reading = {
        layouts.name
        for layouts in read_layouts(folder)
        for delivery in deliveries
        if layouts.naming(delivery.known_as).layouts
    }
    if len(reading) > 1:
        raise CannotLearn(
            f"several layouts read these files ({', '.join(sorted(reading))}): learn the files of "
            "one at a time."
        )
    other = next(iter(reading), "")
    if other:
        _refuse_to_replace(folder / f"{other}.yml", deliveries, is_meant=name == other)
        if name not in ("", other):
            raise CannotLearn(
                f"layout '{other}' reads these files already, and two cannot: learn without "
                f'--name, or make its `files:` narrower, such as `files: "shop 1/*.xlsx"`.'
            )
    chosen = name or other or _slug(deliveries)
    path = folder / f"{chosen}.yml"
    if path.exists() and not other:
        raise CannotLearn(f"there is a layout '{chosen}' already: give another with --name.")
    return path


def _refuse_to_replace(path: Path, deliveries: Sequence[Delivery], *, is_meant: bool) -> None:
    """Refuse what would take away a layout that people wrote, or that is for other files, too."""
    try:
        first, _, _ = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        first = ""
    if not first.startswith(MARK):
        raise CannotLearn(
            f"layout '{path.stem}' reads these files already: mend it, or take it out of "
            f"{path.parent} and learn again."
        )
    here = {kept_name(delivery.place) for delivery in deliveries}
    others = [text for text in re.findall(r'"(?:[^"\\]|\\.)*"', first) if text not in here]
    if others and not is_meant:
        raise CannotLearn(
            f"layout '{path.stem}' reads these files already, and was learned from "
            f"{', '.join(others)}: learn them together, or make its `files:` narrower, such as "
            f'`files: "shop 1/*.xlsx"`; --name {path.stem} replaces it.'
        )


def _slug(deliveries: Sequence[Delivery]) -> str:
    """Return a name made of what the names of the files begin with, else of their folder."""
    first = deliveries[0]
    stems = [delivery.place.stem for delivery in deliveries]
    both = zip(min(stems), max(stems), strict=False)
    shared = "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], both))
    for text in (shared, first.place.resolve().parent.name if len(deliveries) > 1 else ""):
        letters = unicodedata.normalize("NFKD", text).casefold()
        if words := re.findall(r"[a-z]{2,}", letters):
            return "_".join(words)
    return "learned"


def _given(file: Path) -> Path:
    """Return what `learn` is given to read a file: the archive that holds it, or itself."""
    return next((above for above in file.parents if above.is_file()), file)


def open_points(lesson: Lesson) -> list[str]:
    """Say what is open, a sentence each, with the flag that answers it."""
    said = [
        question.text(_given(file))
        for file, questions in lesson.questions.items()
        for question in questions
    ]
    said += [
        f"{outcome.delivery.place.name}: {outcome.error}"
        for outcome in lesson.outcomes
        if outcome.status == "failed"
    ]
    tidy = unmet(ENTITIES["sales_lines"].tidy, set())
    for found in lesson.found:
        read = {place for pick in found.picks.values() for place in pick.positions}
        may_be = guesses(found.table, read) if found.lacking and _is_sales(found) else {}
        for choice in found.lacking:
            where = ", or learn it together with the file that has it" if choice in tidy else ""
            if counting := _others_of_file(found, lesson.found):
                where += f"; or, if it is no sales of its own, --sheets {as_argument(counting)}"
            headers = [name for name in found.table.header.names if header_key(name)]
            guess = next((may_be[column] for column in choice if column in may_be), None)
            flags = [f"--column {column}=HEADER" for column in choice]
            if guess is not None and len(guess[0]) == 1:
                header = found.table.header.names[guess[0][0]]
                flags = [f"--column {shlex.quote(f'{choice[0]}={header}')}"]
            by_values = f", of which it may be {told(found.table, *guess)}" if guess else ""
            said.append(
                f"{found.table.name}: which column is the {' or the '.join(choice)}? It has "
                f"{quoted(headers)}{by_values}; {' or '.join(flags)} "
                f"says it{where}"
            )
    said += lesson.proposals
    if not lesson.found and not lesson.proposals:
        said.append(
            "nothing in these files looks like sales, or like what sales refer to: "
            "`python -m loader inspect` shows what was looked at"
        )
    return list(dict.fromkeys(said))


def _others_of_file(table: Understood, found: Sequence[Understood]) -> list[str]:
    """Return the sheets of sales beside one that lack nothing."""
    file = table.table.places[0][0]
    return [
        sheet
        for other in found
        if _is_sales(other) and not other.lacking
        for path, sheet in other.table.places
        if path == file and sheet
    ]
