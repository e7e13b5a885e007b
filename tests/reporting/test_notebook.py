"""Published tables as a notebook gets them."""

from datetime import date, datetime
from decimal import Decimal

import pytest

import reporting
from tests.conftest import Warehouse


def test_a_table_keeps_its_types(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", warehouse.url)
    warehouse.execute(
        "create schema reports",
        "create table reports.rpt_some (week_start_date date, revenue decimal(18, 4), "
        "orders bigint, is_complete boolean, loaded_at timestamp, note text)",
        "insert into reports.rpt_some values "
        "('2026-01-05', 12345678901234.5678, 9007199254740993, true, '2026-01-06 07:08:09', 'ö'), "
        "(null, -0.0001, null, null, null, null)",
    )
    table = reporting.read("rpt_some")
    names = ["week_start_date", "revenue", "orders", "is_complete", "loaded_at", "note"]
    assert list(table.columns) == names
    assert table.iloc[0].tolist() == [
        date(2026, 1, 5),
        Decimal("12345678901234.5678"),
        9007199254740993,
        True,
        datetime(2026, 1, 6, 7, 8, 9),
        "ö",
    ]
    assert table.revenue.sum() == Decimal("12345678901234.5677")
    assert table.isna().sum().tolist() == [1, 0, 1, 1, 1, 1]
    with pytest.raises(ValueError, match="There is no table 'rpt_none'; there are rpt_some"):
        reporting.read("rpt_none")
