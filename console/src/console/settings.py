"""What the console is told by its environment."""

import ipaddress
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import RabbitUrl


class Settings(BaseSettings):
    """Each field is an environment variable of the same name in upper case."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    http_host: str = Field(default="127.0.0.1", description="Where it listens.")
    http_port: int = Field(default=8000, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    timezone: str = Field(default="Asia/Shanghai", description="The company's zone, in which times are shown.")
    clock_file: Path | None = Field(default=None, description="A clock to follow instead of the system's.")
    rabbit_url: RabbitUrl = Field(description="The core vhost of the bus, to hear that something has changed.")
    console_login: Literal["personas"] = Field(
        description="How people sign in. `personas`: as one of the people of the trial, without a password."
    )
    jwt_private_key_file: Path = Field(description="PEM; the key that signs the tokens of those who sign in here.")
    jwt_public_key_file: Path = Field(description="PEM; the keys by which the services verify them.")
    jwt_issuer: str = "kefu"
    jwt_audience: str = "kefu"

    @model_validator(mode="after")
    def _trial_is_for_this_machine(self) -> Self:
        if not ipaddress.ip_address(self.http_host).is_loopback:
            raise ValueError("CONSOLE_LOGIN=personas asks for no password: HTTP_HOST has to be of this machine alone")
        return self
