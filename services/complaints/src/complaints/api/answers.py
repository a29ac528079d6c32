"""The customer's answer to the approved solution, and the work, over HTTP."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.roles import HANDLERS, INVESTIGATORS, READERS
from complaints.api.views import ComplaintView
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.record import Answer, Implementation
from complaints.store import Complaints
from shared.contracts.vocabulary import FileRef, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow

Way = Literal["signature", "sms", "phone"]


class Accept(RequestBody):
    """How the customer agreed."""

    via: Way = Field(examples=["signature"])
    signature: FileRef | None = None


class Decline(RequestBody):
    """How the customer refused, and why."""

    via: Way = Field(examples=["phone"])
    reason: Prose | None = Field(default=None, examples=["要求另加折扣"])


class Implement(RequestBody):
    """What shows that it was done."""

    evidence: tuple[FileRef, ...] = Field(default=(), max_length=50)


def routes(complaints: Complaints, policy: ComplaintPolicy) -> APIRouter:
    """The answer and the work, each decision a POST to its name."""
    router = Router(readers=READERS, tags=["resolution"], prefix="/complaints/{complaint_id}")

    @router.post("/accept", dependencies=[allow(*HANDLERS)])
    async def accept(complaint_id: UUID, body: Accept, cause: CausedByRequest) -> ComplaintView:
        """The customer agrees."""
        answer = Answer(accepted=True, via=body.via, signature=body.signature, at=cause.at)
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: case.accept(answer, policy, cause.at), cause)
        )

    @router.post("/decline", dependencies=[allow(*HANDLERS)])
    async def decline(complaint_id: UUID, body: Decline, cause: CausedByRequest) -> ComplaintView:
        """The customer does not agree: this case ends, and a new one takes it up with the old one attached."""
        answer = Answer(accepted=False, via=body.via, reason=body.reason, at=cause.at)
        return ComplaintView.of(
            await complaints.apply(
                complaint_id, lambda case: case.decline(answer, cause.actor, policy, cause.at), cause
            )
        )

    @router.post("/implement", dependencies=[allow(*INVESTIGATORS)])
    async def implement(complaint_id: UUID, body: Implement, cause: CausedByRequest) -> ComplaintView:
        """The solution is carried out."""
        done = Implementation(evidence=body.evidence, by=cause.actor.id, at=cause.at)
        return ComplaintView.of(await complaints.apply(complaint_id, lambda case: case.implement(done, policy), cause))

    return router
