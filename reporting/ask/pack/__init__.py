"""The weekly pack: a workbook, a PDF and a page that say the same."""
