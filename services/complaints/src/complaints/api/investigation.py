"""Judging a complaint over HTTP and finding its cause."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.readers import CASES, WHOLE
from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.investigation import assign_investigation, complete_investigation, judge
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.policy.policy import Rules
from complaints.store import Complaints
from shared.aggregate import Change
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
    evidence: tuple[FileRef, ...] = Field(max_length=50, examples=[["photos/2026-11-0007/1.jpg"]])
    responsible: tuple[Line, ...] = Field(default=(), max_length=50, examples=[["包装组"]])


def routes(complaints: Complaints, rules: Rules) -> APIRouter:
    """From judging to the cause, each decision a POST to its name."""
    router = Router(readers=CASES, whole=WHOLE, tags=["investigation"], prefix="/complaints/{complaint_id}")

    @router.post("/judge", dependencies=[allow(*COMPLAINT.roles("judge"))])
    async def judge_case(complaint_id: UUID, body: Judge, cause: CausedByRequest) -> ComplaintView:
        """Upheld, or not."""

        def decide(case: Complaint) -> Change[Complaint]:
            grounds, department = body.grounds, body.responsible_department
            return judge(case, body.upheld, grounds, body.demand_reasonable, department, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    @router.post("/assign-investigation", dependencies=[allow(*COMPLAINT.roles("assign_investigation"))])
    async def assign_case_investigation(
        complaint_id: UUID, body: AssignInvestigation, cause: CausedByRequest
    ) -> ComplaintView:
        """A department finds the cause by a time that CS sets, with others if need be."""

        def decide(case: Complaint) -> Change[Complaint]:
            return assign_investigation(case, body.department, body.joint_with, body.due_at, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    @router.post("/complete-investigation", dependencies=[allow(*COMPLAINT.roles("complete_investigation"))])
    async def complete_case_investigation(
        complaint_id: UUID, body: CompleteInvestigation, cause: CausedByRequest
    ) -> ComplaintView:
        """The cause is found; a solution has to be submitted within three days."""

        def decide(case: Complaint) -> Change[Complaint]:
            return complete_investigation(case, body.cause, body.evidence, body.responsible, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    return router
