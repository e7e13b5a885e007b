"""Who gets which pack: `packs.yml`."""

from datetime import date, timedelta
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from reporting.ask.figures import FILTERS
from reporting.doors.mail import addresses
from reporting.words import locale_named
from warehouse.settings import Settings, SettingsError

FileKind = Literal["xlsx", "pdf", "html"]
Weekday = Literal[
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
]  # in the order of date.weekday()

_WEEKDAYS = Weekday.__args__  # type: ignore[attr-defined]


_PLAIN = {
    "extra_forbidden": "there is no such key; there are name, to, only, locale, files and weekday",
    "missing": "it is missing",
    "string_pattern_mismatch": "letters, digits, blanks and . & + -, 60 at most",
    "list_type": "a list of packs, each with - before its first key",
    "model_type": "keys and values, such as name: Vienna",
}
"""What pydantic says less well."""


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


class PackFor(BaseModel):
    """A pack, and who gets it.

    Attributes:
        name: of the pack; it is in the names of its files.
        to: addresses.
        only: of which sales it is, by `FILTERS`; all of them where it is empty.
        locale: how its figures are written; empty: as REPORT_LOCALE says.
        files: what is attached; the message says what matters by itself.
        weekday: not sent before this day; empty: once its week is complete.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^\w[\w .&+-]{0,59}$")]
    to: Annotated[list[str], BeforeValidator(_listed), Field(min_length=1)]
    only: dict[str, str] = {}
    locale: str = ""
    files: Annotated[list[FileKind], BeforeValidator(_listed)] = ["xlsx", "pdf", "html"]
    weekday: Weekday | None = None

    @field_validator("to")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        for text in value:
            try:
                if not Address(addr_spec=text).domain:
                    raise ValueError
            except ValueError:
                raise ValueError(f"'{text}' is no address such as ann@example.com") from None
        return list(dict.fromkeys(value))

    @field_validator("only")
    @classmethod
    def _filters(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if name not in FILTERS:
                raise ValueError(f"'{name}' is none of {', '.join(FILTERS)}")
        return value

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, value: str) -> str:
        if value:
            locale_named(value)
        return value

    @property
    def stem(self) -> str:
        """What its files' names have behind the week."""
        return f"-{self.name.replace(' ', '-')}" if self.name else ""

    def is_ripe(self, week_end: date, today: date) -> bool:
        """Tell whether the pack of a week is to be sent now.

        Args:
            week_end: the week's last day.
            today: now.
        """
        if self.weekday is None:
            return True
        ahead = (_WEEKDAYS.index(self.weekday) - week_end.weekday() - 1) % 7 + 1
        return today >= week_end + timedelta(days=ahead)


def read_packs(settings: Settings) -> list[PackFor]:
    """Read who gets which pack; without the file, MAIL_TO gets the one of all sales, if it is set.

    Raises:
        SettingsError: the file or MAIL_TO cannot be used; the message names pack and key.
    """
    path = settings.packs_file
    if not path.exists():
        found = addresses("MAIL_TO", settings.mail_to) if settings.mail_to else ()
        to = [address.addr_spec for address in found]
        return [PackFor.model_construct(name="", to=to)]
    try:
        packs = TypeAdapter(list[PackFor]).validate_python(_loaded(path))
    except ValidationError as error:
        raise SettingsError(f"{path.name}: {_in_words(error)}") from None
    names = [pack.stem.casefold() for pack in packs]
    for pack in packs:
        if names.count(pack.stem.casefold()) > 1:
            raise SettingsError(f"{path.name}: two packs are called '{pack.name}'.")
    return packs


def _loaded(path: Path) -> object:
    try:
        # Every value is the text that stands there: a store called No is not false.
        return yaml.load(path.read_text("utf-8"), yaml.BaseLoader) or []  # noqa: S506
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}") from None
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f", line {place.line + 1}" if place else ""
        raise SettingsError(f"{path.name}{where}: this is no YAML.") from None


def _in_words(error: ValidationError) -> str:
    said = []
    for item in error.errors(include_url=False):
        number, *keys = item["loc"] or ("",)
        where = f"pack {number + 1}" if isinstance(number, int) else "the file"
        key = ".".join(str(key) for key in keys)
        message = _PLAIN.get(item["type"], item["msg"].removeprefix("Value error, "))
        said.append(f"{where}{f', {key}' if key else ''}: {message}")
    return "; ".join(said)
