"""A customer's tour of the showroom: booked, prepared by named people, led, and judged by the visitor."""

from intake.domain.lifecycle import SHOWROOM_VISIT, ShowroomStage
from intake.domain.parts.reception import Preparation, ReceptionTask, VisitorForm
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.intake import ShowroomStep
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, StaffId
from shared.lifecycle import follows


@follows(SHOWROOM_VISIT)
class ShowroomVisit(Timed):
    """A tour (001 售前四). Each open task of its reception is a clock of the person who has it."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    at: Instant
    party_size: int
    needs_presentation: bool
    host: StaffId
    consent: Line
    policy_version: int
    stage: ShowroomStage = "booked"
    preparations: tuple[Preparation, ...]
    tasks: tuple[ReceptionTask, ...]
    steps: tuple[ShowroomStep, ...] = ()
    decision_maker: Line | None = None
    form: VisitorForm | None = None
    cancelled_because: Line | None = None
