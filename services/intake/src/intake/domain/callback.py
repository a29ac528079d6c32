"""A call that we owe a customer: by when, about what, and what the customer really said."""

from types import MappingProxyType
from typing import Literal

from intake.domain.parts.chain import Entry, first_altered
from intake.domain.roles import SERVICE
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.intake import CallbackAnswers, CallbackReason
from shared.contracts.intake.contacts import AboutCallback, CallbackKind
from shared.contracts.orders import StageGroup
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, RoleName, StaffId
from shared.lifecycle import Lifecycle, Move

CallbackState = Literal["open", "completed", "waived"]
CallbackDecision = Literal["complete", "waive"]

LIFECYCLE: Lifecycle[CallbackState, CallbackDecision] = Lifecycle(
    "callback",
    "open",
    {
        "complete": Move(("open",), ("completed",), SERVICE),
        "waive": Move(("open",), ("waived",), (Role.CS_DIRECTOR,)),
    },
)
"""A call that was missed stays open: it is still owed."""

QUESTIONS = MappingProxyType[CallbackKind, frozenset[str]](
    {
        "visit_30min": frozenset({"ability", "professionalism", "etiquette"}),
        "post_acceptance": frozenset({"installer", "sales_rep", "product"}),
    }
)
"""What has to be asked on a callback of a kind: 000 §3.6.1c and 001 表3."""

STAGES = MappingProxyType[StageGroup, Line](
    {
        "plan": "平面",
        "rendering": "效果",
        "quote": "报价",
        "contract": "合同",
        "payment": "收款",
        "order": "下单",
        "installation": "安装",
    }
)
"""The seven stages at which an existing customer is called (000 §3.6.2)."""


class Callback(Aggregate):
    """A call we owe a customer. `file` is the record of what was said, which only grows."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    reason: CallbackReason
    state: CallbackState = "open"
    assignee: StaffId | None = None
    assignee_role: RoleName = Role.CS_SPECIALIST
    due_at: Instant
    missed: bool = False
    preferred_slot: Line | None = None
    file: tuple[Entry, ...] = ()

    @property
    def about(self) -> AboutCallback:
        """What every event about this call says."""
        return AboutCallback(callback_id=self.id, customer_id=self.customer_id)

    @property
    def title(self) -> str:
        """What people call the matter: the order's or complaint's number, else the customer's name."""
        return self.reason.order_no or self.reason.complaint_no or self.customer.name

    def unanswered(self, answers: CallbackAnswers) -> tuple[str, ...]:
        """The questions of its kind that these answers leave open, in alphabetical order."""
        return tuple(sorted(QUESTIONS.get(self.reason.kind, frozenset()) - answers.ratings.keys()))

    def first_altered(self) -> int | None:
        """The first entry of the record that is not what was written, or nothing when it is whole."""
        return first_altered(self.file)
