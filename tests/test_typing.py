"""What staging makes of text, on both engines: the same, and never an error."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ENGINES, Warehouse

DATES = {
    # text: what it is as day-month, as month-day, and where no layout says
    "2026-01-12": "2026-01-12",
    "2026-01-12 09:05:00": "2026-01-12 09:05:00",
    "2026-01-12T10:00:00Z": "2026-01-12 10:00:00",
    "2026-01-12 10:00:00 +0100": "2026-01-12 10:00:00",
    "2026-01-12 10:11:12.123456": "2026-01-12 10:11:12.123456",
    "2026/1/2": "2026-01-02",
    "20260112": "2026-01-12",
    "12.01.2026": ("2026-01-12", "2026-12-01", None),
    "1/2/26 9:05": ("2026-02-01 09:05", "2026-01-02 09:05", None),
    "13/2/69 9:05 PM": ("1969-02-13 21:05", None, "1969-02-13 21:05"),
    "2/13/2026 12:00 AM": (None, "2026-02-13 00:00", "2026-02-13 00:00"),
    "5/5/2026": "2026-05-05",
    "12 Jan 2026": "2026-01-12",
    "12-Jan-26": "2026-01-12",
    "Jan 12, 2026": "2026-01-12",
    "12 February 2026": "2026-02-12",
    "2/13/2026, 1:22:11 PM": (None, "2026-02-13 13:22:11", "2026-02-13 13:22:11"),
    "12-Jan-2026 13:22": "2026-01-12 13:22",
    "Jan-12-26": "2026-01-12",
    "Jan 12, 2026 1:22:11 PM PST": "2026-01-12 13:22:11",
    "Monday, January 12, 2026": "2026-01-12",
    "Mon, 12 Jan 2026 13:22:11 GMT": "2026-01-12 13:22:11",
    "Mon Jan 12 2026 10:00:00 GMT+0100 (Central European Standard Time)": "2026-01-12 10:00",
    "14. März 2026": "2026-03-14",
    "14 de marzo de 2026": "2026-03-14",
    "sam. 14 mars 2026 9:05": "2026-03-14 09:05",
    "3 maja 2026": "2026-05-03",
    "Mo, 12.01.2026": ("2026-01-12", "2026-12-01", None),
    "Sa. 14.03.26 9:05": ("2026-03-14 09:05", None, None),
    "14.III.2026": "2026-03-14",
    "1-IX-26": "2026-09-01",
    "2026-W12-6": "2026-03-21",
    "2026W011": "2025-12-29",
    "14032026": ("2026-03-14", None, "2026-03-14"),
    "12012026": ("2026-01-12", "2026-12-01", None),
    "2026年3月14日": "2026-03-14",
    "٢٠٢٦-٠٣-١٤": "2026-03-14",
    "45678": "2025-01-21",
    "45678.25": "2025-01-21 06:00",
    "26-03-14": ("2014-03-26", None, None),
    **dict.fromkeys(
        [
            "2026-02-30",
            "31.02.2026",
            "2026-01-12 24:00:00",
            "2026-01-12 10:00:60",
            "0000-01-01",
            "99/99/99",
            "1/2/202",
            "12/13/14/15",
            "12 Foo 2026",
            "2025-W53-1",
            "2026-W00-1",
            "2026-W12",
            "14.XIII.2026",
            "tbc",
            "now",
            "infinity",
            "1e3",
            "0",
            "60",
            "3-Mar",
            "Mar-25",
            "2025-03",
        ]
    ),
}

NUMBERS = {
    # text: what it is with decimal points, and with decimal commas
    "1": ("1", "1"),
    "-1": ("-1", "-1"),
    "1.5": ("1.5", "1.5"),
    ".5": ("0.5", "0.5"),
    "5.": ("5", "5"),
    "1.234": ("1.234", "1234"),
    "1.2340": ("1.234", "1.234"),
    "1,234.50": ("1234.5", None),
    "1,23": (None, "1.23"),
    "1.234.567,89": (None, "1234567.89"),
    "1 234,5": (None, "1234.5"),
    "1\N{NO-BREAK SPACE}234,5": (None, "1234.5"),
    "1'234.5": ("1234.5", None),
    "(1,234.50)": ("-1234.5", None),
    "5-": ("-5", "-5"),
    "5,-": ("5", "5"),
    "5.-": ("5", "5"),
    "-5,--": ("-5", "-5"),
    "kr 5:-": ("5", "5"),
    "1.250,- €": (None, "1250"),
    "1'250.\N{EN DASH}": ("1250", "1250"),
    "1 250,-": ("1250", "1250"),
    "1,250.-": ("1250", None),
    "1.250:-": (None, None),
    "+5": ("5", "5"),
    "R$ 1.234,50": (None, "1234.5"),
    "12 EUR": ("12", "12"),
    "€ 5": ("5", "5"),
    "-$12": ("-12", "-12"),
    "$-12": ("-12", "-12"),
    "$ (10.00)": ("-10", "-10"),
    "$-": ("0", "0"),
    "1,25,000.50": ("125000.5", None),
    "Rs. 750": ("750", "750"),
    "1 234,567": (None, "1234.567"),
    "١٬٢٣٤٫٥": ("1234.5", "1234.5"),
    "１０.５": ("10.5", "10.5"),
    **dict.fromkeys(
        [
            "-",
            "--5",
            "(5",
            "12 pcs",
            "12 XYZ",
            "1.5M",
            "two",
            "1_000",
            "1e3",
            "0x1F",
            "NaN",
            "infinity",
            "50%",
            "99999999999999999999",
            "1 2 3",
        ],
        (None, None),
    ),
}

RATES = {"15%": "0.15", "0.15": "0.15", "15.5 %": "0.155", "%": None, "a%": None, "100%": "1"}

QUERY = """
select
    text,
    {{ try_timestamp('text', "'dmy'") }} as dmy,
    {{ try_timestamp('text', "'mdy'") }} as mdy,
    {{ try_timestamp('text', "cast(null as text)") }} as unsaid,
    {{ try_decimal('text', "'.'", 6) }} as point,
    {{ try_decimal('text', "','", 6) }} as comma,
    {{ try_rate('text', "'.'") }} as rate,
    {{ try_rate('text', "'.'", "'-2'") }} as percent,
    {{ try_decimal('text', "','", 4, "'3'") }} as thousands,
    {{ try_integer('text') }} as whole,
    {{ try_boolean('text') }} as truth,
    {{ canonical_text('text') }} as shown,
    {{ try_timestamp('text', "'dmy'", "'America/New_York'") }} as in_new_york,
    {{ try_timestamp('text', "'d.m.y m/d/y ydm'") }} as by_mark,
    {{ try_month('text', "cast(null as text)") }} as of_month,
    {{ line_currency("cast(null as text)", ['text']) }} as currency,
    {{ line_currency("cast('usd' as text)", ['text']) }} as said_currency
from typing_cases
order by number
"""


class Typist:
    """Types texts on one engine."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        warehouse.load()  # the raw tables, without which dbt does not begin
        warehouse.execute("create table typing_cases (number integer, text text)")
        result = warehouse.dbt("compile", "--inline", QUERY)
        assert result.success, result.exception
        compiled: Any = result.result
        self._sql: str = compiled.results[0].node.compiled_code

    def __call__(self, texts: list[str | None]) -> dict[str | None, dict[str, Any]]:
        self._warehouse.execute("delete from typing_cases")
        rows = ", ".join(f"({number}, :text{number})" for number in range(len(texts)))
        self._warehouse.execute(
            f"insert into typing_cases values {rows}",
            **{f"text{number}": text for number, text in enumerate(texts)},
        )
        names = ["dmy", "mdy", "unsaid", "point", "comma", "rate"]
        names += ["percent", "thousands", "whole", "truth", "shown"]
        names += ["in_new_york", "by_mark", "of_month", "currency", "said_currency"]
        return {
            text: dict(zip(names, values, strict=True))
            for text, *values in self._warehouse.query(self._sql)
        }


@pytest.fixture(scope="module")
def typists(new_warehouse: Callable[[str], Warehouse]) -> dict[str, Typist]:
    return {engine: Typist(new_warehouse(engine)) for engine in ENGINES}


@pytest.mark.parametrize("engine", ENGINES)
def test_dates(typists: dict[str, Typist], engine: str) -> None:
    typed = typists[engine](list(DATES))
    for text, meant in DATES.items():
        expected = meant if isinstance(meant, tuple) else (meant,) * 3
        found = tuple(typed[text][order] for order in ("dmy", "mdy", "unsaid"))
        assert found == tuple(day and datetime.fromisoformat(day) for day in expected), text


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers(typists: dict[str, Typist], engine: str) -> None:
    typed = typists[engine](list(NUMBERS))
    for text, expected in NUMBERS.items():
        found = (typed[text]["point"], typed[text]["comma"])
        assert found == tuple(number and Decimal(number) for number in expected), text


@pytest.mark.parametrize("engine", ENGINES)
def test_rates_whole_numbers_and_truth(typists: dict[str, Typist], engine: str) -> None:
    typed = typists[engine]([*RATES, "12", "-3", "1.5", "Yes", "inactive", "perhaps", None])
    for text, expected in RATES.items():
        assert typed[text]["rate"] == (expected and Decimal(expected)), text
        percent = expected and Decimal(expected) / (1 if "%" in text else 100)
        assert typed[text]["percent"] == percent, text
    scaled = {"1.234": "1234000", "1,2345678": "1234.5678", "€ 5": "5000", "999999999999": None}
    for text, amount in scaled.items():
        assert typists[engine]([text])[text]["thousands"] == (amount and Decimal(amount)), text
    assert [typed[text]["whole"] for text in ("12", "-3", "1.5")] == [12, -3, None]
    assert [typed[text]["truth"] for text in ("Yes", "inactive", "perhaps")] == [True, False, None]
    assert set(typed[None].values()) == {None, "USD"}


ELSEWHERE = {
    "2026-01-12T03:00:00Z": "2026-01-11 22:00",
    "2026-07-12 03:00 +02:00": "2026-07-11 21:00",
    "Mon, 12 Jan 2026 13:22:11 GMT": "2026-01-12 08:22:11",
    "2026-01-12 03:00:00": "2026-01-12 03:00",
}
MARKED = {"12.01.2026": "2026-01-12", "01/12/2026": "2026-01-12", "2026-12-01": "2026-01-12"}
MONTHS = ["2026-01", "2026-01-15", "Jan 2026", "Jan-26", "January 2026", "01/2026", "202601"]
CURRENCIES = {
    # text: its currency, and that of a line in dollars
    "€100": ("EUR", "usd / EUR"),
    "100 US$": ("USD", "USD"),
    "$100": ("USD", "USD"),
    "(1'000.00) CHF": ("CHF", "usd / CHF"),
    "kr. 5": ("SEK", "USD"),
    "100": (None, "USD"),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_zones_marks_months_and_currencies(typists: dict[str, Typist], engine: str) -> None:
    typed = typists[engine]([*ELSEWHERE, *MARKED, *MONTHS, *CURRENCIES])
    for text, moment in ELSEWHERE.items():
        assert typed[text]["in_new_york"] == datetime.fromisoformat(moment), text
    for text, moment in MARKED.items():
        assert typed[text]["by_mark"] == datetime.fromisoformat(moment), text
    assert {str(typed[text]["of_month"]) for text in MONTHS} == {"2026-01-01"}
    for text, expected in CURRENCIES.items():
        assert (typed[text]["currency"], typed[text]["said_currency"]) == expected, text


SHOWN = {
    "  Tea ": "Tea",
    "Green\u00a0 tea": "Green tea",
    "Green\ntea\t": "Green tea",
    "\ufeffTea\u200b": "Tea",
    "Te\u00ada": "Tea",
    "\u3000茶\u3000": "茶",
    "Mu\u0308ller": "M\u00fcller",
    "Te\u200ca": "Tea",
    "\u0645\u06cc\u200c\u062e\u0648\u0631\u0645": "\u0645\u06cc\u200c\u062e\u0648\u0631\u0645",
    "\u200b\u00a0": "",
    "Tea \u200e(25)": "Tea (25)",
}


@pytest.mark.parametrize("engine", ENGINES)
def test_texts_that_look_alike_are_alike(typists: dict[str, Typist], engine: str) -> None:
    typed = typists[engine](list(SHOWN))
    assert {text: typed[text]["shown"] for text in SHOWN} == SHOWN


# Text as hostile as cells are, and text that is nearly a number or a date.
_cells = st.one_of(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20),
    st.text("0123456789-+/.,:' ()%$€eETZAPM", max_size=24),
    st.from_regex(
        r"[0-9]{1,4}[./-][0-9]{1,4}[./-][0-9]{1,4}( [0-9]{1,2}:[0-9]{2})?", fullmatch=True
    ),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(_cells, min_size=20, max_size=40, unique=True))
def test_any_text_is_typed_alike_and_raises_nothing(
    typists: dict[str, Typist], texts: list[str | None]
) -> None:
    assert typists["duckdb"](texts) == typists["postgres"](texts)
