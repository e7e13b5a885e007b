"""Proposes which names mean the same member; people decide."""
