"""What intake is told by its environment beside what every service is told."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from intake.domain.policy.policy import IntakePolicy, Rules
from shared.calendar import Calendar
from shared.clocks import Announcements, Clocks
from shared.contracts.intake import (
    DeadlineApproachingAtIntake,
    DeadlineHeldByIntake,
    DeadlineMetByIntake,
    DeadlineMissedByIntake,
    DeadlineReassignedByIntake,
    DeadlineSetByIntake,
)
from shared.policy import ShippedPolicy
from shared.settings import ServiceSettings

ANNOUNCEMENTS = Announcements(
    set=DeadlineSetByIntake,
    approaching=DeadlineApproachingAtIntake,
    missed=DeadlineMissedByIntake,
    met=DeadlineMetByIntake,
    held=DeadlineHeldByIntake,
    reassigned=DeadlineReassignedByIntake,
)
POLICY = ShippedPolicy(IntakePolicy, "intake")


class Settings(ServiceSettings):
    """Settings of intake."""

    intake_policy: Annotated[Path | None, AfterValidator(POLICY.check)] = Field(
        default=None, description="The company's own versions of the policy: a TOML file, or a folder of them."
    )
    fact_age_limit: timedelta = Field(
        default=timedelta(days=366), description="How long ago a fact may have happened when a department reports it."
    )
    fact_ahead_limit: timedelta = Field(
        default=timedelta(minutes=15), ge=timedelta(), description="How far a department's clock may be ahead of ours."
    )

    company: str = Field(default="客服示范公司", description="Who calls, as a colleague says it on the phone.")

    def rules(self, calendar: Calendar) -> Rules:
        """The company's rules for intake: its policy in every version, counted in this calendar."""
        return Rules(POLICY.read(self.intake_policy), Clocks(ANNOUNCEMENTS, calendar))
