"""Who handles a complaint, of what kind it is, and how it ends, over HTTP."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.readers import CASES, WHOLE
from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.closing import close, withdraw
from complaints.domain.decisions.escalation import escalate
from complaints.domain.decisions.handling import (
    acknowledge,
    assign_owner,
    classify,
    convene_panel,
    record_notice,
    record_panel,
    record_visit,
)
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.handling import Classification, NoticeWay
from complaints.domain.policy.policy import Rules
from complaints.store import Complaints
from shared.aggregate import Change
from shared.conduct import SpokenProse
from shared.contracts.event import Instant
from shared.contracts.vocabulary import DepartmentName, FileRef, Line, Prose, StaffId
from shared.http import CausedByRequest, RequestBody, Router, allow


class AssignOwner(RequestBody):
    """Who handles the case in person."""

    owner: StaffId = Field(examples=["cs-manager-01"])
    visit_required: bool = True


class RecordVisit(RequestBody):
    """When the customer was visited about the case, and what was seen and said there."""

    visited_at: Instant = Field(examples=["2026-11-22T06:00:00Z"])
    note: Prose = Field(examples=["现场查看，三樘玻璃边缘崩角，客户同意更换"])
    file: FileRef | None = Field(default=None, description="The report or the photos.", examples=["visits/0007.pdf"])


class Acknowledge(RequestBody):
    """What was understood, in the words in which the customer confirmed it."""

    restated: Prose = Field(examples=["三樘玻璃边缘崩角，客户要求更换"])


class RecordNotice(RequestBody):
    """How the customer was told the decision, and in which words."""

    way: NoticeWay = Field(examples=["phone"])
    words: Prose = Field(examples=["同意免费更换三樘玻璃，本周内上门"])
    letter: FileRef | None = Field(default=None, description="The letter that was sent; needed for a letter.")


class ConvenePanel(RequestBody):
    """Which departments review the measures of a major case, and when they meet."""

    departments: tuple[DepartmentName, ...] = Field(min_length=1, max_length=20, examples=[["production", "rd"]])
    meets_at: Instant = Field(examples=["2026-11-23T06:00:00Z"])


class RecordPanel(RequestBody):
    """The measures that the departments agreed on."""

    measures: Prose = Field(examples=["全批玻璃复检，护角改为全包"])
    minutes: FileRef | None = Field(default=None, examples=["panels/2026-11-0007.pdf"])


class Classify(RequestBody):
    """Quality or not, major or not."""

    nature: Literal["quality", "non_quality"] = Field(examples=["quality"])
    category: Line = Field(examples=["玻璃破损"])
    major: bool = False


class Close(RequestBody):
    """How it ended, in words that the customer may read."""

    result: SpokenProse | None = Field(default=None, examples=["已免费更换三樘玻璃"])


def routes(complaints: Complaints, rules: Rules) -> APIRouter:
    """Decisions about a case that do not settle it, and its end; each a POST to its name."""
    router = Router(readers=CASES, whole=WHOLE, tags=["handling"], prefix="/complaints/{complaint_id}")

    @router.post("/assign-owner", dependencies=[allow(*COMPLAINT.roles("assign_owner"))])
    async def assign_case_owner(complaint_id: UUID, body: AssignOwner, cause: CausedByRequest) -> ComplaintView:
        """The CS manager in person, or a designated person, handles the case."""
        return ComplaintView.of(
            await complaints.apply(
                complaint_id, lambda case: assign_owner(case, body.owner, body.visit_required, rules, cause), cause
            )
        )

    @router.post("/record-visit", dependencies=[allow(*COMPLAINT.roles("record_visit"))])
    async def record_customer_visit(complaint_id: UUID, body: RecordVisit, cause: CausedByRequest) -> ComplaintView:
        """The owner was with the customer."""
        return ComplaintView.of(
            await complaints.apply(
                complaint_id, lambda case: record_visit(case, body.visited_at, body.note, body.file, cause), cause
            )
        )

    @router.post("/classify", dependencies=[allow(*COMPLAINT.roles("classify"))])
    async def classify_case(complaint_id: UUID, body: Classify, cause: CausedByRequest) -> ComplaintView:
        """A matter of quality or not; a major case goes to the deputy GM."""
        classification = Classification(**body.model_dump())
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: classify(case, classification, rules, cause), cause)
        )

    _customer(router, complaints)
    _panel(router, complaints)

    @router.post("/escalate", dependencies=[allow(*COMPLAINT.roles("escalate"))])
    async def escalate_case(complaint_id: UUID, cause: CausedByRequest) -> ComplaintView:
        """Send the case up one rung."""
        return ComplaintView.of(await complaints.apply(complaint_id, lambda case: escalate(case, rules, cause), cause))

    @router.post("/close", dependencies=[allow(*COMPLAINT.roles("close"))])
    async def close_case(complaint_id: UUID, body: Close, cause: CausedByRequest) -> ComplaintView:
        """Carried out, or answered as not upheld."""
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: close(case, body.result, rules, cause), cause)
        )

    @router.post("/withdraw", dependencies=[allow(*COMPLAINT.roles("withdraw"))])
    async def withdraw_case(complaint_id: UUID, cause: CausedByRequest) -> ComplaintView:
        """The customer takes the complaint back."""
        return ComplaintView.of(await complaints.apply(complaint_id, lambda case: withdraw(case, rules, cause), cause))

    return router


def _customer(router: APIRouter, complaints: Complaints) -> None:
    """What was confirmed with the customer, and what the customer was told."""

    @router.post("/acknowledge", dependencies=[allow(*COMPLAINT.roles("acknowledge"))])
    async def acknowledge_case(complaint_id: UUID, body: Acknowledge, cause: CausedByRequest) -> ComplaintView:
        """What was understood is confirmed with the customer."""
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: acknowledge(case, body.restated, cause), cause)
        )

    @router.post("/record-notice", dependencies=[allow(*COMPLAINT.roles("record_notice"))])
    async def record_case_notice(complaint_id: UUID, body: RecordNotice, cause: CausedByRequest) -> ComplaintView:
        """The customer was told the decision by letter or in person."""

        def decide(case: Complaint) -> Change[Complaint]:
            return record_notice(case, body.way, body.words, body.letter, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))


def _panel(router: APIRouter, complaints: Complaints) -> None:
    """How the departments review a major case."""

    @router.post("/convene-panel", dependencies=[allow(*COMPLAINT.roles("convene_panel"))])
    async def convene_case_panel(complaint_id: UUID, body: ConvenePanel, cause: CausedByRequest) -> ComplaintView:
        """The departments meet about a major case."""

        def decide(case: Complaint) -> Change[Complaint]:
            return convene_panel(case, body.departments, body.meets_at, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    @router.post("/record-panel", dependencies=[allow(*COMPLAINT.roles("record_panel"))])
    async def record_case_panel(complaint_id: UUID, body: RecordPanel, cause: CausedByRequest) -> ComplaintView:
        """What the departments agreed on; solutions may be proposed from now on."""

        def decide(case: Complaint) -> Change[Complaint]:
            return record_panel(case, body.measures, body.minutes, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))
