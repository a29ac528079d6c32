"""What after-sales is told by its environment, and the company's rules."""

from importlib.resources import files
from pathlib import Path

from pydantic import Field, field_validator

from aftersales.domain.policy.policy import AftersalesPolicy, Rules
from shared.clocks import Announcements, Clocks
from shared.contracts.aftersales import (
    DeadlineApproachingAtAftersales,
    DeadlineHeldByAftersales,
    DeadlineMetByAftersales,
    DeadlineMissedByAftersales,
    DeadlineReassignedByAftersales,
    DeadlineSetByAftersales,
)
from shared.policy import Policies, read_policies
from shared.settings import ServiceSettings

ANNOUNCEMENTS = Announcements(
    set=DeadlineSetByAftersales,
    approaching=DeadlineApproachingAtAftersales,
    missed=DeadlineMissedByAftersales,
    met=DeadlineMetByAftersales,
    held=DeadlineHeldByAftersales,
    reassigned=DeadlineReassignedByAftersales,
)


class Settings(ServiceSettings):
    """The settings of every service, and where the rules are kept."""

    aftersales_policy: Path | None = Field(
        default=None,
        description="The company's versions of the after-sales policy (TOML): a file, or a folder of them.",
    )

    passport_url: str | None = Field(
        default=None,
        pattern=r"^https://\S*\{contract_no\}\S*$",
        description=(
            "Where the QR code of a printed passport leads; {contract_no} in it stands for the contract's number. "
            "Absent: the code holds the number itself."
        ),
    )

    @field_validator("aftersales_policy")
    @classmethod
    def _can_be_used(cls, own: Path | None) -> Path | None:
        _policies(own)
        return own

    def rules(self) -> Rules:
        """The company's rules for after-sales: its policy in every version, and its calendar."""
        return Rules(_policies(self.aftersales_policy), Clocks(ANNOUNCEMENTS, self.calendar()))


def _policies(own: Path | None) -> Policies[AftersalesPolicy]:
    """ValueError when a file cannot be read, or its rules contradict each other."""
    return read_policies(AftersalesPolicy, files("aftersales") / "domain" / "policy", own)
