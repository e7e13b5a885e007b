"""What a page is asked: days and filters, as they stand in the address bar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Request
from pydantic import Field, ValidationError

from reporting.ask.figures import FILTERS
from reporting.ask.periods import Period
from reporting.doors.api.known import Known
from reporting.doors.api.parameters import Span, with_filters
from reporting.doors.api.problems import of_parameters
from reporting.doors.api.reports import asked_filters, asked_period

GRAINS = ("day", "week", "month", "quarter", "year")
FISCAL_GRAINS = ("fiscal_period", "fiscal_quarter", "fiscal_year")
_GRAIN = f"^({'|'.join((*GRAINS, *FISCAL_GRAINS))})$"


class Asked(with_filters("AskedFilters", Span, FILTERS)):  # type: ignore[misc]
    """The parameters of every page of figures."""

    grain: Annotated[str, Field(pattern=_GRAIN, description="What a bar is.")] = "week"
    cursor: Annotated[str | None, Field(max_length=200)] = None
    file: Annotated[str | None, Field(max_length=1_000)] = None
    order_id: Annotated[str | None, Field(max_length=200)] = None


@dataclass(frozen=True)
class Question:
    """Days and filters.

    Attributes:
        path: of the page that is asked.
        period: the days.
        filters: by name (`reporting.ask.figures.FILTERS`), what is asked about besides.
        asked: everything, as it stood in the address.
    """

    path: str
    period: Period
    filters: Mapping[str, Any]
    asked: Mapping[str, Any]

    @property
    def grain(self) -> str:
        """What a bar of the trend is."""
        return str(self.asked["grain"])

    def link(self, path: str | None = None, /, **changes: Any) -> str:
        """Return the address of the same question with something changed.

        Args:
            path: of another page; else the same.
            changes: by parameter; None leaves it out.
        """
        # A page further on is one of the same question only.
        values = {**self.asked, "cursor": None, **changes}
        query = urlencode({key: str(value) for key, value in values.items() if value is not None})
        return f"{path or self.path}{'?' if query else ''}{query}"


def ask(request: Request, known: Known) -> Question:
    """Return what an address asks.

    Raises:
        Problem: a parameter does not fit; it says which and why.
    """
    # A form sends what nobody has filled in as nothing.
    given = {name: text for name, text in request.query_params.items() if text.strip()}
    try:
        asked = Asked.model_validate(given)
    except ValidationError as error:
        raise of_parameters(error.errors()) from None
    values = asked.model_dump(exclude_none=True, exclude_unset=True)
    period = asked_period(known.calendar, values)
    return Question(
        request.url.path,
        period,
        asked_filters(values),
        {**values, "grain": asked.grain},
    )
