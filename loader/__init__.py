"""Copies the rows of workbooks and CSV files, as delivered, into the raw tables."""

from importlib.metadata import version

__version__ = version("salesops-analytics")
