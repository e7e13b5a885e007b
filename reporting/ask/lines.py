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

LINES = "reports.sales_lines(:start_date, :end_date)"
"""Where lines and the names of their members come from; one row a line."""

LARGEST_FIRST = "abs(revenue) desc, sales_line_key"
"""An order that is the same every time."""

SELECTED = ", ".join(column.name for column in LINE_COLUMNS)
"""`LINE_COLUMNS`, to be selected from `LINES`."""
