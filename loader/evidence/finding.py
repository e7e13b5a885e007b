"""What evidence comes to: a reading and why, or a question."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from loader.questions import Question

T = TypeVar("T")


@dataclass(frozen=True)
class Finding(Generic[T]):
    """How something is to be read.

    Attributes:
        value: the reading: declared, certain, or of no consequence.
        notes: what was taken as certain, and why.
        question: what is open; the value does not count then.
    """

    value: T
    notes: list[str] = field(default_factory=list)
    question: Question | None = None
