"""A visit that is agreed with a customer: when, with what in the bag, and whether the visitor was there in time."""

from datetime import timedelta

from intake.domain.lifecycle import VISIT_PLAN, PlanStage
from intake.domain.parts.kit import KitItem
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, Prose, StaffId
from shared.lifecycle import follows


@follows(VISIT_PLAN)
class VisitPlan(Timed):
    """An agreed visit (001 售前三). Its clock ends ten minutes before the appointment: by then the visitor is there."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    staff: StaffId
    appointed_at: Instant
    arrive_by: Instant
    travel: timedelta
    interest: Prose
    consent: Line
    policy_version: int
    stage: PlanStage = "planned"
    kit: tuple[KitItem, ...]
    arrived_at: Instant | None = None
    cancelled_because: Line | None = None

    @property
    def leave_by(self) -> Instant:
        """When the visitor sets out in order to be there early."""
        return self.arrive_by - self.travel

    @property
    def punctual(self) -> bool | None:
        """Whether the visitor was there by the appointment; None before the arrival."""
        return None if self.arrived_at is None else self.arrived_at <= self.appointed_at

    @property
    def early(self) -> bool | None:
        """Whether the visitor was there ten minutes before, as the standard asks; None before the arrival."""
        return None if self.arrived_at is None else self.arrived_at <= self.arrive_by
