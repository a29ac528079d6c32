"""What is known about the work on the site and its acceptance."""

from datetime import date
from typing import Literal

from shared.contracts.departments import Skill
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Defect, FileRef, Line, StaffId


def suits(skill: Skill, required: Skill) -> bool:
    """Whether installers of this skill may work where that one is asked for (000 §3.4.4, §3.5.4)."""
    return required in {"ordinary", skill}


class Installer(Part):
    """A member of the crew; a senior one may do ordinary work too."""

    staff: StaffId
    skill: Skill = "ordinary"

    def can(self, required: Skill) -> bool:
        """Whether this installer may work on an order that asks for this skill."""
        return suits(self.skill, required)


class Refusal(Part):
    """The customer did not accept the work; `signatory` is the name under a refusal on the customer's own page."""

    at: Instant
    issues: tuple[Defect, ...]
    signatory: Line | None = None


class Acceptance(Part):
    """What the customer signed (001 售中五, 售后一a)."""

    signatory: Line
    signature: FileRef | None = None
    photos: tuple[FileRef, ...] = ()
    aftersales_contact: Line | None = None


class AcceptancePeriod(Part):
    """The days in which the customer accepts the work, the last one included: agreed when, with whom and by whom."""

    begins_on: date
    ends_on: date
    agreed_with: Line
    agreed_by: StaffId
    agreed_at: Instant
    revision: int = 1


class Installation(Part):
    """Crew, dates and acceptance of one order.

    The customer is expected for acceptance from `visit_from` until `visit_until`; `invited_for` and `invited_until` are
    the hours that he was invited for last.
    """

    begin: Instant | None = None
    planned_finish: Instant | None = None
    crew: tuple[Installer, ...] = ()
    forecast_at: Instant | None = None
    foreman: StaffId | None = None
    visit_from: Instant | None = None
    visit_until: Instant | None = None
    invited_for: Instant | None = None
    invited_until: Instant | None = None
    completed_at: Instant | None = None
    refusals: tuple[Refusal, ...] = ()
    periods: tuple[AcceptancePeriod, ...] = ()
    accepted_by: Line | None = None

    @property
    def period(self) -> AcceptancePeriod | None:
        """The agreed days of acceptance that hold now; a refusal of the work ends what was agreed before it."""
        latest = self.periods[-1] if self.periods else None
        refused = max((refusal.at for refusal in self.refusals), default=None)
        return latest if latest and (refused is None or latest.agreed_at > refused) else None

    @property
    def quality_ok(self) -> bool:
        """Whether the customer had nothing to refuse."""
        return not self.refusals

    def verdict(self, days_early: int) -> Literal["reward", "neutral", "penalty"]:
        """Early with quality assured is rewarded, late or refused is penalised (001 表3 注a)."""
        if days_early < 0 or not self.quality_ok:
            return "penalty"
        return "reward" if days_early > 0 else "neutral"
