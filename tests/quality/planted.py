"""Deliveries with one planted fault a rule, and their clean twin."""

from pathlib import Path

from tests.loader.conftest import write_book, write_csv

ORDERED = (
    "Order,Line,Date,Code,Item,Customer,Seller,Carrier,Price,Pieces,Off,Off rate,Total,Cost,Money"
)
TILL = "Date,Item,Pieces,Total"
SHOP = "Receipt,Line,Date,Item,Pieces,Total,Tax"

LAYOUTS = {
    "sales": """\
entity: sales_lines
files: "Sales*.xlsx"
columns:
  order_id: Order
  line_number: Line
  sold_at: Date
  product_id: Code
  product_name: Item
  customer_id: Customer
  seller_name: Seller
  shipping_company_name: Carrier
  unit_price: Price
  units: Pieces
  discount_amount: "Off"
  discount_rate: Off rate
  line_total: Total
  unit_cost: Cost
  currency: Money
identity: [order_id, line_number]
return_orders: "^R"
period: "Sales {yyyy}-{mm}"
skip_rows_where: {column: Order, matches: "^Sum$"}
""",
    "till": """\
entity: sales_lines
files: "till*.csv"
columns: {sold_at: Date, product_name: Item, units: Pieces, line_total: Total}
period: none
""",
    "shop": """\
entity: sales_lines
files: "shop*.csv"
columns:
  {order_id: Receipt, line_number: Line, sold_at: Date, product_name: Item, units: Pieces,
   line_total: Total, included_tax: Tax}
period: none
""",
    "mill": """\
entity: sales_lines
files: "mill.csv"
columns:
  {sold_at: Date, product_name: Item, units: Pieces, unit_price: Price, price_units: Per,
   unit_discount: Off, line_total: Total, included_tax_rate: VAT, included_freight: Freight}
period: none
""",
}
HEADERS = {
    "orders": "order_id,sold_at,customer_id,freight_amount",
    "customers": "customer_id,customer_name,updated_at",
    "products": "product_id,product_name,category_id,list_price,standard_cost,currency",
    "product_categories": "category_id,category",
    "sellers": "seller_id,seller_name,is_active",
    "stores": "store_id,store_name,city",
    "shipping_companies": "shipping_company_id,shipping_company_name",
    "sales_targets": "month,seller_id,store_id,target_amount",
}

SOUND = {
    "Order": "A",
    "Line": "1",
    "Date": "2026-01-15",
    "Code": "P1",
    "Item": "Tea",
    "Customer": "C1",
    "Seller": "Sue",
    "Carrier": "DHL",
    "Price": "10",
    "Pieces": "2",
    "Off": "",
    "Off rate": "",
    "Total": "20",
    "Cost": "5",
    "Money": "",
}
MILLED = [
    "2026-01-20,Tea,2,1000,100,,,,",
    "2026-01-21,Tea,2,12,,,,20,",
    "2026-01-22,Tea,2,11,,1,,,",
    "2026-01-23,Tea,2,,,,25,20%,1",
    "2026-01-24,Tea,2,12,1,2,,0.2,",
]
"""Prices of several, with a tax, less a discount off each; a total with a tax and shipping."""
USUAL = 80
"""How many sound lines there are, so that a product has a history to be out of line with."""

FAULTS: dict[str, dict[str, str]] = {
    "missing_date": {"Date": ""},
    "unreadable_date": {"Date": "soon"},
    "ambiguous_date": {"Date": "03/04/2026"},
    "date_outside_calendar": {"Date": "1999-12-31"},
    "date_outside_period": {"Date": "2026-02-01"},
    "unknown_currency": {"Money": "Taler"},
    "missing_units": {"Pieces": "", "Price": ""},
    "units_from_total": {"Pieces": ""},
    "unreadable_units": {"Pieces": "two"},
    "units_not_positive": {"Pieces": "0", "Total": "0"},
    "missing_product": {"Code": "", "Item": ""},
    "unreadable_total": {"Total": "about 20"},
    "unreadable_price": {"Price": "ten", "Total": ""},
    "missing_amount": {"Code": "P9", "Item": "Nut", "Price": "", "Total": ""},
    "amount_too_large": {"Price": "1000000000000000", "Total": ""},
    "unreadable_discount_amount": {"Off": "much", "Total": ""},
    "unreadable_discount_rate": {"Off rate": "150", "Total": ""},
    "unused_price_unreadable": {"Price": "ten"},
    "unused_discount_unreadable": {"Off": "much"},
    "unreadable_line_number": {"Line": "x"},
    "unreadable_cost": {"Cost": "cheap"},
    "price_mismatch": {"Total": "25"},
    "negative_amount": {"Price": "-10", "Total": "-20"},
    "missing_customer": {"Customer": ""},
    "missing_seller": {"Seller": ""},
    "missing_shipping_company": {"Carrier": ""},
    "product_not_in_master": {"Code": "P77"},
    "customer_not_in_master": {"Customer": "C77"},
    "list_price_used": {"Price": "", "Total": ""},
    "duplicate_in_file": {"Order": "A1"},
    "price_outlier": {"Price": "1000", "Total": "2000"},
    "units_outlier": {"Pieces": "2000", "Total": "20000"},
    "price_list_in_other_currency": {"Code": "P5", "Item": "Jug", "Cost": ""},
    "damaged_text": {"Order": "8.9E+12"},
}
"""What differs from a sound line, of the rules that one line of the workbook can break."""

REFERENCE_FAULTS = {
    "order_without_id": ("orders", ",2026-01-02,C1,4"),
    "unreadable_order_date": ("orders", "B2,soon,C1,4"),
    "unreadable_freight": ("orders", "B3,2026-01-02,C1,cheap"),
    "customer_without_id": ("customers", ",Cy,2026-01-01"),
    "unreadable_change_date": ("customers", "C2,Bob,soon"),
    "repeated_customer": ("customers", "C1,Eve,2026-01-01"),
    "product_without_key": ("products", ",,K1,10,5,"),
    "unreadable_list_price": ("products", "P2,Mug,K1,ten,5,"),
    "unreadable_standard_cost": ("products", "P3,Pot,K1,10,five,"),
    "repeated_product": ("products", "P4,Cup,K1,3,2,"),
    "category_without_id": ("product_categories", ",Hot"),
    "seller_without_key": ("sellers", ",,yes"),
    "unreadable_is_active": ("sellers", "S2,Tom,perhaps"),
    "store_without_key": ("stores", ",,Leeds"),
    "shipping_company_without_key": ("shipping_companies", "-,-"),
    "target_without_owner": ("sales_targets", "2026-01-01,,,100"),
    "target_outside_calendar": ("sales_targets", "1989-01,S1,,100"),
    "repeated_target": ("sales_targets", "2026-01,S1,,90"),
    "unreadable_target_month": ("sales_targets", "soon,S1,,100"),
    "unreadable_target_amount": ("sales_targets", "2026-01-01,S1,,much"),
}

Places = dict[str, list[tuple[str, int]]]
"""File and row number of the rows that break a rule: one, or, of an overlap, two."""


def write_layouts(folder: Path) -> Path:
    """Write the layouts of all these files."""
    folder.mkdir()
    for name, text in LAYOUTS.items():
        (folder / f"{name}.yml").write_text(text)
    for entity, header in HEADERS.items():
        columns = ", ".join(f"{column}: {column}" for column in header.split(","))
        text = f'entity: {entity}\nfiles: "{entity}.csv"\ncolumns: {{{columns}}}\n'
        text += 'missing: ["-"]\n'
        (folder / f"{entity}.yml").write_text(text)
    return folder


def write_sound(folder: Path) -> None:
    """Write deliveries with which nothing is wrong."""
    _write(folder, {}, {}, [], "")


def write_faulty(folder: Path) -> Places:
    """Write the same deliveries with one fault more a rule; return where each of them is."""
    reference: dict[str, list[str]] = {}
    for entity, row in REFERENCE_FAULTS.values():
        reference.setdefault(entity, []).append(row)
    return _write(folder, FAULTS, reference, ["2039-06-01,Tea,1,3", "2026-01-05,Tea,1,3,x"], "1")


def _write(
    folder: Path,
    faults: dict[str, dict[str, str]],
    reference: dict[str, list[str]],
    till: list[str],
    wrong_by: str,
) -> Places:
    folder.mkdir()
    places: Places = {}
    header = ORDERED.split(",")
    lines = [SOUND | {"Order": f"A{number}"} for number in range(1, USUAL + 1)]
    lines += [{**SOUND, "Order": "R1", "Pieces": "-2", "Total": "-20"}]
    for rule, fault in faults.items():
        lines.append({**SOUND, "Order": rule, **fault})
        places[rule] = [("Sales 2026-01.xlsx", len(lines) + 1)]
    if faults:
        places["duplicate_in_file"] = [("Sales 2026-01.xlsx", 2)]  # the later of the two counts
    totals = [_number(line["Total"]) for line in lines]
    units = [_number(line["Pieces"]) for line in lines]
    units += [2] * ("units_from_total" in faults)
    total = sum(totals) + _number(wrong_by or "0")
    lines.append({"Order": "Sum", "Total": str(total), "Pieces": str(sum(units))})
    if wrong_by:
        places["control_total_disagrees"] = [("Sales 2026-01.xlsx", len(lines) + 1)]
    rows = [[line.get(name, "") for name in header] for line in lines]
    write_book(folder / "Sales 2026-01.xlsx", {"January": [header, *rows]})

    same = ["2026-01-06,Tea,1,3", "2026-01-06,Tea,2,6"]
    other = ["2026-01-06,Tea,3,9", "2026-01-07,Cup,4,12"]
    _csv(folder / "till-1.csv", TILL, [*same, *till])
    _csv(folder / "till-2.csv", TILL, [*other, *(same if till else [])])
    if till:
        places["date_in_future"] = [("till-1.csv", 4)]
        places["extra_cells"] = [("till-1.csv", 5)]
        places["overlap_across_files"] = [("till-2.csv", 4), ("till-2.csv", 5)]

    receipts = ["1,1,2026-01-06,Tea,1,3,.5", "1,2,2026-01-06,Cup,1,3,", "2,1,2026-01-06,Tea,1,3,"]
    _csv(folder / "shop-1.csv", SHOP, receipts)
    # Delivered again as it is, which is no fault; corrected; and a number once more.
    again = [receipts[0], "1,2,2026-01-06,Cup,2,6,", "2,1,2026-01-07,Tea,1,3,"]
    _csv(folder / "shop-2.csv", SHOP, again if till else receipts[:1])
    if till:
        places["line_corrected"] = [("shop-2.csv", 3)]
        places["line_number_reused"] = [("shop-2.csv", 4)]
        # Every line but the first has a number that is taken.
        bills = [f"7,1,2026-01-{day:02},Tea,1,3," for day in range(1, 13)]
        _csv(folder / "shop-3.csv", SHOP, bills)
        places["line_number_reused"] += [("shop-3.csv", row) for row in range(3, 14)]

    _csv(folder / "mill.csv", "Date,Item,Pieces,Price,Per,Off,Total,VAT,Freight", MILLED)

    sound = {
        "orders": ["B1,2026-01-02,C1,4"],
        "customers": ["C1,Ann,2026-01-01"],
        "products": ["P1,Tea,K1,10,5,", "P9,Nut,K1,,1,", "P4,Cup,K1,3,1,", "P5,Jug,K1,9,4,EUR"],
        "product_categories": ["K1,Hot"],
        "sellers": ["S1,Sue,yes"],
        "stores": ["K1,Market,York"],
        "shipping_companies": ["D1,DHL"],
        "sales_targets": ["2026-01-01,S1,,100"],
    }
    for entity, rows_of_entity in sound.items():
        delivered = rows_of_entity + reference.get(entity, [])
        _csv(folder / f"{entity}.csv", HEADERS[entity], delivered)
        for rule, (of, row) in REFERENCE_FAULTS.items():
            if of == entity and row in delivered:
                places[rule] = [(f"{entity}.csv", delivered.index(row) + 2)]
    if reference:
        places["repeated_target"] = [("sales_targets.csv", 2)]  # the later of the two counts
        places["repeated_customer"].append(("customers.csv", 2))  # one of both is wrong
        places["repeated_product"].append(("products.csv", 4))
    return places


def _csv(path: Path, header: str, rows: list[str]) -> None:
    write_csv(path, [line.split(",") for line in [header, *rows]])


def _number(text: str) -> int:
    return int(text) if text.lstrip("-").isdecimal() else 0
