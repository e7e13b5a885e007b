"""What can be asked: the parameters of each endpoint, with their limits."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
    model_validator,
)

from reporting.doors.api.formats import Format

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2200, 12, 31)
MOST = 10_000
"""Rows of one JSON answer."""


def _sound(text: str) -> str:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must be text without null characters")
    return text


def _as_day(text: Any) -> Any:
    # Seconds since 1970 would do otherwise, and 20260131 be taken for some.
    if isinstance(text, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("write the day as year, month and day, like 2026-01-31")
    return text


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_sound)]
Day = Annotated[date, BeforeValidator(_as_day), Field(ge=FIRST_DAY, le=LAST_DAY)]


class Choice(StrEnum):
    """The formats that can be asked for by a parameter."""

    JSON = Format.JSON.value
    CSV = Format.CSV.value
    XLSX = Format.XLSX.value


class Parameters(BaseModel):
    """What every report takes; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    format: Annotated[
        Choice | None,
        Field(description="json, csv or xlsx; else what the header Accept asks for."),
    ] = None


class Span(Parameters):
    """Days, both included."""

    start_date: Annotated[
        Day | None, Field(description="The first day.", examples=["2026-01-12"])
    ] = None
    end_date: Annotated[
        Day | None, Field(description="The last day, included.", examples=["2026-01-18"])
    ] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValueError("end_date lies before start_date")
        return self


class Page(Parameters):
    """Which rows of many."""

    limit: Annotated[
        int, Field(ge=1, le=MOST, description="How many rows at most (JSON only).")
    ] = 1_000
    offset: Annotated[
        int,
        Field(ge=0, le=10_000_000, description="How many rows to leave out before (JSON only)."),
    ] = 0


def with_filters(name: str, base: type[Parameters], filters: Mapping[str, str]) -> Any:
    """Return a model of parameters with some more, texts that rows must have.

    Args:
        name: of the model.
        base: what it has besides.
        filters: the name of each and what it is.
    """
    fields: dict[str, Any] = {
        filter_name: (Text | None, Field(default=None, description=description))
        for filter_name, description in filters.items()
    }
    return create_model(name, __base__=base, **fields)
