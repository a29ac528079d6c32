"""Settling a complaint over HTTP: solutions, approval by amount, the customer's answer, the work."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.roles import DECIDERS, HANDLERS, INVESTIGATORS
from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.record import Answer, Implementation, Proposal
from complaints.store import Complaints
from shared.aggregate import Cause, Decision, Refused
from shared.contracts.complaints import Remediation, Remedy
from shared.contracts.event import Money
from shared.contracts.vocabulary import FileRef, Prose
from shared.http import Ask, CausedByRequest, Router, allow

Way = Literal["signature", "sms", "phone"]


class OfferedRemedy(Ask):
    """One way to settle the case; what costs nothing has the amount 0."""

    kind: Remedy = Field(examples=["replace"])
    amount: Money
    description: Prose = Field(description="Words that the customer will read.", examples=["免费更换三樘玻璃"])


class Propose(Ask):
    """Solutions to choose from."""

    options: tuple[OfferedRemedy, ...] = Field(min_length=1, max_length=10)
    preferred: int = Field(default=0, ge=0, description="Which of them is recommended; the first is 0.")
    customer_may_choose: bool = True


class Approve(Ask):
    """Which solution it shall be."""

    option: int = Field(ge=0, description="The first is 0.")
    note: str = Field(default="", max_length=4000)


class Reject(Ask):
    """Why none of the solutions will do."""

    note: Prose = Field(examples=["请核实破损数量后再报"])


class Accept(Ask):
    """How the customer agreed."""

    via: Way = Field(examples=["signature"])
    signature: FileRef | None = None


class Decline(Ask):
    """How the customer refused, and why."""

    via: Way = Field(examples=["phone"])
    reason: Prose | None = Field(default=None, examples=["要求另加折扣"])


class Implement(Ask):
    """What shows that it was done."""

    evidence: tuple[FileRef, ...] = Field(default=(), max_length=50)


def routes(complaints: Complaints, policy: ComplaintPolicy) -> APIRouter:
    """The decisions that settle a case, each a POST to its name."""
    router = Router(tags=["resolution"], prefix="/complaints/{complaint_id}")

    async def decide(id: UUID, decision: Decision[Complaint], cause: Cause) -> Complaint:
        return await complaints.apply(id, decision, cause)

    @router.post("/propose", dependencies=[allow(*HANDLERS)])
    async def propose(complaint_id: UUID, body: Propose, cause: CausedByRequest) -> ComplaintView:
        """Submit solutions to whoever may decide on the dearest of them."""
        proposal = Proposal(
            proposal_id=cause.derive("proposal"),
            options=tuple(Remediation(**option.model_dump()) for option in body.options),
            preferred=body.preferred,
            customer_may_choose=body.customer_may_choose,
            proposed_by=cause.actor.id,
        )
        return ComplaintView.of(
            await decide(complaint_id, lambda case: case.propose(proposal, policy, cause.at), cause)
        )

    @router.post("/approve", dependencies=[allow(*DECIDERS)])
    async def approve(complaint_id: UUID, body: Approve, cause: CausedByRequest) -> ComplaintView:
        """Choose a solution within one's own authority; an attempt beyond it is refused and reported."""
        case = await decide(
            complaint_id, lambda case: case.approve(body.option, body.note, cause.actor, policy, cause.at), cause
        )
        if case.stage == "proposed":
            needed = ", ".join(policy.authority.band(case.proposals[-1].options[body.option].amount).roles)
            raise Refused(
                f"{cause.actor.role} may not approve this amount; it is decided by {needed}", "authority_exceeded"
            )
        return ComplaintView.of(case)

    @router.post("/reject", dependencies=[allow(*DECIDERS)])
    async def reject(complaint_id: UUID, body: Reject, cause: CausedByRequest) -> ComplaintView:
        """Send the solutions back with the reason."""
        return ComplaintView.of(
            await decide(complaint_id, lambda case: case.reject(body.note, cause.actor, policy, cause.at), cause)
        )

    @router.post("/accept", dependencies=[allow(*HANDLERS)])
    async def accept(complaint_id: UUID, body: Accept, cause: CausedByRequest) -> ComplaintView:
        """The customer agrees."""
        answer = Answer(accepted=True, via=body.via, signature=body.signature, at=cause.at)
        return ComplaintView.of(await decide(complaint_id, lambda case: case.accept(answer, policy, cause.at), cause))

    @router.post("/decline", dependencies=[allow(*HANDLERS)])
    async def decline(complaint_id: UUID, body: Decline, cause: CausedByRequest) -> ComplaintView:
        """The customer does not agree: this case ends, and a new one takes it up with the old one attached."""
        answer = Answer(accepted=False, via=body.via, reason=body.reason, at=cause.at)
        return ComplaintView.of(
            await decide(complaint_id, lambda case: case.decline(answer, cause.actor, policy, cause.at), cause)
        )

    @router.post("/implement", dependencies=[allow(*INVESTIGATORS)])
    async def implement(complaint_id: UUID, body: Implement, cause: CausedByRequest) -> ComplaintView:
        """The solution is carried out."""
        done = Implementation(evidence=body.evidence, by=cause.actor.id, at=cause.at)
        return ComplaintView.of(await decide(complaint_id, lambda case: case.implement(done, policy), cause))

    return router
