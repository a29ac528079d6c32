"""Decisions about a complaint over HTTP, from its owner to its close."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.roles import HANDLERS, INVESTIGATORS, LEADERS, MANAGERS
from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.record import Classification, Investigation, Judgement
from complaints.store import Complaints
from shared.aggregate import Cause, Decision
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Department, FileRef, Line, Prose, StaffId
from shared.http import Ask, CausedByRequest, Router, allow


class AssignOwner(Ask):
    """Who handles the case in person."""

    owner: StaffId = Field(examples=["cs-manager-01"])
    visit_required: bool = True


class Classify(Ask):
    """Quality or not, major or not."""

    nature: Literal["quality", "non_quality"] = Field(examples=["quality"])
    category: Line = Field(examples=["玻璃破损"])
    major: bool = False


class Judge(Ask):
    """Whether the grounds suffice; an upheld complaint names the responsible department."""

    upheld: bool
    grounds: Prose = Field(
        description="Internal; never shown to the customer.", examples=["经查崩角为出厂包装不足所致"]
    )
    demand_reasonable: bool
    responsible_department: Department | None = None


class AssignInvestigation(Ask):
    """Who looks for the cause, and by when."""

    department: Department = Field(examples=["production"])
    joint_with: tuple[Department, ...] = Field(default=(), examples=[["rd"]])
    due_at: Instant | None = Field(default=None, description="The step's own limit by default.")


class CompleteInvestigation(Ask):
    """The cause, with evidence."""

    cause: Prose = Field(examples=["护角未按规范包装"])
    evidence: tuple[FileRef, ...] = Field(default=(), max_length=50)
    responsible: tuple[Line, ...] = Field(default=(), max_length=50, examples=[["包装组"]])


class Close(Ask):
    """How it ended, in words that the customer may read."""

    result: Prose | None = Field(default=None, examples=["已免费更换三樘玻璃"])


def routes(complaints: Complaints, policy: ComplaintPolicy) -> APIRouter:
    """The decisions about a case, each a POST to its name."""
    router = Router(tags=["handling"], prefix="/complaints/{complaint_id}")

    async def decide(id: UUID, decision: Decision[Complaint], cause: Cause) -> ComplaintView:
        return ComplaintView.of(await complaints.apply(id, decision, cause))

    @router.post("/assign-owner", dependencies=[allow(*MANAGERS)])
    async def assign_owner(complaint_id: UUID, body: AssignOwner, cause: CausedByRequest) -> ComplaintView:
        """The CS manager in person, or somebody designated, handles the case."""
        return await decide(complaint_id, lambda case: case.assign_owner(body.owner, body.visit_required), cause)

    @router.post("/classify", dependencies=[allow(*HANDLERS)])
    async def classify(complaint_id: UUID, body: Classify, cause: CausedByRequest) -> ComplaintView:
        """A matter of quality or not; a major case goes to the deputy GM at once."""
        classification = Classification(**body.model_dump())
        return await decide(complaint_id, lambda case: case.classify(classification, policy), cause)

    @router.post("/judge", dependencies=[allow(*HANDLERS)])
    async def judge(complaint_id: UUID, body: Judge, cause: CausedByRequest) -> ComplaintView:
        """Upheld, or not."""
        judgement = Judgement(**body.model_dump(), by=cause.actor.id)
        return await decide(complaint_id, lambda case: case.judge(judgement, policy, cause.at), cause)

    @router.post("/assign-investigation", dependencies=[allow(*HANDLERS)])
    async def assign_investigation(
        complaint_id: UUID, body: AssignInvestigation, cause: CausedByRequest
    ) -> ComplaintView:
        """A department finds the cause by a time that CS sets, with others if need be."""
        assigned = Investigation(department=body.department, joint_with=body.joint_with)
        return await decide(
            complaint_id, lambda case: case.assign_investigation(assigned, body.due_at, policy, cause.at), cause
        )

    @router.post("/complete-investigation", dependencies=[allow(*INVESTIGATORS)])
    async def complete_investigation(
        complaint_id: UUID, body: CompleteInvestigation, cause: CausedByRequest
    ) -> ComplaintView:
        """The cause is found; a solution has to be submitted within three days."""
        return await decide(
            complaint_id,
            lambda case: case.complete_investigation(body.cause, body.evidence, body.responsible, policy, cause.at),
            cause,
        )

    @router.post("/escalate", dependencies=[allow(*HANDLERS, *LEADERS)])
    async def escalate(complaint_id: UUID, cause: CausedByRequest) -> ComplaintView:
        """Send the case up one rung."""
        return await decide(complaint_id, lambda case: case.escalate(policy), cause)

    @router.post("/close", dependencies=[allow(*HANDLERS)])
    async def close(complaint_id: UUID, body: Close, cause: CausedByRequest) -> ComplaintView:
        """Carried out, or answered as not upheld."""
        return await decide(complaint_id, lambda case: case.close(body.result, cause.actor, policy, cause.at), cause)

    @router.post("/withdraw", dependencies=[allow(*HANDLERS)])
    async def withdraw(complaint_id: UUID, cause: CausedByRequest) -> ComplaintView:
        """The customer takes the complaint back."""
        return await decide(complaint_id, lambda case: case.withdraw(cause.actor, policy, cause.at), cause)

    return router
