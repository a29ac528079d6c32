"""How a case is shown inside the house, in full and as a row of a list."""

from typing import Literal, Self
from uuid import UUID

from pydantic import AliasPath, ConfigDict, Field, computed_field

from complaints.api.history import PastStep
from complaints.domain.complaint import Complaint, possible
from complaints.domain.lifecycle import Stage, waits_for_customer
from complaints.domain.parts.appeal import Appeal
from complaints.domain.parts.findings import Liability, Loss, RootCause, SubmittedLoss, Supplier
from complaints.domain.parts.form import AddedDetails, Channel, Form, NamedOrder, Nature
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
from shared.aggregate import Deadline
from shared.contracts.complaints import Remediation
from shared.contracts.event import Instant, Money
from shared.contracts.vocabulary import (
    ComplaintNo,
    ContractNo,
    CustomerId,
    FileRef,
    Line,
    OrderId,
    OrderNo,
    Prose,
    StaffId,
)
from shared.customer_files import CustomerNow
from shared.http import View
from shared.lifecycle import Possible


class ComplaintView(View):
    """The internal form with everything on it, and what may be decided next. Never for the customer (003 §25.6).

    `deadlines` are the clocks that have something to say yet, by name, and the moment: the end of the term, after that
    the next rung of the ladder.
    """

    complaint_id: UUID
    complaint_no: ComplaintNo | None
    stage: Stage
    possible: tuple[Possible, ...]
    form: Form
    details: tuple[AddedDetails, ...]
    named_orders: tuple[NamedOrder, ...]
    order_id: OrderId | None
    policy_version: int | None
    accepted_at: Instant | None
    close_by: Instant | None
    owner: StaffId | None
    visit_required: bool
    visits: tuple[Visit, ...]
    notices: tuple[Notice, ...]
    acknowledgement: Acknowledgement | None
    audits: tuple[HandlingAudit, ...]
    contacts: tuple[Contact, ...]
    opinions: tuple[Opinion, ...]
    calls: tuple[Call, ...]
    classification: Classification | None
    panel: Panel | None
    judgement: Judgement | None
    appeal: Appeal | None
    investigation: Investigation | None
    root_cause: RootCause | None
    loss: Loss | None
    submitted_loss: SubmittedLoss | None
    decided_losses: tuple[SubmittedLoss, ...]
    suppliers: tuple[Supplier, ...]
    liability: Liability | None
    proposals: tuple[Proposal, ...]
    verdicts: tuple[Verdict, ...]
    blocked: tuple[Blocked, ...]
    answer: Answer | None
    implementation: Implementation | None
    feedback: Feedback | None
    warranty: tuple[WarrantyNote, ...]
    level: int
    missed: tuple[Missed, ...]
    deadlines: tuple[Deadline, ...]
    waits_for_customer: bool
    closing: Closing | None
    customer_now: CustomerNow | None = Field(
        default=None, description="The file of the customer at present; shown when the complaint itself is asked for."
    )

    @classmethod
    def of(cls, complaint: Complaint, now: CustomerNow | None = None, reader: StaffId | None = None) -> Self:
        """Everything on the form, as this reader sees what is possible."""
        same = (cls.model_fields.keys() & Complaint.model_fields.keys()) - {"deadlines"}
        return cls(
            customer_now=now,
            complaint_id=complaint.id,
            complaint_no=complaint.number,
            possible=possible(complaint, reader, complaint.hands),
            order_id=complaint.concerning.order_id,
            missed=complaint.missed,
            waits_for_customer=waits_for_customer(complaint.stage, complaint.signed),
            deadlines=tuple(
                Deadline(kind=run.clock.name, at=run.climbs_at or run.due_at)
                for run in complaint.running
                if run.next_moment
            ),
            **{name: getattr(complaint, name) for name in same},
        )


class PastStepView(View):
    """One thing that happened to a case."""

    at: Instant
    what: Line = Field(examples=["受理"])
    by: StaffId | None
    words: str | None

    @classmethod
    def of(cls, step: PastStep) -> Self:
        """The step as it stands in the history."""
        return cls(**step.model_dump())


class DecidableRow(View):
    """A line of a list of cases that says what may be decided next; what that follows from is read."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    stage: Stage
    owner: StaffId | None = None
    major: bool = Field(default=False, exclude=True)
    signature: FileRef | None = Field(default=None, exclude=True, validation_alias=AliasPath("answer", "signature"))
    deciders: Deciders | None = Field(default=None, exclude=True)
    submitted_loss: SubmittedLoss | None = Field(default=None, exclude=True)
    classification: Classification | None = Field(default=None, exclude=True)
    nature: Nature | None = Field(default=None, exclude=True, validation_alias=AliasPath("form", "nature"))
    order_no: OrderNo | None = Field(default=None, exclude=True, validation_alias=AliasPath("form", "order_no"))
    contract_no: ContractNo | None = Field(
        default=None, exclude=True, validation_alias=AliasPath("form", "contract_no")
    )
    visit_required: bool = Field(default=False, exclude=True)
    visits: tuple[Visit, ...] = Field(default=(), exclude=True)
    notices: tuple[Notice, ...] = Field(default=(), exclude=True)
    audits: tuple[HandlingAudit, ...] = Field(default=(), exclude=True)
    panel: Panel | None = Field(default=None, exclude=True)
    warranty: tuple[WarrantyNote, ...] = Field(default=(), exclude=True)
    appeal: Appeal | None = Field(default=None, exclude=True)
    feedback: Feedback | None = Field(default=None, exclude=True)

    @property
    def of_quality(self) -> bool:
        """Whether the goods themselves are at fault: as it was classified, until then as it was filed (003 §23)."""
        return (self.classification.nature if self.classification else self.nature) == "quality"

    @property
    def names_order(self) -> bool:
        """Whether an order or a contract is named."""
        return self.order_no is not None or self.contract_no is not None

    @property
    def lacks_number(self) -> bool:
        """Whether the order's number or the contract's is not known yet."""
        return self.order_no is None or self.contract_no is None

    @property
    def signed(self) -> bool:
        """Whether the customer has signed the solution that was accepted."""
        return self.signature is not None


class ComplaintRow(DecidableRow):
    """A complaint as a line of a list."""

    complaint_id: UUID = Field(validation_alias="id")
    complaint_no: ComplaintNo | None = Field(default=None, validation_alias="number")
    channel: Channel = Field(validation_alias=AliasPath("form", "channel"))
    content: Prose = Field(validation_alias=AliasPath("form", "content"))
    customer_id: CustomerId = Field(validation_alias=AliasPath("form", "customer", "customer_id"))
    customer_name: Line = Field(validation_alias=AliasPath("form", "customer", "name"))
    order_no: OrderNo | None = Field(default=None, validation_alias=AliasPath("form", "order_no"))
    received_at: Instant = Field(validation_alias=AliasPath("form", "received_at"))
    close_by: Instant | None = None
    level: int = 0
    reader: StaffId | None = Field(default=None, exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def severity(self) -> Literal["ordinary", "major"]:
        """As it was classified, until then as it was filed (003 §18a)."""
        return "major" if self.major else "ordinary"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def waits_for_customer(self) -> bool:
        """Whether the customer has to answer or to sign before it goes on."""
        return waits_for_customer(self.stage, self.signed)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided next, and by whom."""
        return possible(self, self.reader)

    def read_by(self, reader: StaffId) -> Self:
        """The same line, as this reader sees what is possible."""
        return type(self).model_validate({**dict(self), "reader": reader})


class ProposedRow(DecidableRow):
    """What the list of approvals reads of a case."""

    id: UUID
    number: ComplaintNo
    close_by: Instant
    policy_version: int
    customer_name: Line = Field(validation_alias=AliasPath("form", "customer", "name"))
    content: Prose = Field(validation_alias=AliasPath("form", "content"))
    proposals: tuple[Proposal, ...]


class ApprovalRow(View):
    """A proposal that waits for approval: the dearest solution decides who may approve it (003 §27)."""

    complaint_id: UUID
    complaint_no: ComplaintNo
    customer_name: Line
    content: Prose
    proposal_id: UUID = Field(description="Named by the request that approves or rejects it.")
    options: tuple[Remediation, ...]
    preferred: int
    amount: Money = Field(description="Of the dearest solution.")
    proposed_by: StaffId
    close_by: Instant
    possible: tuple[Possible, ...]

    @classmethod
    def of(cls, case: ProposedRow) -> Self:
        """The latest proposal of a case that waits for approval."""
        proposal = case.proposals[-1]
        return cls(
            complaint_id=case.id,
            complaint_no=case.number,
            customer_name=case.customer_name,
            content=case.content,
            proposal_id=proposal.proposal_id,
            options=proposal.options,
            preferred=proposal.preferred,
            amount=proposal.dearest,
            proposed_by=proposal.proposed_by,
            close_by=case.close_by,
            possible=possible(case),
        )
