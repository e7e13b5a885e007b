"""Which names `python -m reporting aliases` proposes to write alike, and which it never does."""

import csv
import time
from itertools import product

import pytest

from reporting.ask.names import Name
from reporting.doors.aliases.proposals import propose
from tests.reporting.conftest import Run, Tables

ALIKE = [
    ("Anna Schmidt", "anna  SCHMIDT"),
    ("Anna Schmidt", "Schmidt, Anna"),
    ("Anna Schmidt", "Anna Schmitt"),
    ("Jürgen Müller", "Jurgen Muller"),
    ("Jürgen Müller", "Juergen Müller"),
    ("John Smith", "Jhon Smith"),
    ("Coca-Cola Zero", "CocaCola Zero"),
    ("United Parcel Service", "United Parcel Servise"),
    ("U.P.S.", "UPS"),
    ("iPhone 11 Pro", "IPHONE11 Pro"),
    ("Cable 1 m black", "Cable 1m, black"),
    ("Mediterranean Salad", "Mediteranian Salad"),
    ("Österreichische Post", "Osterreichische Post"),
    ("Store Alexanderplatz", "Store Aleksanderplatz"),
    ("हिन्दी किताब", "हिन्दी  किताब"),
]

APART = [
    ("iPhone 11", "iPhone 12"),
    ("Cable 1m", "Cable 2m"),
    ("Cable 1,5 m", "Cable 15 m"),
    ("Set 1 2", "Set 12"),
    ("Case 2 for iPhone 11", "Case 11 for iPhone 2"),
    ("Galaxy S20", "Galaxy S20+"),
    ("Organic cotton T-shirt S", "Organic cotton T-shirt M"),
    ("Organic cotton T-shirt L", "Organic cotton T-shirt XL"),
    ("Aluminium office chair with armrests, black", "Aluminium office chair with armrests, white"),
    ("Aluminium office chair with armrests", "Aluminium office chair without armrests"),
    ("Bicycle frame aluminium 28 male", "Bicycle frame aluminium 28 female"),
    ("Leather glove for cold days, left", "Leather glove for cold days, right"),
    ("Garden gnome with a red hat", "Garden gnome with a rod hat"),
    ("J. Smithers-Jones", "K. Smithers-Jones"),
    ("Anna Schmidt", "Bernd Schmidt"),
    ("Rhine Valley Wholesale Traders", "Rhine Valley Wholesale Traders Set"),
    ("DHL", "DPD"),
    ("Store North", "Store South"),
    ("!!!", "???"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_alike(one: str, other: str) -> None:
    (proposal,) = propose([Name(one, False, 9), Name(other, False, 1)], 90)
    assert (proposal.alias, proposal.name) == (other, one)


@pytest.mark.parametrize(("one", "other"), APART)
def test_apart(one: str, other: str) -> None:
    assert propose([Name(one, False, 9), Name(other, False, 1)], 70) == []


def test_a_list_of_all_of_them() -> None:
    meant = {name: one for one, other in ALIKE for name in (one, other)}
    names = {name for pair in ALIKE + APART for name in pair}
    found = propose([Name(text, False, 1) for text in names], 90)
    assert [p for p in found if meant.get(p.alias, p.alias) != meant.get(p.name, p.name)] == []
    assert len({p.alias for p in found}) == len(found) == len(ALIKE)
    assert not {p.alias for p in found} & {p.name for p in found}


def test_who_is_the_alias() -> None:
    def found(one: Name, other: Name) -> list[tuple[str, str]]:
        return [(p.alias, p.name) for p in propose([one, other], 90)]

    fewer, more = Name("Anna Schmidt", False, 1), Name("Anna Schmitt", False, 5)
    assert found(fewer, more) == [(fewer.text, more.text)]
    known = Name("Anna Schmidt", True, 0)
    assert found(known, more) == [(more.text, known.text)]
    assert found(known, Name("Anna Schmitt", True, 5)) == []
    tied = Name("Anna Schmidt", False, 5)
    assert found(more, tied) == [("Anna Schmitt", "Anna Schmidt")]


def test_no_chains() -> None:
    names = [Name("Katharina Berg", False, 5), Name("Katarina Berg", False, 9)]
    found = propose(
        [*names, Name("katarina berg", False, 1), Name("Kattarrina Berg", False, 7)], 90
    )
    assert [(p.alias, p.name) for p in found] == [
        ("katarina berg", "Katarina Berg"),
        ("Katharina Berg", "Katarina Berg"),
        ("Kattarrina Berg", "Katarina Berg"),
    ]
    assert [round(p.score) for p in found] == [100, 96, 93]


def test_twenty_thousand_names_take_seconds() -> None:
    """Made of 27 words, so that all of them are alike in some way."""
    words = [a + b + c for a, b, c in product(("kar", "lom", "mis"), repeat=3)]
    names = [Name(" ".join(item), False, 1) for item in product(words, repeat=3)]
    started = time.process_time()
    propose(names + [Name(f"{word}x {word}", False, 1) for word in words], 90)
    assert len(names) == 19_683
    assert time.process_time() - started < 30


def test_the_seed(run: Run, tables: Tables) -> None:
    tables.members(
        "seller",
        [(None, "Anna Schmidt", 3), ("E7", "Anna Schmitt", 1), (None, 'Bo "B, C" Li', 2)],
    )
    tables.members("product", [("P1", "Green tea", 1), (None, "Green Téa", 2), ("P2", "Tea", 1)])
    tables.members("store", [])
    tables.members("shipping_company", [(None, 'Bo "B" Cargo', 2), (None, 'Bo "B"-Cargo', 1)])
    result = run("aliases")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "kind,alias,name,approved_by",
        "seller,Anna Schmidt,Anna Schmitt,",
        "product,Green Téa,Green tea,",
        'shipping_company,"Bo ""B""-Cargo","Bo ""B"" Cargo",',
    ]
    assert result.stderr.splitlines() == [
        "seller: 3 names, 1 proposed.",
        "product: 3 names, 1 proposed.",
        "shipping_company: 2 names, 1 proposed.",
        "store: 0 names, 0 proposed.",
    ]
    result = run("aliases", "--kind", "seller", "--score", "100")
    assert result.stdout == "kind,alias,name,approved_by\n"
    assert result.stderr == "seller: 3 names, 0 proposed.\n"
    assert run("aliases", "--kind", "customer").exit_code == 2


@pytest.mark.parametrize(
    "name",
    ["=Acme Trading", " -Acme Trading", "\tAcme Trading", "＠Acme Trading", "Acme \x1bTrading"],
)
def test_names_that_are_no_good_in_a_spreadsheet(run: Run, tables: Tables, name: str) -> None:
    tables.members("store", [(None, name, 1), (None, "Acme Trading", 2)])
    result = run("aliases", "--kind", "store")
    assert list(csv.reader(result.stdout.splitlines())) == [
        ["kind", "alias", "name", "approved_by"]
    ]
    assert result.stderr.startswith("store: 2 names, 1 proposed, 1 of them left out: a name begins")


def test_nothing_is_built(run: Run, tables: Tables) -> None:
    tables.execute("drop table marts.fact_sales_line")
    result = run("aliases")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("There are no marts yet: run `make run`")
