"""Text from files, made safe to print."""


def printable(text: str) -> str:
    """Return a text without control characters, and without marks that turn its direction."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
