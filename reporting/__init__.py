"""Reads marts and reports only, and shows them to people."""


class Refusal(Exception):
    """A command cannot do what was asked; the message says why and what to do."""

    exit_code = 2
    """Wrong usage or settings; 1: there is nothing to show, or the mail was not taken."""
