"""Who handles a complaint, of what kind it is, and how it ends, over HTTP."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.roles import HANDLERS, LEADERS, MANAGERS, READERS
from complaints.api.views import ComplaintView
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.record import Classification
from complaints.store import Complaints
from shared.contracts.vocabulary import Line, Prose, StaffId
from shared.http import CausedByRequest, RequestBody, Router, allow


class AssignOwner(RequestBody):
    """Who handles the case in person."""

    owner: StaffId = Field(examples=["cs-manager-01"])
    visit_required: bool = True


class Classify(RequestBody):
    """Quality or not, major or not."""

    nature: Literal["quality", "non_quality"] = Field(examples=["quality"])
    category: Line = Field(examples=["玻璃破损"])
    major: bool = False


class Close(RequestBody):
    """How it ended, in words that the customer may read."""

    result: Prose | None = Field(default=None, examples=["已免费更换三樘玻璃"])


def routes(complaints: Complaints, policy: ComplaintPolicy) -> APIRouter:
    """Decisions about a case that do not settle it, and its end; each a POST to its name."""
    router = Router(readers=READERS, tags=["handling"], prefix="/complaints/{complaint_id}")

    @router.post("/assign-owner", dependencies=[allow(*MANAGERS)])
    async def assign_owner(complaint_id: UUID, body: AssignOwner, cause: CausedByRequest) -> ComplaintView:
        """The CS manager in person, or somebody designated, handles the case."""
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: case.assign_owner(body.owner, body.visit_required), cause)
        )

    @router.post("/classify", dependencies=[allow(*HANDLERS)])
    async def classify(complaint_id: UUID, body: Classify, cause: CausedByRequest) -> ComplaintView:
        """A matter of quality or not; a major case goes to the deputy GM at once."""
        classification = Classification(**body.model_dump())
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: case.classify(classification, policy), cause)
        )

    @router.post("/escalate", dependencies=[allow(*HANDLERS, *LEADERS)])
    async def escalate(complaint_id: UUID, cause: CausedByRequest) -> ComplaintView:
        """Send the case up one rung."""
        return ComplaintView.of(await complaints.apply(complaint_id, lambda case: case.escalate(policy), cause))

    @router.post("/close", dependencies=[allow(*HANDLERS)])
    async def close(complaint_id: UUID, body: Close, cause: CausedByRequest) -> ComplaintView:
        """Carried out, or answered as not upheld."""
        return ComplaintView.of(
            await complaints.apply(
                complaint_id, lambda case: case.close(body.result, cause.actor, policy, cause.at), cause
            )
        )

    @router.post("/withdraw", dependencies=[allow(*HANDLERS)])
    async def withdraw(complaint_id: UUID, cause: CausedByRequest) -> ComplaintView:
        """The customer takes the complaint back."""
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: case.withdraw(cause.actor, policy, cause.at), cause)
        )

    return router
