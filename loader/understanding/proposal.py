"""Layout documents for tables that were understood, as YAML with the reasons as comments."""

import json
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from loader.calculated import as_source
from loader.contracts import ENTITIES, folded
from loader.understanding.as_entity import read_as
from loader.understanding.tables import Table
from loader.understanding.understand import months_across
from loader.understanding.understood import Understood
from loader.understanding.vocabulary import table_kinds
from loader.unpivoting import month_names
from loader.wording import short

EXAMPLE_WIDTH = 40

_SHORT_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


Setting = str | list[str] | Mapping[str, "Setting"]
"""The value of a layout's key."""


def as_yaml(found: Understood, files: list[str], settings: Mapping[str, Setting]) -> str:
    """Return a layout document.

    Args:
        found: what a table was taken for; if for nothing, the document is a start for a person.
        files: the patterns that name the files.
        settings: other keys of the layout.
    """
    table, names = found.table, found.table.header.names
    if found.entity is None and (lines := months_as_rows(table)):
        return "\n".join(lines) + "\n"
    lines = [f"entity: {found.entity or 'sales_lines'}", f"files: {_listed(files)}"]
    sheets = list(dict.fromkeys(sheet for _, sheet in table.places if sheet))
    if sheets and table.siblings > 1:
        lines.append(f"sheets: {_listed([sheet_pattern(sheet) for sheet in sheets])}")
    if table.ranges:
        lines.append(f"range: {_listed([*table.ranges])}")
    if len(table.header_rows) > 1:
        lines.append(f"header: {list(table.header_rows)}")
    lines += [
        f"{key}: {_written(value)}  # {why}"
        for key, (value, why) in found.settings.items()
        if key not in settings
    ]
    for key, value in settings.items():
        lines.append(f"{key}: {_written(value)}")
    lines.append("columns:")
    for column, pick in found.picks.items():
        read = [quoted(names[position]) for position in pick.positions]
        how = "" if pick.separator == " " else f", with: {quoted(pick.separator)}"
        source = read[0] if len(read) == 1 else f"{{join: [{', '.join(read)}]{how}}}"
        if pick.calculation:
            source = as_source(pick.calculation)
        lines.append(f"  {column}: {source}{_comment(found, pick.positions[0], pick.reasons)}")
    for column, (value, why) in found.constants.items():
        lines.append(f"  {column}: {{constant: {quoted(value)}}}{f'  # {why}' if why else ''}")
    for choice in found.lacking:
        lines.append(f"  # {' or '.join(choice)}: needed, and not recognised")
    mapped = {position for pick in found.picks.values() for position in pick.positions}
    left = [position for position in range(len(names)) if position not in mapped]
    if left:
        lines.append("# Not mapped; such columns are kept in _extra:")
        for position in left:
            aside = found.asides.get(position)
            name = quoted(short(names[position]))
            letters = table.header.letters(position)
            lines.append(
                f"#   {letters}: {name}{_comment(found, position, [aside] if aside else [])}"
            )
    return "\n".join(lines) + "\n"


def months_as_rows(table: Table) -> list[str]:
    """Return the lines of a layout that makes rows of months side by side; none of other tables."""
    months = months_across(table)
    if not months:
        return []
    entity = "sales_targets" if "a plan" in table_kinds(table.name) else "sales_lines"
    day, amount = (
        ("month", "target_amount") if entity == "sales_targets" else ("sold_at", "line_total")
    )
    names, contract = table.header.names, ENTITIES[entity]
    columns = {
        column: quoted(names[pick.positions[0]])
        for column, pick in read_as(table, entity).picks.items()
        if contract.columns[column].type == "text" and pick.positions[0] not in months
    }
    if entity == "sales_lines":
        if not {"product_id", "product_name"} & columns.keys():
            columns["product_name"] = '{constant: "all products"}'
        columns["units"] = "{constant: 1}"
    found = Understood(table, None)
    headers = [names[place] for place in months]
    said = ", ".join(f"{column}: {source}" for column, source in columns.items())
    lines = [f"entity: {entity}", f"files: {_listed(file_patterns(found, []))}"]
    if any(sheet for _, sheet in table.places) and table.siblings > 1:
        lines.append(f"sheets: {_listed([sheet_pattern(sheet) for _, sheet in table.places])}")
    lines.append(f"columns: {{{said}}}")
    lines.append(
        f"unpivot: {{columns: [{', '.join(map(quoted, headers))}], names: {day}, values: {amount}}}"
    )
    if yearless := [header for header in headers if not re.search("[0-9]", header)]:
        texts = ", ".join(
            f"{quoted(header)}: YYYY-{month_names()[folded(header)]:02}-01" for header in yearless
        )
        lines.append(f"values: {{{day}: {{{texts}}}}}")
    return lines


def _comment(found: Understood, position: int, reasons: list[str]) -> str:
    example = found.table.example(position) if position < len(found.table.profiles) else None
    said = [short(example, EXAMPLE_WIDTH)] if example is not None else []
    said += [f"({short('; '.join(reasons), 100)})"] if reasons else []
    return f"  # {' '.join(said)}" if said else ""


def file_patterns(found: Understood, others: list[str]) -> list[str]:
    """Return patterns for the files of a table and the like of them: another number, another month.

    Args:
        found: the table.
        others: names of files that are not of it, and that the patterns must not name.
    """
    names = list(dict.fromkeys(file.name for file, _ in found.table.places))
    patterns = list(dict.fromkeys(map(pattern, names)))
    if any(fnmatchcase(other.casefold(), item.casefold()) for other in others for item in patterns):
        return names
    return patterns


def pattern(name: str) -> str:
    """Return a pattern for a file and those of other days: for its numbers and months, others."""
    literal = re.sub(r"[\[*?]", "?", name)
    # Without a number beside it, a month may be any word, and its star take any file.
    dated = re.sub(r"[^\W\d_]{3,}", _any_month, literal) if re.search("[0-9]", literal) else literal
    return re.sub(
        r"[0-9]+",
        lambda found: "[0-9]" + ("?" * (len(found[0]) - 1) if len(found[0]) > 1 else "*"),
        dated,
    )


def _any_month(word: re.Match[str]) -> str:
    # `set` and `out` are short for months, too, in some languages.
    is_plain = len(word[0]) > 3 or word[0].casefold() in _SHORT_MONTHS
    return "*" if is_plain and folded(word[0]) in month_names() else word[0]


def sheet_pattern(name: str) -> str:
    """Return the name of a sheet as a pattern that it fits."""
    return re.sub(r"[\[*?]", "?", name)


def _written(value: Setting) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{quoted(key)}: {_written(item)}' for key, item in value.items())}}}"
    return quoted(value) if isinstance(value, str) else _listed(value)


def _listed(texts: list[str]) -> str:
    return quoted(texts[0]) if len(texts) == 1 else f"[{', '.join(map(quoted, texts))}]"


def kept_name(file: Path) -> str:
    """Return what a learned layout keeps of a file: its folder and name, on one line."""
    return quoted(f"{file.resolve().parent.name}/{file.name}")


def quoted(text: str) -> str:
    """Write a text as YAML in double quotes, escaping what a terminal might obey."""
    letters = json.dumps(text, ensure_ascii=False)
    return "".join(
        letter if letter.isprintable() else f"\\U{ord(letter):08X}" for letter in letters
    )
