"""What the console is told by its environment."""

import ipaddress
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from shared.identity.provider import is_private_line
from shared.settings import RabbitUrl, StaffSettings

_LEAST_SECRET = 32


class Settings(StaffSettings):
    """Each field is an environment variable of the same name in upper case."""

    http_host: str = Field(default="127.0.0.1", description="Where it listens.")
    http_port: int = Field(default=8000, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    time_file: Path | None = Field(default=None, description="A file whose time is followed instead of the system's.")
    rabbit_url: RabbitUrl = Field(description="The core vhost of the bus, to hear that something has changed.")
    console_login: Literal["personas", "company"] = Field(
        description="How people sign in: as one of the people of the trial, without a password (`personas`), or at the "
        "identity provider OIDC_ISSUER (`company`)."
    )
    jwt_private_key_file: Path | None = Field(
        default=None, description="PEM; the key that signs the tokens of the people of the trial."
    )
    console_url: str | None = Field(
        default=None,
        description="Where browsers find the console; the provider sends them back to /sign-in/done there.",
    )
    oidc_client_id: str | None = Field(default=None, description="By what name the provider knows the console.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="What proves that name, where the provider wants more than PKCE."
    )
    oidc_scope: str = Field(default="openid profile offline_access", description="What the provider is asked for.")
    session_key: SecretStr | None = Field(
        default=None,
        description="Signs what a browser keeps while its person signs in, and until when the session may be renewed; "
        "the same in all replicas.",
    )

    @property
    def over_tls(self) -> bool:
        """Whether browsers reach the console over TLS."""
        return (self.console_url or "").startswith("https://")

    @field_validator("console_url")
    @classmethod
    def _is_an_origin(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if not is_private_line(url) or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("must be https://host, or http:// on this machine, without a path")
        return url.rstrip("/")

    @field_validator("session_key")
    @classmethod
    def _is_long(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < _LEAST_SECRET:
            raise ValueError(f"must have {_LEAST_SECRET} characters or more")
        return key

    @model_validator(mode="after")
    def _people_can_sign_in(self) -> Self:
        if self.console_login == "company":
            needed = ["oidc_issuer", "oidc_client_id", "console_url", "session_key"]
        else:
            needed = ["jwt_private_key_file", "jwt_public_key_file"]
            if not ipaddress.ip_address(self.http_host).is_loopback:
                raise ValueError(
                    "CONSOLE_LOGIN=personas asks for no password: HTTP_HOST has to be of this machine alone"
                )
        if missing := [name.upper() for name in needed if getattr(self, name) is None]:
            raise ValueError(f"CONSOLE_LOGIN={self.console_login} needs {', '.join(missing)}")
        return self
