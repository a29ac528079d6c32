"""What complaints is told by its environment, and the company's rules."""

from importlib.resources import files
from pathlib import Path

from pydantic import Field, field_validator

from complaints.domain.policy.policy import ComplaintPolicy, Rules
from shared.clocks import Announcements, Clocks
from shared.contracts.complaints import (
    DeadlineApproachingAtComplaints,
    DeadlineHeldByComplaints,
    DeadlineMetByComplaints,
    DeadlineMissedByComplaints,
    DeadlineReassignedByComplaints,
    DeadlineSetByComplaints,
)
from shared.policy import Policies, read_policies
from shared.settings import ServiceSettings

ANNOUNCEMENTS = Announcements(
    set=DeadlineSetByComplaints,
    approaching=DeadlineApproachingAtComplaints,
    missed=DeadlineMissedByComplaints,
    met=DeadlineMetByComplaints,
    held=DeadlineHeldByComplaints,
    reassigned=DeadlineReassignedByComplaints,
)


class Settings(ServiceSettings):
    """The settings of every service, and where the rules are kept."""

    complaints_policy: Path | None = Field(
        default=None,
        description="The company's versions of the complaint policy (TOML): a file, or a folder of them.",
    )

    @field_validator("complaints_policy")
    @classmethod
    def _can_be_used(cls, own: Path | None) -> Path | None:
        _policies(own)
        return own

    def rules(self) -> Rules:
        """The company's rules for complaints: its policy in every version, and its calendar."""
        return Rules(_policies(self.complaints_policy), Clocks(ANNOUNCEMENTS, self.calendar()))


def _policies(own: Path | None) -> Policies[ComplaintPolicy]:
    """ValueError when a file cannot be read, or its rules contradict each other."""
    return read_policies(ComplaintPolicy, files("complaints") / "domain" / "policy", own)
