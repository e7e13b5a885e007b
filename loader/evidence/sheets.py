"""Which sheets of a workbook hold the rows of others once more, and which hold something else."""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.finding import Finding
from loader.layout_keys import SHEET
from loader.questions import Question, Reading, as_argument
from loader.understanding.profiles import Numbers, Profile
from loader.understanding.vocabulary import table_kinds
from loader.wording import SHOWN, count, quoted, short

REPEATED = 0.5
"""A sheet of whose rows so many stand in other sheets may be one that puts them together."""

_SEVERAL = 3
"""So many equal rows are no coincidence; with the number of their order, one is none."""

_CENT = 0.01

_SUMMARY = "summary"
_TEMPLATE = "a template"
_SALES = "sales"
_SOLD = "sold"

_TAKEN_BACK = ("returns", "cancelled orders")
"""What may be taken off the sales, where amounts have no minus."""


def other_kind(name: str) -> str | None:
    """Return what a sheet, a file or a table is by its name, if that is not sales."""
    kinds = table_kinds(name)
    others = (kind for kind in kinds if kind not in (_SUMMARY, _TEMPLATE, _SALES))
    return None if _SOLD in kinds else next(others, None)


def title_of_others(titles: Sequence[str]) -> str:
    """Return the title above a table that says that its rows are no sales; "" if none does.

    None does where another says that they are sales: a company may be called Stock.
    """
    said = [re.sub(r"^[^:]*: *", "", title) for title in titles]  # not the label of a setting
    if any(table_kinds(title) == (_SALES,) for title in said):
        return ""
    return next((title for title in said if other_kind(title)), "")


@dataclass(frozen=True)
class SheetRows:
    """The rows of a sheet that are of one entity.

    Attributes:
        name: of the sheet.
        columns: its columns by the names of the contract, blank rows left out.
        is_hidden: whether whoever opens the workbook does not see it.
        titles: what stands above its header.
    """

    name: str
    columns: dict[str, pa.Array]
    is_hidden: bool = False
    titles: Sequence[str] = ()

    def dated(self) -> "SheetRows":
        """Return it without the rows whose day has no digit: blank ones and most totals."""
        if "sold_at" not in self.columns:
            return self
        has_day = pc.fill_null(pc.match_substring_regex(self.columns["sold_at"], r"\pN"), False)
        columns = {name: column.filter(has_day) for name, column in self.columns.items()}
        return replace(self, columns=columns)

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def texts(self, names: Sequence[str]) -> pa.Array:
        """Return each row as one text."""
        cells = [pc.fill_null(self.columns[name], "") for name in names]
        return pc.binary_join_element_wise(*cells, "\x1f")

    @cached_property
    def amounts(self) -> Numbers:
        """The amount of each row; 0 where none can be read."""
        measures = ("line_total",) if "line_total" in self.columns else ("unit_price", "units")
        if any(name not in self.columns for name in measures):
            return np.zeros(self.height)
        numbers = [Profile(self.columns[name]).numbers for name in measures]
        amounts: Numbers = np.nan_to_num(np.prod(numbers, axis=0))
        return amounts

    @cached_property
    def orders(self) -> dict[str, float]:
        """The amount of each order, by its number."""
        if "order_id" not in self.columns:
            return {}
        table = pa.table({"id": self.columns["order_id"], "amount": self.amounts})
        sums = table.filter(table["id"].is_valid()).group_by("id").aggregate([("amount", "sum")])
        return {
            row["id"]: round(row["amount_sum"], 2) for row in sums.to_pylist() if row["amount_sum"]
        }

    @cached_property
    def goods(self) -> list[str | None]:
        """The day and the product of each row; None where there is not both."""
        names = [name for name in ("product_id", "product_name") if name in self.columns]
        if not names or "sold_at" not in self.columns:
            return [None] * self.height
        cells = [self.columns[name] for name in ("sold_at", *names[:1])]
        found: list[str | None] = pc.binary_join_element_wise(*cells, "\x1f").to_pylist()
        return found

    @cached_property
    def sums(self) -> list[float]:
        """All its amounts, and its units, 0 if it has none; nothing where it has no amounts."""
        amount = float(self.amounts.sum())
        if abs(amount) < _CENT:
            return []
        units = Profile(self.columns["units"]).numbers if "units" in self.columns else [0.0]
        return [amount, float(np.nansum(units))]

    def has_minus(self) -> bool:
        """Tell whether units or amounts have a minus, as those of returns do."""
        return any(
            pc.any(
                pc.match_substring_regex(self.columns[name], "^\\s*[(\u2212-]|[-\u2212]\\s*$")
            ).as_py()
            for name in ("units", "line_total", "unit_price")
            if name in self.columns
        )


def repeating_sheets(sheets: Sequence[SheetRows]) -> Finding[dict[str, list[str]]]:
    """Return the sheets whose rows are, one for one, those of others, with these; or a question."""
    if len(sheets) < 2:
        return Finding({})
    shared = sorted(set.intersection(*(set(sheet.columns) for sheet in sheets)))
    texts = {sheet.name: sheet.texts(shared) for sheet in sheets if shared and sheet.height}
    left_out: dict[str, list[str]] = {}
    for name, rows in reversed(texts.items()):
        others = {key: item for key, item in texts.items() if key != name and key not in left_out}
        parts = [key for key, item in others.items() if _is_within(item, rows)]
        same = [key for key in parts if _are_equal(rows, [others[key]])]
        once = same[:1] or parts
        if parts and len(rows) > 1 and _are_equal(rows, [others[key] for key in once]):
            left_out[name] = once
    counting = [sheet for sheet in sheets if sheet.name not in left_out]
    question = _repeated(counting, texts, shared) or _same_orders(counting) or _sums(counting)
    if question is not None:
        return Finding(left_out, question=question)
    notes = [
        f"sheet {quoted([name])} repeats, row for row, {quoted(parts, SHOWN)}: left out"
        for name, parts in left_out.items()
    ]
    return Finding(left_out, notes)


def _repeated(
    sheets: Sequence[SheetRows], texts: dict[str, pa.Array], shared: Sequence[str]
) -> Question | None:
    """Return a question on a sheet of which half of the rows stand in others, or others in it."""
    several = 1 if "order_id" in shared else _SEVERAL
    there = [sheet for sheet in sheets if sheet.name in texts]
    # Of two that are equal, the later one is the copy, or the one that says so.
    for sheet in sorted(reversed(there), key=lambda item: _SUMMARY not in table_kinds(item.name)):
        rows = texts[sheet.name]
        smaller = [other for other in there if other is not sheet and other.height <= sheet.height]
        again = {other.name: _count_in(rows, texts[other.name]) for other in smaller}
        elsewhere = [name for name, number in again.items() if number]
        if not elsewhere:
            continue
        repeated = _count_in(rows, pa.concat_arrays([texts[name] for name in elsewhere]))
        if repeated >= max(several, len(rows) * REPEATED):
            asks = (
                f"{count(repeated, 'row')} of the {len(rows):,} of sheet {quoted([sheet.name])} "
                f"stand in {quoted(elsewhere, SHOWN)} too: are they"
            )
            return _once_more(asks, sheets, [sheet.name])
        within = [name for name in elsewhere
                  if again[name] >= max(several, len(texts[name]) * REPEATED)]  # fmt: skip
        if within:
            asks = (
                f"{count(repeated, 'row')} of {quoted(within, SHOWN)} stand in sheet "
                f"{quoted([sheet.name])} too: are they"
            )
            return _once_more(asks, sheets, within)
    return None


def _same_orders(sheets: Sequence[SheetRows]) -> Question | None:
    """Return a question on a sheet whose orders have the amounts that they have in others."""
    for sheet in sorted(sheets, key=lambda item: item.height):
        others: dict[str, float] = {}
        for other in (other for other in sheets if other is not sheet):
            for order, amount in other.orders.items():
                others[order] = round(others.get(order, 0.0) + amount, 2)
        same = sum(others.get(order) == amount for order, amount in sheet.orders.items())
        if same > 1 and same >= len(sheet.orders) * REPEATED:
            asks = (
                f"{count(same, 'order')} of the {len(sheet.orders):,} of sheet "
                f"{quoted([sheet.name])} have the same amount in other sheets: are they"
            )
            return _once_more(asks, sheets, [sheet.name])
    return None


def _sums(sheets: Sequence[SheetRows]) -> Question | None:
    """Return a question on a sheet that adds up to what some that follow each other do together."""
    for sheet in sheets if len(sheets) > 2 else ():
        others = [other for other in sheets if other is not sheet and other.sums]
        for start in range(len(others) if sheet.sums else 0):
            together = np.cumsum([other.sums for other in others[start:]], axis=0)
            equal = np.flatnonzero((abs(together - sheet.sums) < _CENT / 2).all(axis=1))
            if any(equal > 0):
                parts = others[start : start + int(max(equal)) + 1]
                asks = (
                    f"sheet {quoted([sheet.name])} adds up to what "
                    f"{quoted([part.name for part in parts], SHOWN)} do together: are its rows"
                )
                return _once_more(asks, sheets, [sheet.name])
    return None


def _once_more(asks: str, sheets: Sequence[SheetRows], repeating: Sequence[str]) -> Question:
    return _question(asks, "the same sales once more", "other sales", sheets, repeating)


def is_summary(sheet: SheetRows, others: Sequence[SheetRows]) -> bool:
    """Tell whether rows without days add up to those of other sheets, perhaps with their total."""
    amount = float(sheet.amounts.sum())
    together = sum(float(other.dated().amounts.sum()) for other in others)
    has_days = "sold_at" in sheet.columns
    return (
        not has_days
        and abs(amount) > _CENT
        and any(abs(amount - times * together) < _CENT / 2 for times in (1, 2))
    )


def hidden_sheet(sheets: Sequence[SheetRows]) -> Question | None:
    """Return a question on a hidden sheet that says of others' sales something else.

    Half of its rows have the order of a row that is seen, or its day and product with another
    amount. Other hidden sheets count as those that are seen do.
    """
    seen = [sheet for sheet in sheets if not sheet.is_hidden]
    if not seen or len(seen) == len(sheets):
        return None
    orders = {order for sheet in seen for order in sheet.orders}
    goods = {key for sheet in seen for key in sheet.goods if key}
    exact = {pair for sheet in seen for pair in zip(sheet.goods, sheet.amounts, strict=True)}
    for sheet in [sheet for sheet in sheets if sheet.is_hidden]:
        ids = sheet.columns.get("order_id", pa.nulls(sheet.height)).to_pylist()
        again = sum(
            order in orders or (key in goods and (key, amount) not in exact)
            for order, key, amount in zip(ids, sheet.goods, sheet.amounts, strict=True)
        )
        if again and again >= sheet.height * REPEATED:
            asks = (
                f"sheet {quoted([sheet.name])} is hidden, and {count(again, 'row')} of its "
                f"{sheet.height:,} have the orders, or the days and products, of others: are they"
            )
            return _question(asks, "an old state, and no sales", "sales", sheets, [sheet.name])
    return None


def misnamed_sheet(sheets: Sequence[SheetRows], unsaid: Sequence[SheetRows]) -> Question | None:
    """Return a question on a sheet whose name, or title, says that its rows are no sales.

    Args:
        sheets: all that count.
        unsaid: those of which no layout says what they are.
    """
    for sheet in unsaid:
        kind, says = other_kind(sheet.name), f"sheet {quoted([sheet.name])} is named like"
        if len(sheets) > 1 and _TEMPLATE in table_kinds(sheet.name):
            kind = _TEMPLATE
        if kind is None and (title := title_of_others(sheet.titles)):
            kind, says = other_kind(title), f"the title '{short(title, 40)}' is that of"
        if kind is not None and not sheet.has_minus():
            asks = (
                f"{says} {kind}, and its {count(sheet.height, 'row')} have the columns of "
                "sales: are they"
            )
            question = _question(asks, f"{kind}, and no sales", "sales", sheets, [sheet.name])
            if kind not in _TAKEN_BACK:
                return question
            total = sum(float(item.amounts.sum()) for item in sheets)
            name = json.dumps(sheet.name, ensure_ascii=False)
            taken_off = Reading(
                f"returns, and taken off (total {total - 2 * float(sheet.amounts.sum()):,.2f})",
                f"returns_where: {{{json.dumps(SHEET)}: {name}}}",
                f"--returns-where {shlex.quote(f'{SHEET}=')}{as_argument([sheet.name])}",
            )
            return replace(question, readings=(*question.readings, taken_off))
    return None


def summary_sheet(sheets: Sequence[SheetRows]) -> Question | None:
    """Return a question on a sheet whose name says that its rows are those of the others."""
    for sheet in sheets if len(sheets) > 1 else ():
        if _SUMMARY in table_kinds(sheet.name):
            asks = (
                f"sheet {quoted([sheet.name])} is named like one that puts others together, and "
                f"its {count(sheet.height, 'row')} are not those of the others: are they"
            )
            return _once_more(asks, sheets, [sheet.name])
    return None


def misnamed_file(
    name: str, rows: SheetRows, titles: Sequence[str] = (), *, is_of_some: bool = False
) -> Question | None:
    """Return a question on a file whose name, or title, says that its rows are no sales.

    Args:
        name: of the file.
        rows: those that have the columns of sales, perhaps the first of many.
        titles: what stands above their header, if they are all of the file.
        is_of_some: whether a column says which of the rows are none.
    """
    kind, says = other_kind(name), "the file is named like"
    if kind is None and (title := title_of_others(titles)):
        kind, says = other_kind(title), f"the title '{short(title, 40)}' is that of"
    if kind is None or rows.has_minus():
        return None
    total = float(rows.amounts.sum())
    taken_off = Reading(
        f"returns, and taken off (total {-total:,.2f})",
        "returns_where: all",
        "--returns-where all",
    )
    figure = f"total {total:,.2f}" if abs(total) > _CENT else count(rows.height, "row")
    return Question(
        f"{says} {kind}, and its rows have the columns of sales ({figure}): are they",
        (
            Reading(f"{kind}, and no sales: take the file out of the folder", "", ""),
            Reading("sales", "entity: sales_lines", "--entity sales_lines"),
            *([taken_off] if kind in _TAKEN_BACK and not is_of_some else []),
        ),
    )


def _question(
    asks: str, out: str, in_: str, sheets: Sequence[SheetRows], concerned: Sequence[str]
) -> Question:
    def reading(meaning: str, counting: Sequence[SheetRows]) -> Reading:
        names = [sheet.name for sheet in counting]
        listed = json.dumps(names, ensure_ascii=False)
        total = sum(float(sheet.amounts.sum()) for sheet in counting)
        return Reading(
            f"{meaning} (total {total:,.2f})",
            f"sheets: {listed}",
            f"--sheets {as_argument(names)}",
        )

    kept = [sheet for sheet in sheets if sheet.name not in concerned]
    others = [sheet for sheet in sheets if sheet.name in concerned]
    if not kept:  # nothing is left to load
        away = Reading(f"{out}: take the file out of the folder", "", "")
        return Question(asks, (away, reading(in_, others)))
    return Question(asks, (reading(out, kept), reading(in_, [*kept, *others])))


def _is_within(rows: pa.Array, others: pa.Array) -> bool:
    return pc.all(pc.is_in(rows, value_set=others)).as_py() is True


def _count_in(rows: pa.Array, others: pa.Array) -> int:
    return int(pc.sum(pc.is_in(rows, value_set=others)).as_py() or 0)


def _are_equal(rows: pa.Array, parts: list[pa.Array]) -> bool:
    """Tell whether some rows are those of several sheets, each as often."""
    together = pa.concat_arrays(parts)
    return len(rows) == len(together) and rows.sort().equals(together.sort())
