"""Rows as JSON: what is read again is what was written."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reporting.draw.data import to_json

_CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30),
    st.dates(),
    st.datetimes(),
    st.text(st.characters(exclude_categories=["Cs"])),
)


@given(st.lists(_CELLS))
def test_json_keeps_every_digit(row: list[Any]) -> None:
    read = json.loads(to_json({"rows": [row]}), parse_float=Decimal)["rows"][0]
    for written, found in zip(row, read, strict=True):
        match written:
            case datetime() | date():
                assert found == written.isoformat()
            case Decimal():
                assert Decimal(found).as_tuple() == written.as_tuple()
            case _:
                assert found == written
                assert type(found) is type(written)
