"""What after-sales is told by its environment, and the company's rules."""

import tomllib
from importlib.resources import files
from pathlib import Path

from pydantic import Field, field_validator

from aftersales.domain.policy import AftersalesPolicy
from shared.calendar import Calendar
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of every service, and where the rules are kept."""

    policy_file: Path | None = Field(
        default=None, description="The company's rules (TOML); without it the policy.toml that comes with the service."
    )

    @field_validator("policy_file")
    @classmethod
    def _can_be_used(cls, file: Path | None) -> Path | None:
        if file is not None:
            _rules(file, Calendar())
        return file

    def policy(self) -> AftersalesPolicy:
        """The rules in force."""
        return _rules(self.policy_file, Calendar(self.timezone))


def _rules(file: Path | None, calendar: Calendar) -> AftersalesPolicy:
    """ValueError when the file cannot be read, or its rules contradict each other."""
    source = file or files("aftersales") / "policy.toml"
    try:
        rules = tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot be read: {error}") from error
    return AftersalesPolicy.model_validate(rules | {"calendar": calendar})
