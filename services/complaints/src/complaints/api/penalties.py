"""Punishments over HTTP: proposed, decided, put on a notice; for few readers (003 §25.4b, §28)."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AliasPath, Field, computed_field

from complaints.domain.decisions.penalty import approve, issue_notice, propose_penalty, reject
from complaints.domain.lifecycle import PENALTY, PenaltyStage
from complaints.domain.parts.papers import Signed
from complaints.domain.penalty import Penalty, PenaltyKind, possible
from complaints.domain.policy.policy import Rules
from complaints.domain.policy.standards import Measure
from complaints.domain.roles import PENALTY_PROPOSERS, PENALTY_READERS
from complaints.store import Penalties, Stores
from shared.aggregate import Cause, Change, Refused
from shared.contracts.complaints import Penalised
from shared.contracts.event import Instant, Money
from shared.contracts.vocabulary import AboutComplaint, ComplaintNo, DepartmentName, Line, PaperNo, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once
from shared.lifecycle import Possible


class ProposePenalty(RequestBody):
    """Whom it concerns, by which measure of the standard, and why."""

    target: StaffId = Field(examples=["packer-07"])
    department: DepartmentName = Field(examples=["production"])
    part: Literal["direct", "department_head"] = Field(examples=["direct"])
    measure: Line = Field(description="A code of `GET /penalty-standard`.", examples=["warning"])
    amount: Money | None = Field(default=None, description="For a deduction from a bonus.")
    reason: Prose = Field(examples=["未按规范加装护角"])


class ApprovePenalty(RequestBody):
    """What the person who decides adds."""

    note: str = Field(default="", max_length=4000, examples=["同意"])


class RejectPenalty(RequestBody):
    """Why not."""

    note: Prose = Field(examples=["责任不明，补充证据后再报"])


class IssueNotice(RequestBody):
    """The number of the personnel notice, or of the reward and penalty notice."""

    notice_no: PaperNo = Field(examples=["RS-2026-118"])


class PenaltyView(View):
    """One punishment with what was decided, and what may be decided next. Never for the customer."""

    penalty_id: UUID
    case: AboutComplaint
    what: Penalised
    title: Line
    reason: Prose
    standard_version: int
    stage: PenaltyStage
    possible: tuple[Possible, ...]
    proposed_by: StaffId
    proposed_at: Instant
    decided: Signed | None
    note: str
    notice_no: PaperNo | None
    noticed: Signed | None

    @classmethod
    def of(cls, penalty: Penalty) -> Self:
        """Everything that is known of it."""
        same = cls.model_fields.keys() - {"penalty_id", "possible"}
        return cls(
            penalty_id=penalty.id,
            possible=penalty.possible,
            **{name: getattr(penalty, name) for name in same},
        )


class PenaltyRow(View):
    """A punishment as a line of a list."""

    penalty_id: UUID = Field(validation_alias="id")
    complaint_no: ComplaintNo = Field(validation_alias=AliasPath("case", "complaint_no"))
    target: StaffId = Field(validation_alias=AliasPath("what", "target"))
    department: DepartmentName = Field(validation_alias=AliasPath("what", "department"))
    kind: PenaltyKind = Field(exclude=True, validation_alias=AliasPath("what", "kind"))
    title: Line
    stage: PenaltyStage
    proposed_by: StaffId = Field(exclude=True)
    proposed_at: Instant

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided next, and by whom."""
        return possible(self.stage, self.kind, (self.proposed_by, self.target))


class PenaltyStandardView(View):
    """The penalty standard (客户投诉罚扣判定基准), one version."""

    version: int
    measures: tuple[Measure, ...]


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The standard, lists, and each decision as a POST to its name."""
    router = Router(readers=PENALTY_READERS, tags=["consequences"])

    @router.get("/penalty-standard")
    async def show_standard(request: Request) -> PenaltyStandardView:
        """The measures of the penalty standard that is in force."""
        return PenaltyStandardView.model_validate(
            rules.on(request.app.state.time.now()).penalties, from_attributes=True
        )

    @router.get("/penalties")
    async def list_penalties(
        stage: PenaltyStage | None = None,
        target: StaffId | None = None,
        complaint_no: Annotated[ComplaintNo | None, Query()] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[PenaltyRow]:
        """Punishments by what is still to be done, the oldest first."""
        where = {"stage": stage, "what.target": target, "case.complaint_no": complaint_no}
        page = await stores.penalties.rows(PenaltyRow, where, sort="proposed_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/penalties/{penalty_id}")
    async def show_penalty(penalty_id: UUID) -> PenaltyView:
        """One punishment."""
        return PenaltyView.of(await stores.penalties.get(penalty_id))

    @router.get("/penalties/{penalty_id}/clocks")
    async def show_penalty_clocks(penalty_id: UUID) -> list[ClockView]:
        """What had or has to be done by when, and how each moment came about."""
        return clocks_of(await stores.penalties.get(penalty_id), rules.clocks)

    _proposals(router, stores, rules)
    _decisions(router, stores.penalties, rules)
    return router


def _proposals(router: APIRouter, stores: Stores, rules: Rules) -> None:
    async def proposed(complaint_id: UUID, body: ProposePenalty, cause: Cause) -> Change[Penalty]:
        case = await stores.complaints.get(complaint_id)
        others = [each async for each in stores.penalties.each({"case.complaint_no": case.number or ""})]
        return propose_penalty(
            case,
            body.target,
            body.department,
            body.part,
            body.measure,
            body.amount,
            body.reason,
            others,
            rules,
            cause,
        )

    @router.post(
        "/complaints/{complaint_id}/propose-penalty", status_code=201, dependencies=[allow(*PENALTY_PROPOSERS)]
    )
    @made_once(stores.penalties, "penalty", PenaltyView.of)
    async def propose_case_penalty(complaint_id: UUID, body: ProposePenalty, cause: CausedByRequest) -> PenaltyView:
        """Propose a punishment by the standard; also after the case is closed.

        Of two at the same moment that are one person's by one measure, the second meets the first in the store.
        """
        try:
            return PenaltyView.of(await stores.penalties.create(await proposed(complaint_id, body, cause), cause))
        except Refused as refused:
            if refused.code == "duplicate":
                await proposed(complaint_id, body, cause)
            raise


def _decisions(router: APIRouter, penalties: Penalties, rules: Rules) -> None:
    @router.post("/penalties/{penalty_id}/approve", dependencies=[allow(*PENALTY.roles("approve"))])
    async def approve_penalty(penalty_id: UUID, body: ApprovePenalty, cause: CausedByRequest) -> PenaltyView:
        """It is approved; the notice is next."""
        return PenaltyView.of(
            await penalties.apply(penalty_id, lambda penalty: approve(penalty, body.note, rules, cause), cause)
        )

    @router.post("/penalties/{penalty_id}/reject", dependencies=[allow(*PENALTY.roles("reject"))])
    async def reject_penalty(penalty_id: UUID, body: RejectPenalty, cause: CausedByRequest) -> PenaltyView:
        """It is refused."""
        return PenaltyView.of(
            await penalties.apply(penalty_id, lambda penalty: reject(penalty, body.note, rules, cause), cause)
        )

    @router.post("/penalties/{penalty_id}/issue-notice", dependencies=[allow(*PENALTY.roles("issue_notice"))])
    async def issue_penalty_notice(penalty_id: UUID, body: IssueNotice, cause: CausedByRequest) -> PenaltyView:
        """It stands on a notice; others carry it out."""
        return PenaltyView.of(
            await penalties.apply(
                penalty_id, lambda penalty: issue_notice(penalty, body.notice_no, rules, cause), cause
            )
        )
