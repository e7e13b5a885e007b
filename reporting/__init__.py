"""Reads marts and reports only, and shows them to people."""
