"""The settings of the API: environment variables that begin with API_."""

from ipaddress import ip_address, ip_network
from pathlib import Path

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.settings import CHECKOUT, SettingsError


class ApiSettings(BaseSettings):
    """The environment, read once; an empty variable counts as unset.

    Attributes:
        host: on which the API listens.
        port: on which it listens.
        keys_file: with a line a key, `name:role:sha256`; a relative path counts from the checkout.
        keys: the same lines in the environment, separated by blanks.
        trusted_proxies: addresses of servers in front of it whose X-Forwarded-For is believed,
            separated by blanks.
        without_keys: whether anybody may read everything; on loopback only.
        rate_limit: how often a key may ask, as the library limits writes it.
        statement_seconds: after how long a query is given up.
        cors_origins: pages that browsers let read the answers, separated by blanks.
        upload_megabytes: how much the files may have that somebody delivers at once.
        cache_megabytes: how much memory answers may take that need not be asked for again.
    """

    model_config = SettingsConfigDict(env_prefix="API_", env_ignore_empty=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    trusted_proxies: str = ""
    keys_file: Path | None = None
    keys: str = ""
    without_keys: bool = False
    rate_limit: str = "300/minute"
    statement_seconds: float = Field(default=15, gt=0, le=600)
    cors_origins: str = ""
    upload_megabytes: int = Field(default=100, ge=1, le=4_096)
    cache_megabytes: int = Field(default=64, ge=0, le=4_096)

    @field_validator("keys_file")
    @classmethod
    def _below_the_checkout(cls, value: Path | None) -> Path | None:
        return None if value is None else CHECKOUT / value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        for address in value.split():
            ip_network(address, strict=False)
        return value

    @model_validator(mode="after")
    def _open_on_loopback_only(self) -> "ApiSettings":
        if self.without_keys and not is_loopback(self.host):
            raise ValueError(
                "API_WITHOUT_KEYS is for this computer alone: with API_HOST other than 127.0.0.1 "
                "make keys (python -m reporting api-key)"
            )
        return self


def read_api_settings() -> ApiSettings:
    """Read the settings from the environment.

    Raises:
        SettingsError: a value does not fit; its text is not repeated, as it may be a secret.
    """
    try:
        return ApiSettings()
    except ValidationError as error:
        problems = []
        for item in error.errors(include_input=False, include_url=False):
            name = f"API_{str(item['loc'][0]).upper()}: " if item["loc"] else ""
            problems.append(name + item["msg"].removeprefix("Value error, "))
        raise SettingsError("; ".join(problems)) from None


def is_loopback(host: str) -> bool:
    """Tell whether nobody but this computer reaches a host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
