"""What after-sales is told by its environment, and the company's rules."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from aftersales.domain.policy.policy import AftersalesPolicy, Rules
from shared.calendar import Calendar
from shared.clocks import Announcements, Clocks
from shared.contracts.aftersales import (
    DeadlineApproachingAtAftersales,
    DeadlineHeldByAftersales,
    DeadlineMetByAftersales,
    DeadlineMissedByAftersales,
    DeadlineReassignedByAftersales,
    DeadlineSetByAftersales,
)
from shared.policy import ShippedPolicy
from shared.settings import ServiceSettings

ANNOUNCEMENTS = Announcements(
    set=DeadlineSetByAftersales,
    approaching=DeadlineApproachingAtAftersales,
    missed=DeadlineMissedByAftersales,
    met=DeadlineMetByAftersales,
    held=DeadlineHeldByAftersales,
    reassigned=DeadlineReassignedByAftersales,
)

POLICY = ShippedPolicy(AftersalesPolicy, "aftersales")


class Settings(ServiceSettings):
    """The settings of every service, and where the rules are kept."""

    aftersales_policy: Annotated[Path | None, AfterValidator(POLICY.check)] = Field(
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

    def rules(self, calendar: Calendar) -> Rules:
        """The company's rules for after-sales: its policy in every version, counted in this calendar."""
        return Rules(POLICY.read(self.aftersales_policy), Clocks(ANNOUNCEMENTS, calendar))
