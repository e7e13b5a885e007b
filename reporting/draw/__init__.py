"""Draws tables and packs: a folder an output, one way to write a value."""
