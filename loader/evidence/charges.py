"""Lines of invoices that are no products: shipping, a discount, a voucher, a tip, a deposit."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.finding import Finding
from loader.understanding.profiles import Profile
from loader.understanding.vocabulary import row_words
from loader.wording import SHOWN, count, quoted, short


class ChargeEvidence:
    """The names of products that are those of charges, with what they come to.

    They are on the invoice, and count as sold: the load says so, and how to leave them out.
    """

    def __init__(self, header: str | None) -> None:
        """Prepare.

        Args:
            header: of the names of products; None where nothing is to be said.
        """
        self._header = header
        self._rows: Counter[str] = Counter()
        self._amount = 0.0

    def learn(self, mapped: Mapping[str, pa.Array]) -> None:
        """Look at one block of the columns of ours."""
        names = mapped.get("product_name")
        if self._header is None or names is None:
            return
        different = pc.unique(pc.drop_null(names))
        charges = different.filter(pc.match_substring_regex(different, _pattern()))
        if not len(charges):
            return
        rows = pc.indices_nonzero(pc.is_in(names, value_set=charges))
        self._rows.update(name.strip() for name in names.take(rows).to_pylist())
        factors = ["line_total"] if "line_total" in mapped else ["unit_price", "units"]
        if all(factor in mapped for factor in factors):
            amounts = [Profile(mapped[factor].take(rows)).numbers for factor in factors]
            self._amount += float(np.nansum(np.prod(amounts, axis=0)))

    def finding(self) -> Finding[None]:
        """Return what is said of such lines."""
        if not self._rows or self._header is None:
            return Finding(None)
        names = sorted(self._rows)
        listed = json.dumps(names, ensure_ascii=False)
        rule = f"{{{json.dumps(self._header, ensure_ascii=False)}: {{not: {listed}}}}}"
        return Finding(
            None,
            [
                f"{count(self._rows.total(), 'row')} under '{short(self._header, 30)}' "
                f"({quoted(names, SHOWN)}; {self._amount:,.2f} in all) are no products, and count "
                f"as sold, as they are on the invoice; `keep_rows_where: {rule}` leaves them out"
            ],
        )


@cache
def _pattern() -> str:
    """Return what fits names such as `Versandkosten`, `Shipping (express)` and `Rabatt 10 %`."""
    words = sorted(row_words("charge"), key=len, reverse=True)
    listed = "|".join(re.sub(r"[ -]", r"[\\s-]+", word) for word in words)
    return rf"(?i)^\s*(?:{listed})s?\s*(?:[-:(/\d+].*)?$"
