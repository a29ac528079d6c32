"""What customer service does beside a case's way, over HTTP (003 §24-3)."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.readers import CASES, WHOLE
from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.liaison import audit, contact_department, report_opinion
from complaints.domain.lifecycle import COMPLAINT
from complaints.store import Complaints
from shared.aggregate import Change
from shared.contracts.vocabulary import DepartmentName, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow


class AuditCase(RequestBody):
    """Whether the case is complete, and what was found."""

    complete: bool
    findings: Prose = Field(examples=["缺少客户现场照片"])


class ContactDepartment(RequestBody):
    """Which department, and what for."""

    department: DepartmentName = Field(examples=["engineering"])
    words: Prose = Field(examples=["请工程部本周安排人员与客户一同查看现场"])


class ReportOpinion(RequestBody):
    """Which department has to improve, and the opinion that came up."""

    department: DepartmentName = Field(examples=["design"])
    opinion: Prose = Field(examples=["客户建议说明书注明玻璃的清洁方法"])


def routes(complaints: Complaints) -> APIRouter:
    """Each decision a POST to its name."""
    router = Router(readers=CASES, whole=WHOLE, tags=["handling"], prefix="/complaints/{complaint_id}")

    @router.post("/audit", dependencies=[allow(*COMPLAINT.roles("audit"))])
    async def audit_case(complaint_id: UUID, body: AuditCase, cause: CausedByRequest) -> ComplaintView:
        """A manager goes through the case; while something is missing it is not closed."""
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: audit(case, body.complete, body.findings, cause), cause)
        )

    @router.post("/contact-department", dependencies=[allow(*COMPLAINT.roles("contact_department"))])
    async def contact_case_department(
        complaint_id: UUID, body: ContactDepartment, cause: CausedByRequest
    ) -> ComplaintView:
        """A department is asked for its part, or for help with the customer; it is told."""

        def decide(case: Complaint) -> Change[Complaint]:
            return contact_department(case, body.department, body.words, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    @router.post("/report-opinion", dependencies=[allow(*COMPLAINT.roles("report_opinion"))])
    async def report_case_opinion(complaint_id: UUID, body: ReportOpinion, cause: CausedByRequest) -> ComplaintView:
        """An opinion that came up goes to a department, whose improvement is tracked."""

        def decide(case: Complaint) -> Change[Complaint]:
            return report_opinion(case, body.department, body.opinion, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    return router
