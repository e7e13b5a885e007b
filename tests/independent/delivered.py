"""The delivered files of each real set, read with pandas into one frame of sales lines.

Neither the loader nor a layout is asked: what the layouts of `layouts/examples/` tell the loader is
told to pandas here, once more.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from tests.conftest import REAL_FILES
from tests.independent.exact import UNKNOWN, key, place_key, ten_thousandths

FACTS = [
    "file", "row", "sold_at", "currency", "order_id", "product", "product_id", "product_name",
    "category", "customer", "customer_name", "seller", "carrier", "store", "store_name", "city",
    "region", "country", "is_return", "units", "gross", "revenue", "cost",
]  # fmt: skip
"""What a set says of its lines: names and natural keys as text, None where it says nothing;
units, gross, revenue and cost in whole ten-thousandths."""


@dataclass
class Delivered:
    """A set: its lines, and what is known of the members that they name.

    Members are indexed by their key; each kind has an Unknown. Lines name them by key.
    """

    lines: pd.DataFrame
    products: pd.DataFrame
    customers: pd.DataFrame
    sellers: pd.DataFrame
    carriers: pd.DataFrame
    stores: pd.DataFrame
    orders: pd.DataFrame | None = None
    """The order headers: day, carrier_key, currency, freight in ten-thousandths."""
    targets: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(
            {"month": [], "seller_key": [], "store_key": [], "target": []}
        )
    )
    """Monthly targets, in ten-thousandths; of one seller or of one store."""

    @property
    def last_day(self) -> pd.Timestamp:
        """The last day with sales, as of which everything is told."""
        day: pd.Timestamp = self.lines["day"].max()
        return day


@cache
def delivered(name: str) -> Delivered:
    """Return a set by the name of its folder; read once."""
    return _SETS[name](REAL_FILES / name)


def _text_table(path: Path, **options: Any) -> pd.DataFrame:
    """Read a CSV file as text, None where a cell is empty."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False, **options).astype(object)
    return table.map(lambda text: " ".join(text.split()) or None)


def _sheet(path: Path, first_row: int) -> pd.DataFrame:
    """Read the sheet whose header is in this row, with its row numbers; None for empty cells."""
    table = pd.read_excel(path, engine="calamine", dtype=object, header=first_row - 1)
    table = table.loc[:, [not str(name).startswith("Unnamed") for name in table.columns]]
    table = table.astype(object).where(table.notna(), None)
    return table.assign(row=range(first_row + 1, first_row + 1 + len(table)))


def _texts(cells: pd.Series) -> pd.Series:
    """Return typed cells as the texts that people read; None where a text names nothing."""
    known = {
        cell: " ".join(str(cell).split()) if any(map(str.isalnum, str(cell))) else None
        for cell in cells.unique()
    }
    known[None] = None
    return cells.map(known.get).astype(object).where(cells.notna(), None)


def _numbers(cells: pd.Series) -> pd.Series:
    """Return typed or written numbers exactly as they are written."""
    known = {cell: Decimal(str(cell)) for cell in cells.unique() if cell is not None}
    return pd.Series([known[cell] for cell in cells], index=cells.index, dtype=object)


def _products_of(prices: pd.Series, units: pd.Series, rates: pd.Series | None = None) -> list[int]:
    """Return price times units, less a discount, each line rounded once."""
    if rates is None:
        return [ten_thousandths(p * u) for p, u in zip(prices, units, strict=True)]
    return [ten_thousandths(p * u * (1 - r)) for p, u, r in zip(prices, units, rates, strict=True)]


def _in_ten_thousandths(numbers: pd.Series) -> list[int]:
    return [ten_thousandths(number) for number in numbers]


def mondays(days: pd.Series) -> pd.Series:
    """Return the Monday of each day's week."""
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")


def _lines(facts: dict[str, Any], index: pd.Index) -> pd.DataFrame:
    """Make the frame of lines of what a set says, with days, weeks and keys."""
    lines = pd.DataFrame({name: facts.get(name) for name in FACTS}, index=index)
    lines = lines.reset_index(drop=True)
    # The unit of time that a file was read in is nobody's business.
    lines["sold_at"] = pd.to_datetime(lines["sold_at"]).astype("datetime64[us]")
    lines["day"] = lines["sold_at"].dt.normalize()
    lines["week"] = mondays(lines["day"])
    lines["is_return"] = lines["is_return"].fillna(False).astype(bool)
    for name in ("units", "gross", "revenue"):
        lines[name] = lines[name].astype("int64")
    lines["discount"] = lines["gross"] - lines["revenue"]
    lines["cost"] = lines["cost"].astype("Int64")
    lines["profit"] = lines["revenue"] - lines["cost"]
    for member in ("product", "customer", "seller", "carrier", "store"):
        keys = {text: key(text) for text in lines[member].dropna().unique()}
        # Not by way of numbers that may lack: these would be of 53 digits, and keys have 60.
        lines[f"{member}_key"] = [keys.get(text, UNKNOWN) for text in lines[member]]
    places = lines[["region", "country"]].drop_duplicates().astype(object)
    places = places.where(places.notna(), None)
    regions = {
        (region or "", country or ""): place_key(region, country)
        for region, country in places.itertuples(index=False)
    }
    pairs = zip(lines["region"].fillna(""), lines["country"].fillna(""), strict=True)
    lines["region_key"] = pd.Series([regions[pair] for pair in pairs], index=lines.index)
    return lines


def _newest(lines: pd.DataFrame, member: str, columns: list[str]) -> pd.DataFrame:
    """Return, of each member that lines name, the newest value that a line has for a column."""
    in_order = lines[lines[f"{member}_key"] != UNKNOWN].sort_values(["sold_at", "file", "row"])
    return in_order.groupby(f"{member}_key")[columns].last().astype(object)


def _members(members: pd.DataFrame, name: str, columns: list[str]) -> pd.DataFrame:
    """Return members with these columns, None where nothing is known, and Unknown among them."""
    members = members.reindex(columns=columns).astype(object)
    members.loc[UNKNOWN] = {column: "Unknown" if column == name else None for column in columns}
    return members.where(members.notna(), None)


def _keyed(table: pd.DataFrame, natural_key: str) -> pd.DataFrame:
    return table.set_index(pd.Index([key(text) for text in table[natural_key]], dtype="int64"))


def _named(members: pd.DataFrame, member: str) -> pd.DataFrame:
    """Call members without a name by their number."""
    names, numbers = members[f"{member}_name"], members.get(f"{member}_id")
    return members.assign(**{f"{member}_name": names.where(names.notna(), numbers)})


def _products(members: pd.DataFrame) -> pd.DataFrame:
    return _members(
        _named(members, "product"),
        "product_name",
        ["product_id", "product_name", "category", "brand", "list_price"],
    )


def _customers(members: pd.DataFrame) -> pd.DataFrame:
    return _members(
        _named(members, "customer"),
        "customer_name",
        ["customer_id", "customer_name", "city", "region", "country"],
    )


def _sellers(members: pd.DataFrame) -> pd.DataFrame:
    return _members(members, "seller_name", ["seller_id", "seller_name"])


def _carriers(members: pd.DataFrame) -> pd.DataFrame:
    return _members(members, "carrier_name", ["carrier_name"])


def _stores(members: pd.DataFrame) -> pd.DataFrame:
    return _members(members, "store_name", ["store_name", "city", "region", "country"])


NOBODY = pd.DataFrame(columns=["customer_id", "customer_name"])


def _northwind(folder: Path) -> Delivered:
    details = _text_table(folder / "order_details.csv")
    orders = _text_table(folder / "orders.csv").set_index("orderID")
    customers = _text_table(folder / "customers.csv", encoding="cp1252")
    products = _text_table(folder / "products.csv", encoding="cp1252")
    categories = _text_table(folder / "categories.csv").set_index("categoryID")["categoryName"]
    sellers = _text_table(folder / "employees.csv")
    shippers = _text_table(folder / "shippers.csv")

    header = orders.loc[details["orderID"]].set_index(details.index)
    at_home = customers.set_index("customerID").loc[header["customerID"]].set_index(details.index)
    prices, units = _numbers(details["unitPrice"]), _numbers(details["quantity"])
    lines = _lines(
        {
            "file": "order_details.csv",
            "row": range(2, 2 + len(details)),
            "sold_at": header["orderDate"],
            "currency": "USD",
            "order_id": details["orderID"],
            "product": details["productID"],
            "product_id": details["productID"],
            "customer": header["customerID"],
            "seller": header["employeeID"],
            "carrier": header["shipperID"],
            # There are no stores: a sale is where its customer is.
            "country": at_home["country"],
            "units": _in_ten_thousandths(units),
            "gross": _products_of(prices, units),
            "revenue": _products_of(prices, units, _numbers(details["discount"])),
        },
        details.index,
    )
    days = pd.to_datetime(orders["orderDate"]).astype("datetime64[us]")
    return Delivered(
        lines=lines,
        products=_products(
            _keyed(products, "productID")
            .rename(columns={"productID": "product_id", "productName": "product_name"})
            .assign(
                category=lambda table: table["categoryID"].map(categories),
                list_price=lambda table: _numbers(table["unitPrice"]),
            )
        ),
        customers=_customers(
            _keyed(customers, "customerID")
            .rename(columns={"customerID": "customer_id", "companyName": "customer_name"})
            .assign(region=None)
        ),
        sellers=_sellers(
            _keyed(sellers, "employeeID").rename(
                columns={"employeeID": "seller_id", "employeeName": "seller_name"}
            )
        ),
        carriers=_carriers(
            _keyed(shippers, "shipperID").rename(columns={"companyName": "carrier_name"})
        ),
        stores=_stores(pd.DataFrame()),
        orders=pd.DataFrame(
            {
                "day": days,
                "carrier_key": [key(text) for text in orders["shipperID"]],
                "currency": "USD",
                "freight": _in_ten_thousandths(_numbers(orders["freight"])),
            }
        ),
    )


def _adidas(folder: Path) -> Delivered:
    table = _sheet(folder / "Adidas US Sales Datasets.xlsx", first_row=5)
    names, cities, regions = table["Retailer"], table["City"], table["Region"]
    stores = [
        f"{name}|{city}|{region}|USA"
        for name, city, region in zip(names, cities, regions, strict=True)
    ]
    revenue = _in_ten_thousandths(_numbers(table["Total Sales"]))
    profit = _in_ten_thousandths(_numbers(table["Operating Profit"]))
    lines = _lines(
        {
            "file": "Adidas US Sales Datasets.xlsx",
            "row": table["row"],
            "sold_at": table["Invoice Date"],
            "currency": "USD",
            "product": _texts(table["Product"]),
            "product_name": _texts(table["Product"]),
            "customer": _texts(table["Retailer ID"]),
            "customer_name": _texts(names),
            "carrier": _texts(table["Sales Method"]),
            "store": stores,
            "store_name": _texts(names),
            "city": _texts(cities),
            "region": _texts(regions),
            "country": "USA",
            "is_return": [units < 0 for units in table["Units Sold"]],
            "units": _in_ten_thousandths(_numbers(table["Units Sold"])),
            # The stated totals count, also where they are ten times price by units.
            "gross": revenue,
            "revenue": revenue,
            "cost": [total - gain for total, gain in zip(revenue, profit, strict=True)],
        },
        table.index,
    )
    return Delivered(
        lines=lines,
        products=_products(_newest(lines, "product", ["product_name"])),
        customers=_customers(
            _newest(lines, "customer", ["customer", "customer_name"]).rename(
                columns={"customer": "customer_id"}
            )
        ),
        sellers=_sellers(pd.DataFrame()),
        carriers=_carriers(
            _newest(lines, "carrier", ["carrier"]).rename(columns={"carrier": "carrier_name"})
        ),
        stores=_stores(_newest(lines, "store", ["store_name", "city", "region", "country"])),
    )


def _celulares_br(folder: Path) -> Delivered:
    sales = _text_table(folder / "Vendas.csv", sep=";", encoding="utf-8-sig")
    products = _text_table(folder / "Produtos.csv", sep=";", encoding="utf-8-sig")
    customers = _text_table(folder / "Clientes.csv", sep=";", encoding="utf-8-sig")
    sellers = _text_table(folder / "Vendedor.csv", sep=";", encoding="utf-8-sig")
    targets = _text_table(folder / "Meta.csv", sep=";", encoding="utf-8-sig")
    countries = _text_table(folder / "Pais.csv", encoding="utf-8-sig").dropna(subset="Country")

    products["list_price"] = _numbers(products["Preço Unitário"].str.replace(",", "."))
    prices = sales["CodProduto"].map(products.set_index("CodProduto")["list_price"])
    units = _numbers(sales["Quantidade"])
    amounts = _products_of(prices, units)
    lines = _lines(
        {
            "file": "Vendas.csv",
            "row": range(2, 2 + len(sales)),
            "sold_at": pd.to_datetime(sales["Data"], format="%d/%m/%Y"),
            "currency": "BRL",
            "product": sales["CodProduto"],
            "product_id": sales["CodProduto"],
            "customer": sales["idCliente"],
            "seller": sales["Vendendor"],
            "store": sales["Localização"],
            "region": sales["Localização"].map(countries.set_index("Country")["Continent"]),
            "country": sales["Localização"],
            "is_return": units < 0,
            "units": _in_ten_thousandths(units),
            "gross": amounts,
            "revenue": amounts,
        },
        sales.index,
    )
    return Delivered(
        lines=lines,
        products=_products(
            _keyed(products, "CodProduto").rename(
                columns={
                    "CodProduto": "product_id",
                    "Descrição": "product_name",
                    "Categoria": "category",
                    "Marca": "brand",
                }
            )
        ),
        customers=_customers(
            _keyed(customers, "id").rename(
                columns={"id": "customer_id", "Cliente": "customer_name"}
            )
        ),
        sellers=_sellers(
            _keyed(sellers, "cdVendedor").rename(
                columns={"cdVendedor": "seller_id", "Vendedor": "seller_name"}
            )
        ),
        carriers=_carriers(pd.DataFrame()),
        stores=_stores(
            _keyed(countries, "Country")
            .rename(columns={"Continent": "region"})
            .assign(
                store_name=lambda table: table["Country"],
                country=lambda table: table["Country"],
            )
        ),
        targets=pd.DataFrame(
            {
                "month": pd.to_datetime(targets["Data"], format="%d/%m/%Y").astype(
                    "datetime64[us]"
                ),
                "seller_key": [key(text) for text in targets["cdVendedor"]],
                "store_key": UNKNOWN,
                "target": _in_ten_thousandths(_numbers(targets["Meta"])),
            }
        ),
    )


def _electronics_monthly(folder: Path) -> Delivered:
    files = []
    for path in sorted(folder.glob("Sales_*.csv")):
        # pandas leaves blank rows out by itself, but not those of commas only.
        table = _text_table(path, skip_blank_lines=False)
        table = table.assign(file=path.name, row=range(2, 2 + len(table)))
        files.append(table[table["Order ID"].notna() & (table["Order ID"] != "Order ID")])
    table = pd.concat(files)
    units = _numbers(table["Quantity Ordered"])
    amounts = _products_of(_numbers(table["Price Each"]), units)
    lines = _lines(
        {
            "file": table["file"],
            "row": table["row"],
            "sold_at": pd.to_datetime(table["Order Date"], format="%m/%d/%y %H:%M"),
            "currency": "USD",
            "order_id": table["Order ID"],
            "product": table["Product"],
            "product_name": table["Product"],
            "is_return": units < 0,
            "units": _in_ten_thousandths(units),
            "gross": amounts,
            "revenue": amounts,
        },
        table.index,
    )
    return Delivered(
        lines=lines,
        products=_products(_newest(lines, "product", ["product_name"])),
        customers=_customers(NOBODY),
        sellers=_sellers(pd.DataFrame()),
        carriers=_carriers(pd.DataFrame()),
        stores=_stores(pd.DataFrame()),
    )


def _online_retail(folder: Path) -> Delivered:
    table = pd.concat(
        [
            _sheet(path, first_row=1).assign(file=path.name)
            for path in sorted(folder.glob("Online Retail*.xlsx"))
        ],
        ignore_index=True,
    )
    orders, products = _texts(table["InvoiceNo"]), _texts(table["StockCode"])
    customers = _texts(table["CustomerID"])
    units = _numbers(table["Quantity"])
    amounts = _products_of(_numbers(table["UnitPrice"]), units)
    lines = _lines(
        {
            "file": table["file"],
            "row": table["row"],
            "sold_at": table["InvoiceDate"],
            "currency": "GBP",
            "order_id": orders,
            "product": products,
            "product_id": products,
            "product_name": _texts(table["Description"]),
            "customer": customers,
            "country": _texts(table["Country"]),
            "is_return": orders.str.startswith("C"),
            "units": _in_ten_thousandths(units),
            "gross": amounts,
            "revenue": amounts,
        },
        table.index,
    )
    return Delivered(
        lines=lines,
        products=_products(_newest(lines, "product", ["product_id", "product_name"])),
        customers=_customers(
            _newest(lines, "customer", ["customer", "customer_name"]).rename(
                columns={"customer": "customer_id"}
            )
        ),
        sellers=_sellers(pd.DataFrame()),
        carriers=_carriers(pd.DataFrame()),
        stores=_stores(pd.DataFrame()),
    )


_SETS: dict[str, Callable[[Path], Delivered]] = {
    "northwind": _northwind,
    "adidas": _adidas,
    "celulares_br": _celulares_br,
    "electronics_monthly": _electronics_monthly,
    "online_retail": _online_retail,
}
