"""What a mail says of a pack: what matters, as plain text and as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.ask.pack.content import Pack, Section
from reporting.draw.templates import render
from reporting.draw.written import WrittenHeadline, readable, written_headline
from reporting.words import currency_words


@dataclass(frozen=True)
class Message:
    """A message."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class _Part:
    """A section, written."""

    currency: str
    headlines: tuple[WrittenHeadline, ...]
    sentences: tuple[str, ...]


def message_of(pack: Pack, files: Sequence[str]) -> Message:
    """Write a message.

    Args:
        pack: what it is about.
        files: names of what is attached.
    """
    title = one_line(f"{pack.title} {pack.period}")
    said = {
        "is_complete": pack.is_complete,
        "title": title,
        "sections": [_part(section, pack.locale) for section in pack.sections],
        "quality_sentences": [one_line(sentence) for sentence in pack.quality_sentences],
        "restated": len(pack.restatements.rows) if pack.restatements else 0,
        "files": files,
    }
    text, html = (
        render(f"mail/pack.{ending}.j2", pack.locale, **said) for ending in ("txt", "html")
    )
    return Message(title, text, html)


def one_line(text: str) -> str:
    """Return a text that can neither begin a header of its own nor turn its direction."""
    return readable(" ".join(text.split()))


def _part(section: Section, locale: str) -> _Part:
    return _Part(
        readable(currency_words(section.currency, locale)),
        tuple(written_headline(item, section.currency, locale) for item in section.headlines),
        tuple(one_line(sentence) for sentence in section.sentences),
    )
