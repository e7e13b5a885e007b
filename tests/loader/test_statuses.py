"""Rows that say they are no sales: asked for, unless their amounts take off what was sold."""

import json
from decimal import Decimal

import pytest

from loader.deliveries import find_deliveries
from loader.layouts import MARK
from loader.learning import Answers, learn
from tests.conftest import Warehouse
from tests.loader.conftest import Dropped, LaidOut, Row, loaded, raw

HEADER = ["Order ID", "Order Date", "Product", "Units", "Unit Price", "Total"]
LAYOUT = (
    "entity: sales_lines\nfiles: '*'\ncolumns: {sold_at: Order Date, product_name: Product, "
    "units: Units, line_total: Total}\n"
)


def table(header: str, *statuses: str, back: str = "") -> list[Row]:
    rows: list[Row] = [
        [f"A{i}", f"2026-01-{i + 5:02}", "Tea", f"{back if status else ''}1", "10", "10", status]
        for i, status in enumerate(statuses)
    ]
    if back:
        rows = [[*row[:5], f"{back if row[6] == statuses[0] else ''}10", row[6]] for row in rows]
    return [[*HEADER, header], *rows]


@pytest.mark.parametrize(
    ("header", "statuses", "left_out"),
    [
        ("Status", ["Shipped", "Cancelled", "Pending"], ["Cancelled"]),
        ("Order Status", ["Returned - damaged", "", "Paid"], ["Returned - damaged"]),
        ("Belegart", ["Rechnung", "Gutschrift"], ["Gutschrift"]),
        ("Statut", ["Annulée", "Livrée"], ["Annulée"]),
        ("Estado", ["cancelado", "entregado"], ["cancelado"]),
        ("Stato", ["annullato", "spedito"], ["annullato"]),
        ("Type", ["Quote", "Invoice"], ["Quote"]),
        ("Stan", ["anulowane", "wysłane"], ["anulowane"]),
        ("Typ", ["makulerad", "betald"], ["makulerad"]),
        ("Storniert", ["ja", "nein", ""], ["ja"]),
        ("Returned", ["1", "0"], ["1"]),
        ("Status", ["void", "void"], ["void"]),
        ("S/H", ["H", "H", "S"], ["S"]),
        ("Auftragsstatus", ["erledigt", "offen"], ["offen"]),
        ("Soll-/Haben-Kennzeichen", ["Soll", "Haben", "Haben"], ["Soll"]),
        ("Stage", ["Won", "Lost", "Negotiation"], ["Lost", "Negotiation"]),
        ("Auftragsart", ["Standard", "Muster"], ["Muster"]),
        ("Movement type", ["Goods receipt", "Sale", "Transfer"], ["Goods receipt", "Transfer"]),
        ("type", ["Order", "Service Fee"], ["Service Fee"]),
        ("Type de mouvement", ["vente", "réception"], ["réception"]),
        ("Etapa", ["ganado", "negociación"], ["negociación"]),
        ("Tipo de movimento", ["venda", "transferência"], ["transferência"]),
        ("Causale", ["vendita", "campione"], ["campione"]),
        ("Mutatiesoort", ["verkoop", "goederenontvangst"], ["goederenontvangst"]),
        ("Rodzaj ruchu", ["sprzedaż", "przyjęcie towaru"], ["przyjęcie towaru"]),
        ("Rörelsetyp", ["försäljning", "inleverans"], ["inleverans"]),
        ("Belegart", ["RE", "GU"], ["GU"]),
        ("Doc type", ["CRN", "INV"], ["CRN"]),
        ("Type pièce", ["AV", "FA"], ["AV"]),
        ("Tipo doc.", ["ABO", "FAC"], ["ABO"]),
        ("Causale", ["VEN", "RES"], ["RES"]),
        ("Soort", ["CN", "VF"], ["CN"]),
        ("Typ dok.", ["KOR", "FV"], ["KOR"]),
        ("Typ", ["F", "K"], ["K"]),
        ("Order type", ["ZOR", "ZRE"], ["ZRE"]),
        ("Vorzeichen", ["+", "-", "-"], ["-"]),
        ("Anything", ["-1", "1", "-1"], ["-1"]),
        ("Direction", ["OUT", "OUT", "IN"], ["IN"]),
        ("amount-type", ["ItemPrice", "ItemFees", "ItemPrice"], ["ItemFees"]),
        ("Betragsart", ["Ware", "Provision", "Steuer"], ["Provision", "Steuer"]),
        ("Type de montant", ["article", "TVA"], ["TVA"]),
    ],
)
def test_statuses_that_are_asked_for(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    header: str,
    statuses: list[str],
    left_out: list[str],
) -> None:
    (outcome,) = duckdb_warehouse.load(drop("a.csv", table(header, *statuses)))
    assert outcome.status == "held"
    listed = json.dumps(left_out, ensure_ascii=False)
    assert f'keep_rows_where: {{"{header}": {{not: {listed}}}}} or' in outcome.error
    assert f"sales ({10 * len(statuses):.2f} with them)" in outcome.error


@pytest.mark.parametrize(
    "header",
    [
        *("Deleted at", "Cancelled on", "Return reason", "Credits invoice", "Stornodatum"),
        *("Storniert am", "Rückgabegrund", "Annulée le", "Motif de retour", "Motivo devolución"),
        *("Data de cancelamento", "Data reso", "Retourreden", "Powód zwrotu", "Returdatum"),
    ],
)
def test_marks_of_a_few_rows_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, header: str
) -> None:
    mark = {"Return reason": "too small", "Credits invoice": "INV-643311"}.get(header, "2026-02-03")
    path = drop("a.csv", table(header, "", "", mark, ""))
    (outcome,) = duckdb_warehouse.load(path)
    assert outcome.status == "held"
    assert f"'{header}' is blank but in 1 row, such as row 4 ('{mark}'): are these" in outcome.error
    for answer, amounts in (
        (f'keep_rows_where: {{"{header}": {{matches: "^$"}}}}', ["10"] * 3),
        (f'returns_where: {{"{header}": {{matches: "."}}}}', ["10", "10", "-10", "10"]),
        (f'keep_rows_where: {{"{header}": {{matches: "^"}}}}', ["10"] * 4),
    ):
        assert answer in outcome.error
        loaded(duckdb_warehouse.load(path, layouts=layouts(a=f"{LAYOUT}{answer}\n")))
        lines = [amount for (amount,) in raw(duckdb_warehouse, "line_total")]
        assert lines[-len(amounts) :] == amounts


@pytest.mark.parametrize(
    ("header", "statuses"),
    [
        ("Status", ["Not cancelled", "Paid"]),
        ("Status", ["partially refunded", "Paid"]),
        ("Remark", ["ja", "nein"]),
        ("Size", ["S", "H", "H"]),
        ("Units returned", ["1", "0"]),
        ("Menge Retoure", ["1", "0"]),
        ("Returned", ["1", "0", "2"]),
        ("Note", ["open", "closed"]),
        ("Payment type", ["Transfer", "Cash"]),
        ("Pack", ["Sample", "Large"]),
        ("S/H", ["H", "H"]),
        ("Note", ["the customer did not like it and was refunded in part", "fine"]),
    ],
)
def test_statuses_that_say_nothing(
    duckdb_warehouse: Warehouse, drop: Dropped, header: str, statuses: list[str]
) -> None:
    loaded(duckdb_warehouse.load(drop("a.csv", table(header, *statuses))))


def test_the_figures_of_each_text_are_said(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    rows = table("Stage", "Won", "Lost", "Negotiation", "Lost")
    (held,) = duckdb_warehouse.load(drop("a.csv", rows))
    said = "in 3 rows, such as row 3 ('Lost' 20.00, 'Negotiation' 10.00); others say 'Won': are"
    assert said in held.error


def test_fees_are_no_returns(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    rows = table("type", "Service Fee", "Order", back="-")
    (held,) = duckdb_warehouse.load(drop("a.csv", rows))
    assert "type says 'Service Fee' in 1 row" in held.error


def test_what_has_a_minus_is_taken_off(duckdb_warehouse: Warehouse, drop: Dropped) -> None:
    rows = table("Belegart", "Gutschrift", "Rechnung", back="-")
    loaded(duckdb_warehouse.load(drop("a.csv", rows)))


def test_what_a_layout_says_of_statuses(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    """One that says nothing means that what was taken back was sold, and not what never was."""
    back = drop("a.csv", table("Status", "Paid", "Refunded"))
    outcome = loaded(duckdb_warehouse.load(back, layouts=layouts(a=LAYOUT)))
    said = "Status says 'Refunded' in 1 row, such as row 3: they count as sold"
    assert any(note.startswith(said) for note in outcome.notes)
    learned = layouts(a=f"{MARK}a.csv\n{LAYOUT}")
    other = drop("c.csv", table("Status", "Paid", "Refunded", ""))
    (asked,) = duckdb_warehouse.load(other, layouts=learned)
    assert asked.status == "held", "what was learned is no person's word"
    never = drop("b.csv", table("Status", "Paid", "Voided"))
    (held,) = duckdb_warehouse.load(never, layouts=layouts(a=LAYOUT))
    assert held.status == "held"
    told = layouts(a=f"{LAYOUT}keep_rows_where: {{Status: [Paid]}}\n")
    assert loaded(duckdb_warehouse.load(never, layouts=told)).rows_loaded == 1


def test_a_status_that_comes_later_is_asked_for_again(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    told = layouts(a=f"{LAYOUT}keep_rows_where: {{Status: {{not: [Cancelled]}}}}\n")
    known = drop("a.csv", table("Status", "Paid", "cancelled", "Packed"))
    assert loaded(duckdb_warehouse.load(known, layouts=told)).rows_loaded == 2
    (held,) = duckdb_warehouse.load(drop("b.csv", table("Status", "Paid", "Void")), layouts=told)
    assert "Status says 'Void' in 1 row" in held.error
    assert 'keep_rows_where: {"Status": {not: ["Cancelled", "Void"]}}' in held.error
    all_count = layouts(a=f"{LAYOUT}keep_rows_where: {{Status: {{not: []}}}}\n")
    again = drop("c.csv", table("Status", "Paid", "Void"))
    assert loaded(duckdb_warehouse.load(again, layouts=all_count)).rows_loaded == 2


@pytest.mark.parametrize(
    ("rule", "marked"), [("Type: [Return]", "Return"), ('Type: {matches: "^R"}', "Return")]
)
def test_returns_with_positive_amounts_are_taken_off(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut, rule: str, marked: str
) -> None:
    rows = [[*HEADER, "Type"]]
    for units, price, total in (("1", "10", "10"), ("-1", "-10", "€ 10,00"), ("2", "5,-", "(10)")):
        rows.append(["A1", "2026-01-05", "Tea", units, price, total, marked])
    rows.append(["A2", "2026-01-06", "Tea", "1", "10", "10", "Sale"])
    text = LAYOUT.replace("{sold_at", "{unit_price: Unit Price, sold_at").replace(
        "units: Units, ", "units: Units, discount_amount: {constant: 2}, "
    )
    told = layouts(a=f"{text}decimal: ','\nreturns_where: {{{rule}}}\n")
    outcome = loaded(duckdb_warehouse.load(drop("a.csv", rows), layouts=told))
    assert "3 rows taken off as returns, as returns_where says" in outcome.notes
    assert raw(duckdb_warehouse, "units, unit_price, line_total, discount_amount") == [
        ("-1", "10", "-10", "-2"),
        ("-1", "10", "-€ 10,00", "-2"),
        ("-2", "5,-", "(10)", "-2"),
        ("1", "10", "10", "2"),
    ]


def test_returns_that_come_later_are_asked_for_again(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    told = layouts(a=f"{MARK}a.csv\n{LAYOUT}returns_where: {{Type: [Return]}}\n")
    path = drop("a.csv", table("Type", "Sale", "Return", "Refund"))
    (held,) = duckdb_warehouse.load(path, layouts=told)
    assert "Type says 'Refund' in 1 row" in held.error
    assert 'returns_where: {"Type": ["Refund", "Return"]}' in held.error


def test_units_with_a_minus_whose_amounts_have_none_are_asked_for(
    duckdb_warehouse: Warehouse, drop: Dropped, layouts: LaidOut
) -> None:
    rows = table("Note", "", "", "")
    rows[3] = [*rows[3][:3], "-1", *rows[3][4:]]
    (held,) = duckdb_warehouse.load(drop("a.csv", rows))
    assert "'Units' is negative and 'Total' is not in 1 row, such as row 4" in held.error
    assert "taken off (10.00 in all) or sold as they stand (30.00)" in held.error
    for number, rule in enumerate(('{"Units": {matches: "^.*[-(]"}}', "none")):
        assert f"returns_where: {rule}" in held.error
        told = layouts(a=f"{MARK}a.csv\n{LAYOUT}returns_where: {rule}\n")
        path = drop(f"{number}.csv", [*rows, ["B", f"2026-01-2{number}", "Tea", "1", "9", "9", ""]])
        loaded(duckdb_warehouse.load(path, layouts=told))
    both = [*rows, ["B", "2026-01-09", "Tea", "-1", "10", "-10", ""]]
    loaded(duckdb_warehouse.load(drop("both.csv", both)))


@pytest.mark.parametrize(
    ("place", "texts", "said"),
    [
        (2, ["Mug", "RETURN - Mug", "Bowl"], "Product begins with 'RETURN' in 1 row"),
        (2, ["Mug", "Gutschrift Mug", "Retoure: Bowl"], "Product begins with 'Gutschrift', 'Reto"),
        (0, ["INV-11", "CN-12", "INV-13"], "Order ID begins with 'CN' in 1 row, such as row 3"),
        (0, ["RE11", "GS 12", "RE13"], "Order ID begins with 'GS' in 1 row"),
        (6, ["bar", "Storno, Kunde hat nicht abgeholt", ""], "Bemerkung begins with 'Storno'"),
    ],
)
def test_what_begins_like_a_return_is_asked_for(
    duckdb_warehouse: Warehouse,
    drop: Dropped,
    layouts: LaidOut,
    place: int,
    texts: list[str],
    said: str,
) -> None:
    header, *rows = table("Bemerkung", "", "", "")
    rows = [[*row[:place], text, *row[place + 1 :]] for row, text in zip(rows, texts, strict=True)]
    path = drop("a.csv", [header, *rows])
    (held,) = duckdb_warehouse.load(path)
    assert said in held.error
    assert "sales (30.00 with them)" in held.error
    rule = held.error.partition("? ")[2].partition(" or ")[0]
    assert rule.startswith("returns_where: {")
    loaded(duckdb_warehouse.load(path, layouts=layouts(a=f"{MARK}a.csv\n{LAYOUT}{rule}\n")))
    signs = [total.startswith("-") for (total,) in raw(duckdb_warehouse, "line_total")]
    assert sum(signs) == (2 if "in 2 rows" in held.error else 1)


@pytest.mark.parametrize(
    ("place", "texts"),
    [
        (2, ["Return ticket", "Retour-Ticket", "Storno cup"]),
        (2, ["Returnable bottle", "Reso chair", "Mug (return)"]),
        (0, ["CN-11", "DE-12", "US-13"]),
        (0, ["CM-11", "IN-12", "US-13", "ES-14", "CA-15"]),
        (6, ["", "no return possible", "Kunde ruft an"]),
    ],
)
def test_what_only_looks_like_a_return(
    duckdb_warehouse: Warehouse, drop: Dropped, place: int, texts: list[str]
) -> None:
    header, *rows = table("Lieferwunsch", *([""] * len(texts)))
    rows = [[*row[:place], text, *row[place + 1 :]] for row, text in zip(rows, texts, strict=True)]
    loaded(duckdb_warehouse.load(drop("a.csv", [header, *rows])))


@pytest.mark.parametrize(
    "name", ["returns.csv", "Retouren Mai.csv", "avoirs.csv", "stornierte.csv"]
)
def test_a_column_that_says_which_rows_are_returns_goes_before_the_name_of_the_file(
    drop: Dropped, name: str
) -> None:
    header = ["Order ID", "Order Date", "Product", "Units", "Line total", "Retour"]
    rows = [
        [f"A{i}", f"2026-01-{10 + i}", "Tea", 2, 7, "ja" if i == 3 else "nee"] for i in range(8)
    ]
    path = drop(name, [header, *rows])
    found = find_deliveries([path], path.parent).deliveries
    (question,) = learn(found, Answers()).questions[path]
    # That all of them were taken back is not so.
    assert [item.flag for item in question.readings] == ["", "--entity sales_lines"]
    answered = learn(found, Answers({"returns_where": "Retour=ja"}))
    assert not answered.questions
    assert answered.figures is not None
    assert answered.figures.totals == [("", Decimal("42.00"))]
