"""A complaint: the form, and what our departments add to it (002 六, 003 §24-3)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from pydantic import computed_field

from complaints.domain.lifecycle import COMPLAINT, LIVE, ComplaintDecision, Stage
from complaints.domain.parts.appeal import Appeal
from complaints.domain.parts.findings import Liability, Loss, RootCause, SubmittedLoss, Supplier
from complaints.domain.parts.form import AddedDetails, Form, NamedOrder
from complaints.domain.parts.handling import (
    Acknowledgement,
    Call,
    Classification,
    Closing,
    Contact,
    HandlingAudit,
    Missed,
    Notice,
    Opinion,
    Panel,
    Visit,
    WarrantyNote,
)
from complaints.domain.parts.investigation import Investigation, Judgement
from complaints.domain.parts.resolution import Answer, Blocked, Deciders, Feedback, Implementation, Proposal, Verdict
from shared.aggregate import one_person
from shared.clocks import ClockRun, Matter, Timed
from shared.contracts.complaints import Remediation
from shared.contracts.event import Instant, Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import (
    AboutComplaint,
    AboutCustomersComplaint,
    ComplaintNo,
    ConcerningOrder,
    StaffId,
)
from shared.lifecycle import Lacking, Need, Needs, Possible, follows, lacking, whose_needs_are_met
from shared.search import tokens

Hands = Mapping[ComplaintDecision, tuple[StaffId, ...]]
"""By a decision, who does not make it, in whatever role."""
FOUND = 500
"""How many characters of a text are found."""


class Decidable(Protocol):
    """What of a case says what may be decided about it: the case itself, or the row of a list."""

    @property
    def stage(self) -> Stage: ...
    @property
    def deciders(self) -> Deciders | None: ...
    @property
    def submitted_loss(self) -> SubmittedLoss | None: ...
    @property
    def owner(self) -> StaffId | None: ...
    @property
    def major(self) -> bool: ...
    @property
    def of_quality(self) -> bool: ...
    @property
    def names_order(self) -> bool: ...
    @property
    def lacks_number(self) -> bool: ...
    @property
    def visit_required(self) -> bool: ...
    @property
    def visits(self) -> tuple[Visit, ...]: ...
    @property
    def notices(self) -> tuple[Notice, ...]: ...
    @property
    def audits(self) -> tuple[HandlingAudit, ...]: ...
    @property
    def panel(self) -> Panel | None: ...
    @property
    def warranty(self) -> tuple[WarrantyNote, ...]: ...
    @property
    def appeal(self) -> Appeal | None: ...
    @property
    def signed(self) -> bool: ...
    @property
    def feedback(self) -> Feedback | None: ...


@follows(COMPLAINT)
class Complaint(Timed):
    """A customer's complaint and its handling. Ends once: closed with one outcome, or dismissed as a draft.

    `taken_in_at` is when a person filed it. From its acceptance on a complaint keeps one version of the policy.
    `found_by` follows from the form and the number, `turn` from the class and the time of closing: in the order of the
    texts a major case comes before the others.
    """

    form: Form
    details: tuple[AddedDetails, ...] = ()
    named_orders: tuple[NamedOrder, ...] = ()
    stage: Stage = COMPLAINT.start
    number: ComplaintNo | None = None
    policy_version: int | None = None
    taken_in_at: Instant | None = None
    accepted_at: Instant | None = None
    close_by: Instant | None = None
    owner: StaffId | None = None
    visit_required: bool = False
    visits: tuple[Visit, ...] = ()
    notices: tuple[Notice, ...] = ()
    acknowledgement: Acknowledgement | None = None
    audits: tuple[HandlingAudit, ...] = ()
    contacts: tuple[Contact, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    calls: tuple[Call, ...] = ()
    classification: Classification | None = None
    panel: Panel | None = None
    judgement: Judgement | None = None
    appeal: Appeal | None = None
    investigation: Investigation | None = None
    root_cause: RootCause | None = None
    loss: Loss | None = None
    submitted_loss: SubmittedLoss | None = None
    decided_losses: tuple[SubmittedLoss, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    liability: Liability | None = None
    proposals: tuple[Proposal, ...] = ()
    deciders: Deciders | None = None
    verdicts: tuple[Verdict, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    answer: Answer | None = None
    implementation: Implementation | None = None
    feedback: Feedback | None = None
    warranty: tuple[WarrantyNote, ...] = ()
    level: int = 0
    closing: Closing | None = None
    found_by: tuple[str, ...] = ()
    turn: str | None = None

    @property
    def live(self) -> bool:
        """Whether it is numbered and not closed yet."""
        return self.stage in LIVE

    @property
    def whole(self) -> ClockRun | None:
        """The clock of the whole case: the first that begins with the number, and runs until the case is closed."""
        return next((run for run in self.clocks if run.running), None) if self.live else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def major(self) -> bool:
        """Whether it is particularly serious: as it was classified, until then as it was filed (003 §18a).

        It is stored, so that lists find it.
        """
        return self.classification.major if self.classification else self.form.severity == "major"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def loss_waits(self) -> bool:
        """Whether what our departments bear of the loss waits for a decision (003 §25.4b). It is stored."""
        return self.live and self.submitted_loss is not None and self.submitted_loss.decided_at is None

    @property
    def possible(self) -> tuple[Possible, ...]:
        """What people may do about it now, and who of them."""
        return possible(self, hands=self.hands)

    @property
    def hands(self) -> Hands:
        """Who had a hand in what a decision looks at, and therefore does not make it (003 §24-3, §25.4b, §25.8)."""
        first = (self.judgement.by,) if self.judgement else ()
        return {
            "audit": self.handlers,
            "decide_appeal": (*first, self.appeal.by) if self.appeal else first,
            "decide_loss": self.submitted_loss.prepared_by if self.submitted_loss else (),
        }

    @property
    def of_quality(self) -> bool:
        """Whether the goods themselves are at fault: as it was classified, until then as it was filed (003 §23)."""
        return (self.classification.nature if self.classification else self.form.nature) == "quality"

    @property
    def names_order(self) -> bool:
        """Whether an order or a contract is named, whose warranty can be asked for."""
        return self.form.order_no is not None or self.form.contract_no is not None

    @property
    def lacks_number(self) -> bool:
        """Whether the order's number or the contract's is not known yet."""
        return self.form.order_no is None or self.form.contract_no is None

    @property
    def signed(self) -> bool:
        """Whether the customer has signed the solution that was accepted (002 六1(5)b)."""
        return self.answer is not None and self.answer.signature is not None

    @property
    def handlers(self) -> tuple[StaffId, ...]:
        """Whose work the case is: its owner, its judge, and who has proposed solutions."""
        named = (self.owner, self.judgement.by if self.judgement else None)
        return (*filter(None, named), *(each.proposed_by for each in self.proposals))

    @property
    def settlement(self) -> Remediation | None:
        """The solution that holds: the one that the customer chose, else the one that was approved."""
        if self.answer and self.answer.choice:
            return self.answer.choice
        return self.verdicts[-1].option if self.verdicts else None

    @property
    def granted(self) -> Money | None:
        """The most that its approved solutions grant; what the customer chose, and nothing once it ended otherwise."""
        if self.closing is not None and self.closing.outcome != "resolved":
            return None
        if self.answer and self.answer.choice:
            return self.answer.choice.amount
        verdict = self.verdicts[-1] if self.verdicts else None
        if verdict is None or verdict.option is None:
            return None
        return max((each.amount for each in verdict.offered or (verdict.option,)), key=lambda each: each.amount)

    @property
    def missed(self) -> tuple[Missed, ...]:
        """The clocks that ran out, the earliest first (003 §24-3)."""
        late = [Missed(clock=run.clock.name, due_at=run.missed_at) for run in self.clocks if run.missed_at]
        return tuple(sorted(late, key=lambda missed: missed.due_at))

    @property
    def matter(self) -> Matter:
        """What its duties are about: the case by its number, a draft by its id."""
        return Matter(about=self.number or str(self.id), customer_id=self.form.customer.customer_id)

    @property
    def about(self) -> AboutComplaint:
        """What every announcement about it says."""
        assert self.number is not None, "a draft announces nothing"
        return AboutComplaint(complaint_id=self.id, complaint_no=self.number)

    @property
    def about_customer(self) -> AboutCustomersComplaint:
        """What every announcement that matters to the customer says."""
        assert self.number is not None, "a draft announces nothing"
        return AboutCustomersComplaint(complaint_id=self.id, complaint_no=self.number, customer=self.form.customer)

    @property
    def concerning(self) -> ConcerningOrder:
        """The order that it concerns, if it concerns one."""
        return self.form.concerning


def possible(
    case: Decidable, reader: StaffId | None = None, hands: Hands = MappingProxyType({})
) -> tuple[Possible, ...]:
    """What people may do about a case now, and who of them; a proposal is decided by its amounts (003 §27).

    A reader who made the proposal is not offered to decide on it, nor one who counted or divided the loss to decide on
    that; a loss is decided as long as one waits. `deciders` are absent on what was proposed before they were kept: each
    role that may decide some amount is offered it then. `hands` are those who had a hand in what a decision looks at.
    """
    entitled: dict[ComplaintDecision, tuple[Role, ...]] = {}
    loss = case.submitted_loss
    if loss is None or loss.decided_at is not None or _one_of(loss.prepared_by, reader):
        entitled["decide_loss"] = ()
    if case.deciders is not None:
        own = _one_of((case.deciders.proposed_by,), reader)
        entitled |= {"approve": () if own else case.deciders.approve, "reject": () if own else case.deciders.reject}
    allowed = COMPLAINT.possible(case.stage, entitled, another_than=hands)
    return whose_needs_are_met(allowed, _NEEDED, case)


def waiting(case: Decidable) -> tuple[Lacking, ...]:
    """What the stage allows and what waits for something else."""
    return lacking(COMPLAINT.possible(case.stage), _NEEDED, case)


def reviewed_if_major(case: Decidable) -> bool:
    """Whether the departments have reviewed the measures of a major case (004 一㈢3b)."""
    return not case.major or (case.panel is not None and case.panel.measures is not None)


def told_by_letter_if_major(case: Decidable) -> bool:
    """Whether the customer of a major case was informed by letter (003 §18a)."""
    return not case.major or any(notice.way == "letter" for notice in case.notices)


def warranty_known(case: Decidable) -> bool:
    """Whether a matter of quality is under warranty is known, where an order or a contract is named (001 售后四)."""
    if not case.of_quality or not case.names_order:
        return True
    return bool(case.warranty) and case.warranty[-1].verdict != "uncertain"


def whole(case: Decidable) -> bool:
    """Whether the latest audit has found nothing missing (003 §24-3)."""
    return not case.audits or case.audits[-1].complete


def visited_if_required(case: Decidable) -> bool:
    """Whether the customer was visited, where a visit is required (003 §20)."""
    return bool(case.visits) or not case.visit_required


def _loss_decided(case: Decidable) -> bool:
    return case.submitted_loss is None or case.submitted_loss.decided_at is not None


_OWNER: Need[Decidable] = Need(lambda case: case.owner is not None, "owner_missing")
_NEEDED: Needs[ComplaintDecision, Decidable] = MappingProxyType(
    {
        "record_visit": (_OWNER,),
        "name_order": (Need(lambda case: case.lacks_number),),
        "convene_panel": (Need(lambda case: case.major),),
        "record_panel": (
            Need(lambda case: case.major or case.panel is not None),
            Need(lambda case: case.panel is not None, "panel_not_convened"),
        ),
        "appeal": (Need(lambda case: case.appeal is None),),
        "propose": (
            _OWNER,
            Need(reviewed_if_major, "panel_missing"),
            Need(lambda case: warranty_known(case) or bool(case.warranty), "warranty_awaited"),
            Need(warranty_known, "warranty_uncertain"),
        ),
        "sign": (Need(lambda case: not case.signed),),
        "implement": (Need(lambda case: case.signed, "not_signed"),),
        "record_feedback": (Need(lambda case: case.feedback is None),),
        "close": (
            _OWNER,
            Need(whole, "audit_open"),
            Need(visited_if_required, "visit_missing"),
            Need(_loss_decided, "loss_undecided"),
            Need(told_by_letter_if_major, "letter_missing"),
        ),
        "withdraw": (_OWNER,),
        "decline": (_OWNER,),
    }
)
"""What a decision needs besides the stage: an owner, a review, a signature. The decision says what is missing."""


def _one_of(people: Iterable[StaffId], reader: StaffId | None) -> bool:
    return reader is not None and one_person(reader) in map(one_person, people)


def put_form(complaint: Complaint, form: Form) -> Complaint:
    """With this form, found by its words, its people and its numbers.

    Of what the customer said the first 500 characters are found.
    """
    customer = form.customer
    names = (customer.name, customer.contact_name, form.complainant)
    numbers = (complaint.number, form.order_no, form.contract_no, form.batch_no, customer.mobile)
    texts = (form.content[:FOUND], (form.demand or "")[:FOUND])
    found = tokens(filter(None, names), texts, filter(None, numbers))
    return complaint.but(form=form, found_by=found)


def follow_close(timed: Timed) -> Timed:
    """A case has to be closed when its clock ends, and waits for its turn by that."""
    whole = timed.whole if isinstance(timed, Complaint) else None
    return give_turn(timed.but(close_by=whole.due_at)) if isinstance(timed, Complaint) and whole else timed


def give_turn(complaint: Complaint) -> Complaint:
    """In its place among the cases that wait: the major ones first, then by when they have to be closed."""
    assert complaint.close_by is not None, "a draft has no turn"
    return complaint.but(turn=f"{0 if complaint.major else 1} {complaint.close_by:%Y-%m-%dT%H:%M:%S}")
