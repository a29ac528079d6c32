"""The customer's answer to the approved solution, and the work, over HTTP."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.readers import CASES, WHOLE
from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.settlement import accept_choice, decline, implement, record_feedback, sign
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.resolution import Way
from complaints.domain.policy.policy import Rules
from complaints.store import Complaints
from shared.aggregate import Change
from shared.contracts.vocabulary import FileRef, Ordinal, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow


class Accept(RequestBody):
    """How the customer agreed, and to which of the approved solutions."""

    choice: Ordinal | None = Field(
        default=None, description="The number of the solution, from 1; needed when several are approved.", examples=[1]
    )
    via: Way = Field(examples=["signature"])
    signature: FileRef | None = None


class Decline(RequestBody):
    """How the customer refused, and why."""

    via: Way = Field(examples=["phone"])
    reason: Prose | None = Field(default=None, examples=["要求另加折扣"])


class Sign(RequestBody):
    """The customer's signature under a solution that was accepted without it."""

    signature: FileRef


class Implement(RequestBody):
    """What shows that it was done."""

    evidence: tuple[FileRef, ...] = Field(default=(), max_length=50)


class RecordFeedback(RequestBody):
    """What the customer says to the solution that was carried out."""

    satisfied: bool
    words: Prose = Field(examples=["更换及时，师傅很专业"])


def routes(complaints: Complaints, rules: Rules) -> APIRouter:
    """The answer and the work, each decision a POST to its name."""
    router = Router(readers=CASES, whole=WHOLE, tags=["resolution"], prefix="/complaints/{complaint_id}")

    @router.post("/accept", dependencies=[allow(*COMPLAINT.roles("accept"))])
    async def accept_solution(complaint_id: UUID, body: Accept, cause: CausedByRequest) -> ComplaintView:
        """The customer agrees."""

        def decide(case: Complaint) -> Change[Complaint]:
            return accept_choice(case, body.choice, body.via, body.signature, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    @router.post("/decline", dependencies=[allow(*COMPLAINT.roles("decline"))])
    async def decline_solution(complaint_id: UUID, body: Decline, cause: CausedByRequest) -> ComplaintView:
        """The customer does not agree: this case ends, and a new one takes it up with the old one attached."""
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: decline(case, body.via, body.reason, rules, cause), cause)
        )

    @router.post("/sign", dependencies=[allow(*COMPLAINT.roles("sign"))])
    async def sign_solution(complaint_id: UUID, body: Sign, cause: CausedByRequest) -> ComplaintView:
        """The customer signs for the accepted solution, so that it may be carried out."""
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: sign(case, body.signature, cause), cause)
        )

    @router.post("/implement", dependencies=[allow(*COMPLAINT.roles("implement"))])
    async def implement_solution(complaint_id: UUID, body: Implement, cause: CausedByRequest) -> ComplaintView:
        """The solution is carried out."""
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: implement(case, body.evidence, rules, cause), cause)
        )

    @router.post("/record-feedback", dependencies=[allow(*COMPLAINT.roles("record_feedback"))])
    async def record_case_feedback(complaint_id: UUID, body: RecordFeedback, cause: CausedByRequest) -> ComplaintView:
        """What the customer says to the solution, as soon as it is carried out."""

        def decide(case: Complaint) -> Change[Complaint]:
            return record_feedback(case, body.satisfied, body.words, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    return router
