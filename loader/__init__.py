"""Copies the rows of workbooks and CSV files, as delivered, into the raw tables."""

from importlib.metadata import version

__version__ = version("salesops-analytics")


class Refusal(Exception):
    """A command cannot do what was asked; the message says why and what to do."""
