"""A call that we owe a customer: by when, about what, and what the customer really said."""

from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from pydantic import computed_field

from intake.domain.lifecycle import CALLBACK, CallbackDecision, CallbackStage
from intake.domain.parts.calling import STAGES, Appointment, CallAudit, ManagerWord
from intake.domain.parts.chain import Entry, first_altered
from intake.domain.parts.company import Company
from intake.domain.policy.policy import CallbackRule
from intake.domain.policy.script import Script
from shared.clocks import ClockRun, Timed
from shared.contracts.event import Instant
from shared.contracts.intake import AboutCallback, CallbackReason, Contact
from shared.contracts.intake.contacts import CallbackKind
from shared.contracts.intake.customers import Concern
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, StaffId
from shared.lifecycle import Lacking, Need, Needs, Possible, follows, lacking, whose_needs_are_met

CONCERNS = MappingProxyType[CallbackKind, Concern](
    {"post_acceptance": "site", "post_service_3d": "service", "post_complaint": "complaint", "seasonal": "care"}
)
"""What a call is about, as the contacts of a customer's file are named for it; every other call is about the order."""


def in_calling_order(kind: CallbackKind, contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """The contacts, those first that the file names for what such a call is about, then those that it names for
    nothing of their own."""
    concern = CONCERNS.get(kind, "order")
    return tuple(sorted(contacts, key=lambda each: (concern not in each.concerns, bool(each.concerns))))


class Decidable(Protocol):
    """What of a call says what may be decided about it: the call itself, or the row of a list."""

    @property
    def stage(self) -> CallbackStage: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def manager_word(self) -> ManagerWord | None: ...
    @property
    def audit(self) -> CallAudit | None: ...
    @property
    def completed_by(self) -> StaffId | None: ...


def possible(call: Decidable, rule: CallbackRule, now: datetime) -> tuple[Possible, ...]:
    """What people may do about a call now; it is audited once, by another one than who made it (000 §3.7)."""
    allowed = CALLBACK.possible(call.stage, another_than={"audit": (call.completed_by,)})
    return whose_needs_are_met(allowed, _needed(rule, now), call)


def waiting(call: Decidable, rule: CallbackRule, now: datetime) -> tuple[Lacking, ...]:
    """What the stage of a call allows and what waits for something else."""
    return lacking(CALLBACK.possible(call.stage), _needed(rule, now), call)


def waits_for_manager(call: Decidable, rule: CallbackRule) -> bool:
    """Whether the account manager is to be rung first, and was not yet (000 §3.6.1b)."""
    return rule.manager_first and call.manager_word is None


def _needed(rule: CallbackRule, now: datetime) -> Needs[CallbackDecision, Decidable]:
    """What a decision needs besides the stage: a word of the account manager, a term that is not over, no audit yet."""
    return {
        "complete": (Need(lambda call: not waits_for_manager(call, rule), "manager_not_heard"),),
        "appoint": (Need(lambda call: now < call.due_at),),
        "audit": (Need(lambda call: call.audit is None),),
    }


@follows(CALLBACK)
class Callback(Timed):
    """A call we owe a customer. Its one clock says by when and whose it is; `file` is the record of what was said."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    reason: CallbackReason
    policy_version: int
    stage: CallbackStage = "open"
    preferred_slot: Line | None = None
    manager_word: ManagerWord | None = None
    appointment: Appointment | None = None
    audit: CallAudit | None = None
    completed_by: StaffId | None = None
    completed_at: Instant | None = None
    file: tuple[Entry, ...] = ()

    @property
    def about(self) -> AboutCallback:
        """What every event about this call says."""
        return AboutCallback(callback_id=self.id, customer_id=self.customer_id)

    @property
    def title(self) -> str:
        """What people call the matter: the order's or complaint's number, else the customer's name."""
        return self.reason.order_no or self.reason.complaint_no or self.customer.name

    @property
    def term(self) -> ClockRun:
        """The run of its clock, which began when the call was owed."""
        return self.clocks[-1]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def due_at(self) -> Instant:
        """By when the customer is to be called. Stored, because lists are sorted by it."""
        return self.term.due_at

    def script(self, rule: CallbackRule, company: Company, caller: Line, visitor: Line, wish: Line) -> Script:
        """The words of this call: what is said at its stage alone, and every place filled in (002 四)."""
        spoken = {stage: text for stage, text in rule.script.stages.items() if STAGES[stage] == self.reason.stage}
        on = self.reason.on
        values = {
            "company": company.name,
            "hotline": company.hotline,
            "caller": caller,
            "customer": self.customer.title or self.customer.contact_name or self.customer.name,
            "number": self.reason.order_no or self.reason.complaint_no or "",
            "item": self.reason.item or "",
            "on": f"{on.month}月{on.day}日" if on else "近日",
            "visitor": visitor,
            "wish": self.reason.wish or wish,
        }
        return rule.script.but(stages=spoken).spoken(values)

    def first_altered(self) -> int | None:
        """The first entry of the record that is not what was written, or nothing when it is whole."""
        return first_altered(self.file)
