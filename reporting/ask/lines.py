"""Sold lines with the file, sheet and row that each came from."""

from reporting.tables import Column, Kind

LINE_COLUMNS = (
    Column("sold_at", "Sold", Kind.DATE),
    Column("order_id", "Order", Kind.TEXT),
    Column("product_name", "Product", Kind.TEXT),
    Column("product_id", "Product ID", Kind.TEXT),
    Column("seller_name", "Seller", Kind.TEXT),
    Column("customer_name", "Customer", Kind.TEXT),
    Column("shipping_company_name", "Shipping company", Kind.TEXT),
    Column("store_name", "Store", Kind.TEXT),
    Column("units", "Units", Kind.NUMBER),
    Column("unit_price", "Unit price", Kind.PRICE),
    Column("discount_amount", "Discount", Kind.AMOUNT),
    Column("revenue", "Revenue", Kind.AMOUNT),
    Column("currency", "Currency", Kind.TEXT),
    Column("source_file", "File", Kind.TEXT),
    Column("source_sheet", "Sheet", Kind.TEXT),
    Column("source_row_number", "Row", Kind.ORDINAL),
)

LINES = """
from marts.fact_sales_line as line
inner join marts.dim_product on line.product_key = dim_product.product_key
inner join marts.dim_seller on line.seller_key = dim_seller.seller_key
inner join marts.dim_customer on line.customer_key = dim_customer.customer_key
inner join marts.dim_store on line.store_key = dim_store.store_key
inner join marts.dim_shipping_company
    on line.shipping_company_key = dim_shipping_company.shipping_company_key
"""
"""Where lines and the names of their members come from; one row a line."""

LARGEST_FIRST = "abs(line.revenue) desc, line.sales_line_key"
"""An order that is the same every time."""

_OF_MEMBERS = {
    "product_name": "dim_product",
    "product_id": "dim_product",
    "seller_name": "dim_seller",
    "customer_name": "dim_customer",
    "shipping_company_name": "dim_shipping_company",
    "store_name": "dim_store",
}

SELECTED = ", ".join(
    f"{_OF_MEMBERS.get(column.name, 'line')}.{column.name}" for column in LINE_COLUMNS
)
"""`LINE_COLUMNS`, to be selected from `LINES`."""
