"""A problem that customer service came across in its day: raised, fed back, solved."""

from intake.domain.lifecycle import PROBLEM, ProblemStage
from intake.domain.parts.problem_feedback import ProblemFeedback
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, OrderNo, Prose, StaffId
from shared.lifecycle import follows


@follows(PROBLEM)
class DayProblem(Timed):
    """One problem (003 三3). Its one clock is the duty to have it solved."""

    text: Prose
    customer_id: CustomerId | None = None
    order_no: OrderNo | None = None
    raised_by: StaffId
    raised_at: Instant
    stage: ProblemStage = "raised"
    feedback: tuple[ProblemFeedback, ...] = ()
    solution: Prose | None = None
    solved_by: StaffId | None = None
    solved_at: Instant | None = None
