"""The cases as a list: what is open by when it has to be closed, what is overdue, everything, and what is searched."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import AliasPath, Field

from complaints.api.readers import CASES
from complaints.domain.lifecycle import COMPLAINT, LIVE, Stage, waits_for_customer
from complaints.domain.parts.resolution import Deciders
from complaints.domain.policy.policy import Rules
from complaints.pages.words import STAGES
from complaints.store import Stores
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import ComplaintNo, DepartmentName, FileRef, Line, Prose, StaffId
from shared.http import After, AskedBy, Router, View
from shared.language import _, listed
from shared.pages.countdown import Countdown
from shared.pages.forms import Filled, Opening, named
from shared.pages.rendering import Renderer
from shared.pages.words import DEPARTMENTS
from shared.store import Between, OneOf

CASES_SHOWN = 50
"""Cases on one page."""
ON_CARD = 10
"""Cases on a customer's card."""
COUNTED = 999
"""Up to which number the cases of a part are counted."""

FILED = Filled(begun={"channel": "phone"})
"""A complaint that is filed while the customer is on the telephone."""

Range = Literal["open", "overdue", "all"]
PARTS: dict[Range, str] = {"open": "未结", "overdue": "逾期", "all": "全部"}


class CaseRow(View):
    """A case as a line of the list."""

    id: UUID
    number: ComplaintNo | None = None
    stage: Stage
    customer: Line = Field(validation_alias=AliasPath("form", "customer", "name"))
    content: Prose = Field(validation_alias=AliasPath("form", "content"))
    received_at: Instant = Field(validation_alias=AliasPath("form", "received_at"))
    accepted_at: Instant | None = None
    close_by: Instant | None = None
    owner: StaffId | None = None
    signature: FileRef | None = Field(default=None, validation_alias=AliasPath("answer", "signature"))
    deciders: Deciders | None = None
    department: DepartmentName | None = Field(default=None, validation_alias=AliasPath("investigation", "department"))
    joint_with: tuple[DepartmentName, ...] = Field(
        default=(), validation_alias=AliasPath("investigation", "joint_with")
    )
    major: bool = False
    measures: Prose | None = Field(default=None, validation_alias=AliasPath("panel", "measures"))
    loss_waits: bool = False
    policy_version: int | None = None


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A line with its stage in words, and of an open case whose turn it is and what is left until it is closed."""

    case: CaseRow
    stage: str
    turn: str
    countdown: Countdown | None


def routes(stores: Stores, rules: Rules, filing: Opening, render: Renderer) -> APIRouter:
    """The list of cases, and the card of a customer's cases."""
    router = Router(readers=CASES, tags=["pages"], prefix="/ui", include_in_schema=False)
    complaints = stores.complaints

    @router.get("/complaints", response_class=HTMLResponse)
    async def cases(
        request: Request,
        part: Annotated[Range, Query()] = "open",
        stage: Stage | None = None,
        q: Annotated[str | None, Query(max_length=100)] = None,
        after: After = None,
    ) -> Response:
        """A page of cases: the open ones by when they have to be closed; all, and what is found, the newest first."""
        now: datetime = request.app.state.time.now()
        where = {**_of(part, stage, now), "found_by": await complaints.holding(q)}
        by_age = part == "all" or q is not None
        sort = "-form.received_at" if by_age else "close_by"
        page = await complaints.rows(CaseRow, where, sort=sort, after=after, limit=CASES_SHOWN)
        return render(
            "complaints.html",
            rows=[_shown(row, now, rules) for row in page.items],
            next=page.next,
            counts={name: await complaints.count(_of(name, None, now), COUNTED) for name in ("open", "overdue")},
            parts=PARTS,
            part=part,
            stages=STAGES,
            stage=stage,
            q=q or "",
            by_age=by_age,
            after=after,
        )

    @router.get("/customers/{customer_id}", response_class=HTMLResponse)
    async def card(customer_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The latest cases of a customer, and the form of a new one, as a card on the customer's page."""
        now: datetime = request.app.state.time.now()
        where = {"form.customer.customer_id": await stores.merged_files.all_of(customer_id)}
        page = await complaints.rows(CaseRow, where, sort="-form.received_at", limit=ON_CARD)
        form = filing.draw(customer_id, asker, FILED)
        return render("customer-card.html", rows=[_shown(row, now, rules) for row in page.items], form=form)

    return router


def _of(part: Range, stage: Stage | None, now: datetime) -> dict[str, Any]:
    """The cases of a part, of one stage or of all its stages."""
    if part == "all":
        return {"stage": stage}
    stages = LIVE if stage is None else tuple({stage} & set(LIVE))
    overdue = {"close_by": Between(None, now, by_now=True)} if part == "overdue" else {}
    return {"stage": OneOf(*stages), **overdue}


def _shown(row: CaseRow, now: datetime, rules: Rules) -> ShownRow:
    countdown = None
    if row.stage in LIVE and row.close_by:
        countdown = Countdown.of(row.accepted_at or row.received_at, row.close_by, False, now, rules.calendar.zone)
    return ShownRow(row, _(STAGES[row.stage]), _turn(row, rules), countdown)


def _turn(row: CaseRow, rules: Rules) -> str:
    """Whose turn it is: the customer's, the departments' that investigate, those who may decide, or the owner's."""
    if row.stage not in LIVE:
        return ""
    if waits_for_customer(row.stage, row.signature is not None):
        return _("客户")
    if row.stage == "investigating" and row.department:
        return listed((_investigating(row, row.department, rules), *(_(DEPARTMENTS[each]) for each in row.joint_with)))
    return named(_deciding(row)) or row.owner or _(Role.CS_MANAGER.chinese)


def _deciding(row: CaseRow) -> tuple[Role, ...]:
    """The roles for whose decision a case waits; none where it waits for its owner."""
    if row.stage == "appealed":
        return COMPLAINT.roles("decide_appeal")
    if row.stage == "proposed":
        return row.deciders.approve if row.deciders else COMPLAINT.roles("approve")
    if row.stage == "investigated" and row.major and row.measures is None:
        return COMPLAINT.roles("record_panel")
    return COMPLAINT.roles("decide_loss") if row.stage == "implemented" and row.loss_waits else ()


def _investigating(row: CaseRow, department: DepartmentName, rules: Rules) -> str:
    """The department that investigates, or whose duty that is where the policy names no head of it."""
    policy = rules.of(row)
    head = department in policy.heads
    return _(DEPARTMENTS[department]) if head else _(policy.steps["investigate"].role.chinese)
