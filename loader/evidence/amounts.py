"""What lines come to, about as staging will reckon it, for the figures of questions."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from loader.understanding.profiles import Numbers, Profile


def factor_places(positions: Mapping[str, Sequence[int]]) -> list[int]:
    """Return where a line's amount stands, or its price and its units; none where it has none."""
    total = positions.get("line_total") or ()
    price, units = (positions.get(name) or () for name in ("unit_price", "units"))
    return [*total[:1]] or [*price[:1], *units[:1]]


def amounts_of(factors: Sequence[pa.Array]) -> Numbers:
    """Return the amounts of lines whose factors these are; none is zero."""
    if not factors:
        return np.empty(0)
    return np.asarray(np.nan_to_num(np.prod([Profile(texts).numbers for texts in factors], axis=0)))
