"""The settings: environment variables, each with a default, all listed in `.env.example`."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting that cannot be used; the message says which one and what it takes."""


class Settings(BaseSettings):
    """The environment, read once; an empty variable counts as unset.

    A relative path counts from the checkout, whatever folder the command is run from.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    database_url: str = ""
    sales_data_file: Path = CHECKOUT / "data" / "inbox"
    layouts_dir: Path = CHECKOUT / "layouts"
    max_cells: Annotated[int, Field(ge=1)] = 30_000_000
    max_memory_mb: Annotated[int, Field(ge=256)] = 4_096
    max_seconds: Annotated[int, Field(ge=1)] = 3_600
    start_date: date | None = None
    end_date: date | None = None
    published_by: str = ""
    report_locale: str = "en"
    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_from: str = ""
    mail_to: str = ""
    notify_urls: SecretStr = SecretStr("")
    notify_senders: bool = False
    packs_file: Path = CHECKOUT / "packs.yml"
    parquet_dir: Path | None = None

    @field_validator("sales_data_file", "layouts_dir", "packs_file", "parquet_dir")
    @classmethod
    def _below_the_checkout(cls, value: Path | None) -> Path | None:
        return None if value is None else CHECKOUT / value


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: a value does not fit; its text is not repeated, as it may be a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            f"{str(item['loc'][0]).upper()}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("; ".join(problems)) from None
