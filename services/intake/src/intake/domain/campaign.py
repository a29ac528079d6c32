"""A campaign: a list of customers that was drawn and shared out, how far it is, and what was learnt."""

from datetime import date

from pydantic import computed_field

from intake.domain.lifecycle import CAMPAIGN, CampaignStage
from intake.domain.parts.prospect import Prospect
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.intake import CampaignProgress, StaffProgress
from shared.contracts.intake.work import CampaignKind
from shared.contracts.vocabulary import CustomerId, Line, Prose, StaffId
from shared.lifecycle import follows

LONGEST_LIST = 500
"""Customers on one list at most: what a batch of calls can be summed up from, in one document."""


@follows(CAMPAIGN)
class Campaign(Timed):
    """Calls to the customers of one list (002 二3, 三2, 八(二)). Its one clock is the duty to sum it up.

    `target` is with how many customers the aim is to be attained. Of a batch of callbacks and of a seasonal one each
    customer is owed a callback; who was called is known from those. For `telemarketing` the colleagues say it here.
    """

    kind: CampaignKind
    name: Line
    wish: Line | None = None
    target: int
    until: date
    started_at: Instant
    policy_version: int
    stage: CampaignStage = "running"
    prospects: tuple[Prospect, ...]
    lessons: Prose | None = None
    completed_at: Instant | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def refused(self) -> tuple[CustomerId, ...]:
        """The customers who do not want such calls. Stored, because the next list leaves them out."""
        return tuple(each.customer_id for each in self.prospects if each.outcome == "refused")

    @property
    def staff(self) -> tuple[StaffId, ...]:
        """Who has customers on the list, by name."""
        return tuple(sorted({each.staff for each in self.prospects}))

    @property
    def progress(self) -> CampaignProgress:
        """How far the list is used, how far the target is attained, and what each colleague did (002 八(二)2, 3)."""
        outcomes = [each.outcome for each in self.prospects]
        used, attained = len(outcomes) - outcomes.count("open"), outcomes.count("attained")
        return CampaignProgress(
            listed=len(outcomes),
            used=used,
            utilisation=_percent(used, len(outcomes)),
            target=self.target,
            attained=attained,
            attainment=_percent(attained, self.target),
            not_reached=outcomes.count("not_reached"),
            refused=outcomes.count("refused"),
            staff=tuple(self._of(staff) for staff in self.staff),
        )

    def _of(self, staff: StaffId) -> StaffProgress:
        outcomes = [each.outcome for each in self.prospects if each.staff == staff]
        return StaffProgress(
            staff=staff,
            listed=len(outcomes),
            used=len(outcomes) - outcomes.count("open"),
            attained=outcomes.count("attained"),
            refused=outcomes.count("refused"),
        )


def _percent(part: int, whole: int) -> int:
    return part * 100 // whole
