"""Which sheets of a workbook hold the rows of others once more, and which hold something else."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.finding import Finding
from loader.questions import Question, Reading, as_argument
from loader.wording import SHOWN, count, quoted

OTHER_KINDS = {
    "returns": (
        "return returns returned refund refunds rma credit credits retoure retouren rückgabe "
        "rückgaben gutschrift gutschriften retour retours avoir avoirs remboursement "
        "remboursements devolución devoluciones reembolso reembolsos devolução devoluções reso "
        "resi rimborso rimborsi retourzendingen creditnota zwrot zwroty retur returer kreditnota"
    ),
    "quotes": (
        "quote quotes quotation quotations offer offers estimate estimates angebot angebote devis "
        "presupuesto presupuestos cotización cotizaciones oferta ofertas orçamento orçamentos "
        "preventivo preventivi offerte offertes wycena wyceny oferty offert offerter"
    ),
    "a stock count": (
        "stock inventory stocktake bestand bestände lager lagerbestand inventur inventar "
        "inventaire inventario existencias estoque inventário magazzino giacenza voorraad "
        "magazyn zapasy inwentaryzacja"
    ),
    "a plan": (
        "budget forecast plan target targets prognose planung prévision prévisions previsión "
        "presupuestado previsão previsione budżet prognoza"
    ),
    "cancelled orders": (
        "cancelled canceled cancellations void storno stornos stornierungen storniert annulé "
        "annulés annulées cancelado cancelados cancelamentos annullati geannuleerd anulowane "
        "avbrutna makulerade"
    ),
}
"""What rows with the columns of sales may be instead, by the words that say so."""

REPEATED = 0.5
"""A sheet of whose rows so many stand in other sheets may be one that puts them together."""

_SEVERAL = 3


def other_kind(name: str) -> str | None:
    """Return what a sheet or a table is by its name, if that is not sales."""
    words = set(re.findall(r"\w+", unicodedata.normalize("NFC", name).casefold()))
    return next((kind for kind, said in OTHER_KINDS.items() if words & set(said.split())), None)


@dataclass(frozen=True)
class SheetRows:
    """The rows of a sheet that are of one entity.

    Attributes:
        name: of the sheet.
        columns: its columns by the names of the contract, blank rows left out.
    """

    name: str
    columns: dict[str, pa.Array]

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def texts(self, names: Sequence[str]) -> pa.Array:
        """Return each row as one text."""
        cells = [pc.fill_null(self.columns[name], "") for name in names]
        return pc.binary_join_element_wise(*cells, "\x1f")

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
    for name, rows in texts.items():
        others = {
            key: item
            for key, item in texts.items()
            if key != name and key not in left_out and name not in left_out
        }
        again = {key: _count_in(rows, item) for key, item in others.items()}
        repeated = _count_in(rows, pa.concat_arrays([*others.values()])) if others else 0
        if repeated >= max(_SEVERAL, len(rows) * REPEATED) and len(rows) >= max(
            len(item) for key, item in others.items() if again[key]
        ):
            elsewhere = [key for key, rows_ in again.items() if rows_]
            kept = [key for key in texts if key != name and key not in left_out]
            asks = (
                f"{count(repeated, 'row')} of the {len(rows):,} of sheet {quoted([name])} stand in "
                f"{quoted(elsewhere, SHOWN)} too: are they"
            )
            return Finding(
                left_out,
                question=_question(asks, "the same sales once more", "other sales", kept, name),
            )
    notes = [
        f"sheet {quoted([name])} repeats, row for row, {quoted(parts, SHOWN)}: left out"
        for name, parts in left_out.items()
    ]
    return Finding(left_out, notes)


def misnamed_sheet(sheets: Sequence[SheetRows]) -> Question | None:
    """Return a question on a sheet whose name says that its rows are no sales."""
    for sheet in sheets:
        kind = other_kind(sheet.name)
        if kind is None or sheet.has_minus():
            continue
        kept = [item.name for item in sheets if item.name != sheet.name]
        asks = (
            f"sheet {quoted([sheet.name])} is named like {kind}, and its "
            f"{count(sheet.height, 'row')} have the columns of sales: are they"
        )
        return _question(asks, f"{kind}, and no sales", "sales", kept, sheet.name)
    return None


def _question(asks: str, out: str, in_: str, kept: Sequence[str], name: str) -> Question:
    def reading(meaning: str, names: Sequence[str]) -> Reading:
        listed = json.dumps(list(names), ensure_ascii=False)
        return Reading(meaning, f"sheets: {listed}", f"--sheets {as_argument(names)}")

    return Question(asks, (reading(out, kept), reading(in_, [*kept, name])))


def _is_within(rows: pa.Array, others: pa.Array) -> bool:
    return pc.all(pc.is_in(rows, value_set=others)).as_py() is True


def _count_in(rows: pa.Array, others: pa.Array) -> int:
    return int(pc.sum(pc.is_in(rows, value_set=others)).as_py() or 0)


def _are_equal(rows: pa.Array, parts: list[pa.Array]) -> bool:
    """Tell whether some rows are those of several sheets, each as often."""
    together = pa.concat_arrays(parts)
    return len(rows) == len(together) and rows.sort().equals(together.sort())
