"""Texts of others stay texts."""

from datetime import date
from decimal import Decimal

import pytest

from reporting.draw.data import csv_text


@pytest.mark.parametrize("text", ["=1+1", " =1+1", "+1", "-1", "@a", "＝1", " ＠a"])
def test_no_text_of_a_csv_file_is_run(text: str) -> None:
    assert csv_text(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a; =1", "a;' =1"),
        ("a;=1;+2", "a;'=1;'+2"),
        ("\t=1", "\t'=1"),
        ("a\n=1", "a\n'=1"),
        ("a\t@b", "a\t'@b"),
        ("a; b = 1 - 2, c", "a; b = 1 - 2, c"),
    ],
)
def test_no_text_is_run_where_semicolons_separate_cells(text: str, written: str) -> None:
    assert csv_text(text) == written


def test_values_of_a_csv_file() -> None:
    values = [None, True, 3, Decimal("-1.5000"), date(2026, 1, 12), "a = b", ""]
    assert [csv_text(value) for value in values] == [
        *("", "true", "3", "-1.5000", "2026-01-12", "a = b", "")
    ]
