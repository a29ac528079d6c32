"""What complaints is told by its environment, and the company's rules."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from complaints.domain.complaint import follow_close
from complaints.domain.policy.policy import ComplaintPolicy, Rules
from shared.calendar import Calendar
from shared.clocks import Announcements, Clocks
from shared.contracts.complaints import (
    DeadlineApproachingAtComplaints,
    DeadlineHeldByComplaints,
    DeadlineMetByComplaints,
    DeadlineMissedByComplaints,
    DeadlineReassignedByComplaints,
    DeadlineSetByComplaints,
)
from shared.policy import ShippedPolicy
from shared.settings import ServiceSettings

ANNOUNCEMENTS = Announcements(
    set=DeadlineSetByComplaints,
    approaching=DeadlineApproachingAtComplaints,
    missed=DeadlineMissedByComplaints,
    met=DeadlineMetByComplaints,
    held=DeadlineHeldByComplaints,
    reassigned=DeadlineReassignedByComplaints,
)

POLICY = ShippedPolicy(ComplaintPolicy, "complaints")


class Settings(ServiceSettings):
    """The settings of every service, and where the rules are kept."""

    complaints_policy: Annotated[Path | None, AfterValidator(POLICY.check)] = Field(
        default=None,
        description="The company's versions of the complaint policy (TOML): a file, or a folder of them.",
    )

    def rules(self, calendar: Calendar) -> Rules:
        """The company's rules for complaints: its policy in every version, counted in this calendar."""
        return Rules(POLICY.read(self.complaints_policy), Clocks(ANNOUNCEMENTS, calendar, moved=follow_close))
