"""Invented rows under the headers of files as shops, tills and programs export them.

Each table says of every header which of our columns it is, or None. The rows of a table are of one
business: what is a total there is a total, and what refers to another column does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

Row = dict[str, Any]
Value = Callable[[Row], object] | str

CITIES = {
    "Leeds": ("Yorkshire", "United Kingdom"), "Lyon": ("Rhône", "France"),
    "Ulm": ("Baden", "Germany"), "Turin": ("Piemonte", "Italy"), "Porto": ("Norte", "Portugal"),
    "Malmö": ("Skåne", "Sweden"), "Gent": ("Vlaanderen", "Belgium"),
    "Lublin": ("Lubelskie", "Poland"),
}  # fmt: skip
GOODS = [
    (f"{word} {thing}", group, price)
    for word, price in (("Alder", 3.2), ("Birch", 7.45), ("Cedar", 18.9), ("Downs", 64.5))
    for thing, group in (
        ("Mug", "Kitchen"),
        ("Lamp", "Light"),
        ("Rug", "Floor"),
        ("Chair", "Seats"),
    )
]
PEOPLE = ["Ada Byron", "Ben Okoro", "Cleo Marsh", "Dov Lind", "Eva Sand", "Finn Hale"]
CARRIERS = ["Heron Parcel", "Polder Freight", "Alpenpost"]


def rows(count: int = 120, seed: int = 1) -> Iterator[Row]:
    """Yield sales lines, with all that any table may show of them."""
    rng = Random(seed)
    day, order, line = date(2025, 1, 6), 1000, 0
    for number in range(count):
        if not line or rng.random() < 0.55:
            order, line = order + rng.randint(1, 3), 1
            day += timedelta(days=rng.randint(0, 2))
            customer, seller = rng.randrange(25), rng.randrange(len(PEOPLE))
            city = rng.choice(list(CITIES))
            carrier = rng.choice(CARRIERS)
            discount = rng.choice((0, 0, 0, 5, 10, 15))
        else:
            line += 1
        good = rng.randrange(len(GOODS))
        name, group, price = GOODS[good]
        units = rng.choice((1, 1, 2, 3, 4, 6, 12))
        gross = round(price * units, 2)
        saved = round(gross * discount / 100, 2)
        net = round(gross - saved, 2)
        cost = round(price * 0.58, 2)
        yield {
            "n": number + 1, "day": day, "ship": day + timedelta(days=rng.randint(1, 6)),
            "order": order, "line": line, "sku": f"SKU-{good:03}", "product": name, "group": group,
            "good": good + 1, "brand": name.split()[0], "cust": customer + 101,
            "customer": f"{PEOPLE[customer % 6].split()[1]} & Co {customer}",
            "emp": seller + 1, "seller": PEOPLE[seller], "shop": f"Shop {city}", "city": city,
            "shop_no": list(CITIES).index(city) + 1,
            "region": CITIES[city][0], "country": CITIES[city][1], "carrier": carrier,
            "price": price, "units": units, "gross": gross, "saved": saved, "rate": discount / 100,
            "percent": discount, "net": net, "tax": round(net * 0.19, 2),
            "with_tax": round(net + round(net * 0.19, 2), 2), "cost": cost,
            "cost_all": round(cost * units, 2), "profit": round(net - round(cost * units, 2), 2),
            "method": rng.choice(("Card", "Cash", "Transfer")), "gender": rng.choice("FM"),
            "age": rng.randint(18, 80), "rating": rng.randint(1, 5),
            "zip": str(rng.randint(10000, 99999)),
            "channel": rng.choice(("Online", "In-store")),
            "hour": f"{rng.randint(8, 19):02}:{rng.randint(0, 59):02}",
            "note": "", "currency": "EUR", "segment": rng.choice(("Consumer", "Corporate")),
        }  # fmt: skip


def us(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def dotted(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def slashed(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def comma(number: float) -> str:
    whole, _, cents = f"{number:,.2f}".partition(".")
    return f"{whole.replace(',', '.')},{cents}"


def cell(row: Row, value: Value) -> str:
    """Return a cell: a field of the row, also written in some way (`day:us`), or computed."""
    if not isinstance(value, str):
        return str(value(row))
    name, _, way = value.partition(":")
    got = row[name]
    ways: dict[str, Callable[[Any], str]] = {
        "": str, "us": us, "dotted": dotted, "slashed": slashed, "comma": comma,
        "dollar": lambda number: f"${number:,.2f} ", "euro": lambda number: f"{comma(number)} €",
        "percent": lambda share: f"{share:.0%}", "month": lambda day: f"{day:%B}",
        "year": lambda day: str(day.year), "quoted": lambda text: f"{text}",
    }  # fmt: skip
    return ways[way](got)


@dataclass(frozen=True)
class Shop:
    """A table.

    Attributes:
        columns: each header with our column (None: none of ours), and what it shows of a row.
        also: our columns that are read from a header which counts for another as well.
        constants: our columns with one value for every row.
    """

    name: str
    columns: list[tuple[str, str | None, Value]]
    entity: str = "sales_lines"
    also: dict[str, str] | None = None
    constants: dict[str, str] | None = None
    file: str = "export.csv"
    unique: str = ""

    def cells(self, count: int = 120) -> list[list[str]]:
        """Return the header and the rows."""
        found = list(rows(count))
        if self.unique:
            found = list({row[self.unique]: row for row in found}.values())
        return [
            [header for header, _, _ in self.columns],
            *([cell(row, value) for _, _, value in self.columns] for row in found),
        ]


def table(name: str, text: str, **more: Any) -> Shop:
    """Write a table as `Header = our column = field` a line; `-` stands for none of ours."""
    columns: list[tuple[str, str | None, Value]] = []
    for line in text.strip().splitlines():
        header, ours, field = (part.strip() for part in line.split("="))
        columns.append((header, None if ours == "-" else ours, field))
    return Shop(name, columns, **more)


SHOPS = [
    table("Navision", """
        Belegnr. = order_id = order
        Zeilennr. = line_number = line
        Verk. an Deb.-Nr. = customer_id = cust
        Buchungsdatum = sold_at = day:dotted
        Nr. = - = sku
        Beschreibung = product_name = product
        Menge = units = units
        VK-Preis = unit_price = price:comma
        Zeilenrabatt % = discount_rate = percent
        Zeilenbetrag = line_total = net:comma
        Betrag inkl. MwSt. = - = with_tax:comma
        Lagerortcode = - = zip"""),
    table("SAP", """
        Fakturadat = sold_at = day:dotted
        Faktura = order_id = order
        Material = product_id = sku
        Materialkurztext = product_name = product
        Fakturamenge = units = units
        VME = - = segment
        Nettowert = line_total = net:comma
        Belegwährung = currency = currency"""),
    table("eBay", """
        Verkaufsprotokollnummer = order_id = order
        Nutzername des Käufers = customer_id = cust
        Name des Käufers = customer_name = customer
        Angebotstitel = product_name = product
        Bestandseinheit = product_id = sku
        Anzahl = units = units
        Verkauft für = line_total = net:euro
        Verpackung und Versand = - = tax:euro
        Verkauft am = sold_at = day:dotted
        Versandt am = - = ship:dotted"""),
    table("Lightspeed", """
        Sale ID = order_id = order
        Completed = sold_at = day
        Description = product_name = product
        Qty = units = units
        Retail = unit_price = price
        Discounts = discount_amount = saved
        Cost = line_cost = cost_all
        Profit = line_profit = profit"""),
    table("Xero", """
        InvoiceNumber = order_id = order
        InvoiceDate = sold_at = day:slashed
        InventoryItemCode = product_id = sku
        Description = product_name = product
        Quantity = units = units
        UnitAmount = unit_price = price
        LineAmount = line_total = net
        AccountCode = - = zip
        Currency = currency = currency"""),
    table("QuickBooks", """
        Transaction date = sold_at = day:us
        Customer full name = customer_name = customer
        Product/Service = product_name = product
        Memo/Description = - = segment
        Qty = units = units
        Sales price = unit_price = price
        Amount = line_total = net"""),
    table("superstore", """
        Row ID = - = n
        Order ID = order_id = order
        Order Date = sold_at = day:us
        Ship Date = - = ship:us
        Ship Mode = shipping_company_name = carrier
        Customer ID = customer_id = cust
        Customer Name = customer_name = customer
        Segment = - = segment
        Country = country = country
        City = city = city
        State = - = region
        Postal Code = - = zip
        Region = region = region
        Product ID = product_id = sku
        Category = category = group
        Sub-Category = - = brand
        Product Name = product_name = product
        Sales = line_total = net
        Quantity = units = units
        Discount = discount_rate = rate
        Profit = line_profit = profit"""),
    table("chocolate", """
        Sales Person = seller_name = seller
        Country = country = country
        Product = product_name = product
        Date = sold_at = day:slashed
        Amount = line_total = net:dollar
        Boxes Shipped = units = units"""),
    table("cafe", """
        Transaction ID = order_id = n
        Item = product_name = product
        Quantity = units = units
        Price Per Unit = unit_price = price
        Total Spent = line_total = gross
        Payment Method = - = method
        Location = - = channel
        Transaction Date = sold_at = day"""),
    table("supermarket", """
        Invoice ID = order_id = n
        Branch = store_name = shop
        City = city = city
        Customer type = - = segment
        Gender = - = gender
        Product line = category = group
        Unit price = unit_price = price
        Quantity = units = units
        Tax 5% = - = tax
        Date = sold_at = day:us
        Time = - = hour
        Payment = - = method
        Rating = - = rating""", also={"product_name": "Product line"}),
    table("retail sales", """
        Transaction ID = order_id = n
        Date = sold_at = day
        Customer ID = customer_id = cust
        Gender = - = gender
        Age = - = age
        Product Category = category = group
        Quantity = units = units
        Price per Unit = unit_price = price
        Total Amount = line_total = gross""", also={"product_name": "Product Category"}),
    table("bikes", """
        Date = sold_at = day
        Month = - = day:month
        Year = - = day:year
        Customer_Age = - = age
        Customer_Gender = - = gender
        Country = country = country
        State = region = region
        Product_Category = category = group
        Sub_Category = - = brand
        Product = product_name = product
        Order_Quantity = units = units
        Unit_Cost = unit_cost = cost
        Unit_Price = unit_price = price
        Profit = line_profit = profit
        Cost = line_cost = cost_all
        Revenue = line_total = net"""),
    table("classic models", """
        ORDERNUMBER = order_id = order
        QUANTITYORDERED = units = units
        PRICEEACH = unit_price = price
        ORDERLINENUMBER = line_number = line
        SALES = line_total = gross
        ORDERDATE = sold_at = day:us
        STATUS = - = method
        QTR_ID = - = rating
        PRODUCTLINE = category = group
        MSRP = - = cost
        PRODUCTCODE = product_id = sku
        CUSTOMERNAME = customer_name = customer
        PHONE = - = zip
        CITY = city = city
        COUNTRY = country = country
        TERRITORY = region = region
        CONTACTLASTNAME = - = seller
        DEALSIZE = - = gender"""),
    table("hundred sales records", """
        Region = region = region
        Country = country = country
        Item Type = category = group
        Sales Channel = - = channel
        Order Priority = - = gender
        Order Date = sold_at = day:us
        Order ID = order_id = n
        Ship Date = - = ship:us
        Units Sold = units = units
        Unit Price = unit_price = price
        Unit Cost = unit_cost = cost
        Total Revenue = line_total = gross
        Total Cost = line_cost = cost_all""", also={"product_name": "Item Type"}),
    table("coffee shop", """
        transaction_id = order_id = n
        transaction_date = sold_at = day
        transaction_time = - = hour
        transaction_qty = units = units
        store_id = store_id = shop_no
        store_location = store_name = shop
        product_id = product_id = good
        unit_price = unit_price = price
        product_category = category = group
        product_type = - = brand
        product_detail = product_name = product"""),
    table("car sales", """
        Car_id = - = n
        Date = sold_at = day:us
        Customer Name = customer_name = customer
        Gender = - = gender
        Annual Income = - = zip
        Dealer_Name = store_name = shop
        Model = product_name = product
        Transmission = - = channel
        Color = - = segment
        Price ($) = unit_price = price
        Dealer_No  = store_id = shop_no
        Phone = - = zip
        Dealer_Region = region = region""", constants={"units": "1"}),
    table("maven toys", """
        Sale_ID = order_id = n
        Date = sold_at = day
        Store_ID = store_id = shop_no
        Product_ID = product_id = good
        Units = units = units"""),
    table("adventure works", """
        OrderDate = sold_at = day
        StockDate = - = ship
        OrderNumber = order_id = order
        ProductKey = product_id = good
        CustomerKey = customer_id = cust
        TerritoryKey = - = shop_no
        OrderLineItem = line_number = line
        OrderQuantity = units = units"""),
    table("olist items", """
        order_id = order_id = order
        order_item_id = line_number = line
        product_id = product_id = sku
        seller_id = seller_id = emp
        shipping_limit_date = - = ship
        price = unit_price = price
        freight_value = - = tax""", constants={"units": "1"}),
    table("electronics retailer", """
        Order Number = order_id = order
        Line Item = line_number = line
        Order Date = sold_at = day:us
        Delivery Date = - = ship:us
        CustomerKey = customer_id = cust
        StoreKey = store_id = shop_no
        ProductKey = product_id = good
        Quantity = units = units
        Currency Code = currency = currency"""),
    table("ventas", """
        Fecha = sold_at = day:slashed
        N.º Pedido = order_id = order
        Código Cliente = customer_id = cust
        Cliente = customer_name = customer
        Vendedor = seller_name = seller
        Artículo = product_name = product
        Familia = category = group
        Cantidad = units = units
        Precio unitario = unit_price = price:comma
        Dto. % = discount_rate = rate:percent
        Importe = line_total = net:comma
        Provincia = region = region
        País = country = country
        Forma de pago = - = method"""),
    table("Warenwirtschaft", """
        Belegnr. = order_id = order
        Belegdatum = sold_at = day:dotted
        Pos. = line_number = line
        Kundennr. = customer_id = cust
        Kunde = customer_name = customer
        Artikelnr. = product_id = sku
        Bezeichnung = product_name = product
        Warengruppe = category = group
        Vertreter = seller_name = seller
        Filiale = store_name = shop
        Menge = units = units
        ME = - = gender
        Einzelpreis = unit_price = price:comma
        Rabatt = discount_amount = saved:comma
        Umsatz netto = line_total = net:comma
        MwSt = - = tax:comma
        Brutto = - = with_tax:comma
        DB = line_profit = profit:comma
        Lieferdatum = - = ship:dotted"""),
    table("magasin", """
        Date de vente = sold_at = day:slashed
        N° ticket = order_id = order
        Magasin = store_name = shop
        Réf. article = product_id = sku
        Désignation = product_name = product
        Rayon = category = group
        Qté = units = units
        PU HT = unit_price = price:comma
        Montant HT = line_total = gross:comma
        TVA = - = tax:comma
        Total TTC = - = with_tax:comma
        Vendeur = seller_name = seller
        Mode de règlement = - = method"""),
    table("vendas", """
        Data da Venda = sold_at = day:slashed
        Nº Pedido = order_id = order
        Cód. Cliente = customer_id = cust
        Nome do Cliente = customer_name = customer
        Cód. Produto = product_id = sku
        Produto = product_name = product
        Categoria = category = group
        Qtde = units = units
        Valor Unitário = unit_price = price:comma
        Desconto = discount_amount = saved:comma
        Valor Total = line_total = net:comma
        UF = region = region
        Vendedor = seller_name = seller
        Transportadora = shipping_company_name = carrier"""),
    table("vendite", """
        Data documento = sold_at = day:slashed
        Numero fattura = order_id = order
        Riga = line_number = line
        Codice cliente = customer_id = cust
        Ragione sociale = customer_name = customer
        Codice articolo = product_id = sku
        Descrizione = product_name = product
        Q.tà = units = units
        Prezzo unitario = unit_price = price:comma
        Sconto % = discount_rate = rate:percent
        Importo = line_total = net:comma
        Aliquota IVA = - = age
        Agente = seller_name = seller
        Regione = region = region
        Corriere = shipping_company_name = carrier"""),
    table("verkoop", """
        Factuurnummer = order_id = order
        Factuurdatum = sold_at = day:slashed
        Klantnummer = customer_id = cust
        Klantnaam = customer_name = customer
        Artikelnummer = product_id = sku
        Omschrijving = product_name = product
        Aantal = units = units
        Stukprijs = unit_price = price:comma
        Korting = discount_amount = saved:comma
        Bedrag excl. btw = line_total = net:comma
        Btw = - = tax:comma
        Filiaal = store_name = shop
        Plaats = city = city
        Vervoerder = shipping_company_name = carrier"""),
    table("sprzedaż", """
        Nr dokumentu = order_id = order
        Data sprzedaży = sold_at = day:dotted
        Kontrahent = customer_name = customer
        Kod towaru = product_id = sku
        Nazwa towaru = product_name = product
        Grupa towarowa = category = group
        Ilość = units = units
        JM = - = gender
        Cena netto = unit_price = price:comma
        Wartość netto = line_total = gross:comma
        Kwota VAT = - = tax:comma
        Wartość brutto = - = with_tax:comma
        Handlowiec = seller_name = seller
        Województwo = region = region
        Waluta = currency = currency"""),
    table("försäljning", """
        Ordernummer = order_id = order
        Orderdatum = sold_at = day
        Kundnr = customer_id = cust
        Kundnamn = customer_name = customer
        Artikelnr = product_id = sku
        Benämning = product_name = product
        Varugrupp = category = group
        Antal = units = units
        À-pris = unit_price = price:comma
        Belopp exkl. moms = line_total = gross:comma
        Moms = - = tax:comma
        Säljare = seller_name = seller
        Butik = store_name = shop
        Ort = city = city
        Fraktsätt = shipping_company_name = carrier"""),
    table("Kasse", """
        Datum = sold_at = day:dotted
        Uhrzeit = - = hour
        Bon-Nr. = order_id = order
        Artikel = product_name = product
        Anzahl = units = units
        Preis = unit_price = price:comma
        Betrag = line_total = gross:euro
        Zahlungsart = - = method
        Kassierer = seller_name = seller"""),
    table("sales log", """
        Sale Time = sold_at = day
        Rep = seller_name = seller
        Cust ID = customer_id = cust
        Product = product_id = sku
        Order Quantity = units = units
        Discount Applied = discount_rate = rate
        Sales = line_total = net"""),
    table("gross and net", """
        Date = sold_at = day
        Invoice No = order_id = order
        Product = product_name = product
        Qty = units = units
        Unit Price = unit_price = price
        Amount = - = gross
        Discount = discount_amount = saved
        Net Amount = line_total = net"""),
    table("with tax", """
        Order Date = sold_at = day
        Order ID = order_id = order
        Product = product_name = product
        Units = units = units
        Revenue = line_total = net
        Tax = - = tax
        Total = - = with_tax"""),
    table("amounts only", """
        Date = sold_at = day
        Salesperson = seller_name = seller
        Product = product_name = product
        Amount = line_total = net""", constants={"units": "1"}),
    table("customer list", """
        CustomerKey = customer_id = cust
        Gender = - = gender
        Name = customer_name = customer
        City = city = city
        Zip Code = - = zip
        Country = country = country
        Segment = customer_segment = segment""", entity="customers", unique="cust"),
    table("Kundenstamm", """
        Kundennummer = customer_id = cust
        Firma = customer_name = customer
        PLZ = - = zip
        Ort = city = city
        Land = country = country
        Kundengruppe = customer_segment = segment""", entity="customers", unique="cust"),
    table("product list", """
        ProductKey = product_id = good
        Product Name = product_name = product
        Brand = brand = brand
        Unit Cost USD = standard_cost = cost:dollar
        Unit Price USD = list_price = price:dollar
        Category = category = group""", entity="products", unique="good"),
    table("Produtos", """
        CodProduto = product_id = sku
        Descrição = product_name = product
        Preço Unitário = list_price = price:comma
        Categoria = category = group
        Marca = brand = brand""", entity="products", unique="sku"),
    table("staff", """
        EmployeeID = seller_id = emp
        Salesperson = seller_name = seller
        Title = - = segment""", entity="sellers", unique="emp"),
    table("shops", """
        Store_ID = store_id = shop_no
        Store_Name = store_name = shop
        Store_City = city = city
        Country = country = country""", entity="stores", unique="shop_no"),
    table("carriers", """
        shipperID = shipping_company_id = carrier
        companyName = shipping_company_name = carrier""", entity="shipping_companies",
        unique="carrier", file="shippers.csv"),
    table("order headers", """
        orderID = order_id = order
        customerID = customer_id = cust
        employeeID = seller_id = emp
        orderDate = sold_at = day
        requiredDate = - = ship
        shippedDate = - = ship
        freight = freight_amount = tax""", entity="orders", unique="order"),
    table("Ziele", """
        Monat = month = day
        Verkäufer = seller_name = seller
        Umsatzziel = target_amount = with_tax:comma""", entity="sales_targets", unique="day"),
]  # fmt: skip
