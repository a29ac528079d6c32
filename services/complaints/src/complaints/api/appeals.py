"""A customer's objection to a refusal, over HTTP."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.readers import CASES, WHOLE
from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.appeal import appeal, decide_appeal
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.policy.policy import Rules
from complaints.store import Complaints
from shared.aggregate import Change
from shared.contracts.vocabulary import DepartmentName, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow


class AppealCase(RequestBody):
    """What the customer objects to, for the superiors."""

    petition: Prose = Field(examples=["客户对不成立结论有异议，签呈请示"])


class DecideAppeal(RequestBody):
    """What the superiors judge; an upheld complaint names the responsible department."""

    petition: UUID = Field(description="The `petition_id` of the appeal, as it was read.")
    upheld: bool
    grounds: Prose = Field(description="Internal; never shown to the customer.", examples=["复核运输记录，成立"])
    responsible_department: DepartmentName | None = None


def routes(complaints: Complaints, rules: Rules) -> APIRouter:
    """The petition and its answer, each a POST to its name."""
    router = Router(readers=CASES, whole=WHOLE, tags=["appeal"], prefix="/complaints/{complaint_id}")

    @router.post("/appeal", dependencies=[allow(*COMPLAINT.roles("appeal"))])
    async def appeal_case(complaint_id: UUID, body: AppealCase, cause: CausedByRequest) -> ComplaintView:
        """The customer objects to the refusal; a petition goes to the superiors."""
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: appeal(case, body.petition, rules, cause), cause)
        )

    @router.post("/decide-appeal", dependencies=[allow(*COMPLAINT.roles("decide_appeal"))])
    async def decide_case_appeal(complaint_id: UUID, body: DecideAppeal, cause: CausedByRequest) -> ComplaintView:
        """The superiors judge the complaint anew."""

        def decide(case: Complaint) -> Change[Complaint]:
            return decide_appeal(
                case, body.petition, body.upheld, body.grounds, body.responsible_department, rules, cause
            )

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    return router
