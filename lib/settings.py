"""Every setting, read once from the environment and `.env`.

The names are fixed points of the design; `.env.example` and the README list them, and a test
fails when one is missing there.
"""

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    WebsocketUrl,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

OWN = ("127.0.0.1", "localhost", "::1")
"""This machine, by its own names."""

_BUCKET = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?$"


class Settings(BaseSettings):
    """What the playground is told from outside. Empty values count as not set."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    deapi_api_key: SecretStr | None = None
    """The key of the live profile; without one there is only the sandbox."""
    deapi_base_url: HttpUrl = HttpUrl("https://api.deapi.ai")
    deapi_push_url: WebsocketUrl = WebsocketUrl("wss://soketi.deapi.ai:443")
    deapi_push_key: str = "depin-api-prod-key"
    """The app key of deAPI's push; no secret."""
    deapi_client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_=@,.;-]{1,100}$")] | None = None
    """Whose news is pushed, from deAPI's dashboard. Without it jobs are asked about."""
    deapi_webhook_secret: SecretStr | None = None
    """The account's own, for deliveries of endpoints that take none by request."""
    playground_host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]{1,255}$")] = "127.0.0.1"
    """The address it listens at. Any but this machine's own needs an account first."""
    playground_port: Annotated[int, Field(ge=1, le=65535)] = 8501
    playground_sandbox: Literal["on", "off"] | HttpUrl = "on"
    """Whether there is one, or the address of one that runs on this machine for several servers."""
    playground_sandbox_key: SecretStr | None = None
    """The key of the sandbox at that address."""
    playground_timezone: str = "UTC"
    """Where the days and months of spending begin (an IANA name)."""
    playground_data_dir: Path = Path(".data")
    playground_database_url: SecretStr | None = None
    """A PostgreSQL (`postgresql+psycopg://…`) in place of SQLite in the data folder."""
    playground_media_url: Annotated[str, Field(pattern=_BUCKET)] | None = None
    """A bucket (`s3://NAME` or `s3://NAME/FOLDER`) for files, in place of the data folder. Where
    it is, and its keys, come from the environment by the names that S3's tools know (`AWS_…`)."""
    playground_metrics_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    """Who sends it may read `/metrics`; without it there is none."""
    playground_log: Literal["text", "json"] = "text"
    """Whether log lines are for people or one JSON object each."""
    playground_public_url: HttpUrl | None = None
    """The address by which others reach this playground, deAPI's webhooks among them. Any but this
    machine's own needs an account first."""
    playground_cookie_secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    """What this server's own secrets derive from; without it one is drawn in the data folder."""

    @field_validator("playground_timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is not a timezone; use a name like Europe/Berlin")
        return name

    @field_validator("playground_database_url")
    @classmethod
    def _postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        # The address holds a password: no message repeats it.
        if url is not None and not url.get_secret_value().startswith("postgresql+psycopg://"):
            raise ValueError("it must begin with postgresql+psycopg://")
        return url

    @model_validator(mode="after")
    def _safe_and_useful(self) -> Self:
        if self.playground_database_url is not None and self.playground_cookie_secret is None:
            raise ValueError(
                "PLAYGROUND_DATABASE_URL needs PLAYGROUND_COOKIE_SECRET, the same on every server "
                "that shares the database: 32 characters or more that nobody can guess"
            )
        public = self.playground_public_url
        if public is not None and public.scheme != "https":
            raise ValueError("PLAYGROUND_PUBLIC_URL must begin with https://; deAPI calls no other")
        shared = isinstance(self.playground_sandbox, HttpUrl)
        if shared and self.playground_sandbox_key is None:
            raise ValueError("PLAYGROUND_SANDBOX at an address needs PLAYGROUND_SANDBOX_KEY")
        if self.playground_sandbox == "off" and self.deapi_api_key is None:
            raise ValueError(
                "PLAYGROUND_SANDBOX=off leaves nothing to talk to; set DEAPI_API_KEY or remove it"
            )
        return self

    @property
    def shows_it_to_others(self) -> str | None:
        """The setting that lets other machines reach this playground, if one does."""
        public = self.playground_public_url
        if self.playground_host not in OWN:
            return "PLAYGROUND_HOST"
        return "PLAYGROUND_PUBLIC_URL" if public and public.host not in OWN else None

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.playground_timezone)


class SettingsError(Exception):
    """A setting can't be used; the message is one sentence for the person who set it."""


def load() -> Settings:
    """The settings of this process. Raises `SettingsError` when one can't be used."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        message = str(first["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"{name}: {message}." if name else f"{message}.") from None
