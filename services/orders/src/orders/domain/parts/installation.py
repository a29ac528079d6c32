"""What is known about the work on the site and its acceptance."""

from typing import Literal

from shared.contracts.departments import Skill
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Defect, Line, StaffId


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
    """The customer did not accept the work."""

    at: Instant
    issues: tuple[Defect, ...]


class Installation(Part):
    """Crew, dates and acceptance of one order."""

    begin: Instant | None = None
    planned_finish: Instant | None = None
    crew: tuple[Installer, ...] = ()
    forecast_at: Instant | None = None
    foreman: StaffId | None = None
    invited_for: Instant | None = None
    completed_at: Instant | None = None
    refusals: tuple[Refusal, ...] = ()
    accepted_by: Line | None = None

    @property
    def quality_ok(self) -> bool:
        """Whether the customer had nothing to refuse."""
        return not self.refusals

    def verdict(self, days_early: int) -> Literal["reward", "neutral", "penalty"]:
        """Early with quality assured is rewarded, late or refused is penalised (001 表3 注a)."""
        if days_early < 0 or not self.quality_ok:
            return "penalty"
        return "reward" if days_early > 0 else "neutral"
