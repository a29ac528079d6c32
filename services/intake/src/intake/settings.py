"""What intake is told by its environment beside what every service is told."""

from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from pydantic import Field, field_validator

from intake.domain.policy.policy import ANNOUNCEMENTS, IntakePolicy, Rules
from shared.calendar import Calendar
from shared.clocks import Clocks
from shared.policy import read_policies
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of intake."""

    intake_policy: Path | None = Field(
        default=None, description="The company's own versions of the policy: a TOML file, or a folder of them."
    )
    fact_age_limit: timedelta = Field(
        default=timedelta(days=366), description="How long ago a fact may have happened when a department reports it."
    )
    fact_ahead_limit: timedelta = Field(
        default=timedelta(minutes=15), ge=timedelta(), description="How far a department's clock may be ahead of ours."
    )

    @field_validator("intake_policy")
    @classmethod
    def _can_be_read(cls, own: Path | None) -> Path | None:
        read_rules(Calendar(), own)
        return own

    def rules(self, calendar: Calendar) -> Rules:
        """The company's policy in all its versions, counted in this calendar."""
        return read_rules(calendar, self.intake_policy)


def read_rules(calendar: Calendar, own: Path | None = None) -> Rules:
    """The versions that come with the service, and the company's own. ValueError names a file and what is wrong."""
    policies = read_policies(IntakePolicy, files("intake.domain").joinpath("policy"), own)
    return Rules(policies, Clocks(ANNOUNCEMENTS, calendar))
