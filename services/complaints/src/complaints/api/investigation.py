"""Judging a complaint over HTTP and finding its cause."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.roles import HANDLERS, INVESTIGATORS, READERS
from complaints.api.views import ComplaintView
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.record import Investigation, Judgement
from complaints.store import Complaints
from shared.contracts.event import Instant
from shared.contracts.vocabulary import DepartmentName, FileRef, Line, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow


class Judge(RequestBody):
    """Whether the grounds suffice; an upheld complaint names the responsible department."""

    upheld: bool
    grounds: Prose = Field(
        description="Internal; never shown to the customer.", examples=["经查崩角为出厂包装不足所致"]
    )
    demand_reasonable: bool
    responsible_department: DepartmentName | None = None


class AssignInvestigation(RequestBody):
    """Who looks for the cause, and by when."""

    department: DepartmentName = Field(examples=["production"])
    joint_with: tuple[DepartmentName, ...] = Field(default=(), examples=[["rd"]])
    due_at: Instant | None = Field(default=None, description="The step's own limit by default.")


class CompleteInvestigation(RequestBody):
    """The cause, with evidence."""

    cause: Prose = Field(examples=["护角未按规范包装"])
    evidence: tuple[FileRef, ...] = Field(default=(), max_length=50)
    responsible: tuple[Line, ...] = Field(default=(), max_length=50, examples=[["包装组"]])


def routes(complaints: Complaints, policy: ComplaintPolicy) -> APIRouter:
    """From judging to the cause, each decision a POST to its name."""
    router = Router(readers=READERS, tags=["investigation"], prefix="/complaints/{complaint_id}")

    @router.post("/judge", dependencies=[allow(*HANDLERS)])
    async def judge(complaint_id: UUID, body: Judge, cause: CausedByRequest) -> ComplaintView:
        """Upheld, or not."""
        judgement = Judgement(**body.model_dump(), by=cause.actor.id)
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: case.judge(judgement, policy, cause.at), cause)
        )

    @router.post("/assign-investigation", dependencies=[allow(*HANDLERS)])
    async def assign_investigation(
        complaint_id: UUID, body: AssignInvestigation, cause: CausedByRequest
    ) -> ComplaintView:
        """A department finds the cause by a time that CS sets, with others if need be."""
        assigned = Investigation(department=body.department, joint_with=body.joint_with)
        return ComplaintView.of(
            await complaints.apply(
                complaint_id, lambda case: case.assign_investigation(assigned, body.due_at, policy, cause.at), cause
            )
        )

    @router.post("/complete-investigation", dependencies=[allow(*INVESTIGATORS)])
    async def complete_investigation(
        complaint_id: UUID, body: CompleteInvestigation, cause: CausedByRequest
    ) -> ComplaintView:
        """The cause is found; a solution has to be submitted within three days."""
        return ComplaintView.of(
            await complaints.apply(
                complaint_id,
                lambda case: case.complete_investigation(body.cause, body.evidence, body.responsible, policy, cause.at),
                cause,
            )
        )

    return router
