"""Understands tables that no layout describes: by the words of their headers and their values."""
