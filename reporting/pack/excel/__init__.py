"""The sheets and charts of the pack's workbook."""
