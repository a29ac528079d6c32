"""Internal liaison slips: post one to a department, see who has read it (000 §3.3.3)."""

from datetime import datetime
from uuid import UUID

from fastapi.routing import APIRouter
from pydantic import Field, computed_field

from notify.composer import Composer
from notify.domain.decisions import slips as decisions
from notify.domain.lifecycle import SLIP, SlipStage
from notify.domain.roles import STAFF
from notify.domain.slip import Slip
from notify.store import Slips
from shared.contracts.event import Instant
from shared.contracts.vocabulary import DepartmentName, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, AskedBy, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.identity import Forbidden, Principal
from shared.lifecycle import Possible


class PostSlip(RequestBody):
    """A message to another department."""

    to_department: DepartmentName = Field(examples=["production"])
    to_staff: StaffId | None = Field(default=None, description="The one colleague who is meant.", examples=[None])
    text: Prose = Field(examples=["请确认 SO-2026-0412 玻璃补片到厂日期"])
    acknowledge_by: Instant | None = Field(default=None, description="Absent: it needs no acknowledgement.")


class SlipView(View):
    """A slip and what became of it."""

    id: UUID
    slip_no: str = Field(examples=["LL-20261122-3f0e4a"])
    from_staff: str
    to_department: DepartmentName
    to_staff: str | None
    text: str
    posted_at: datetime
    stage: SlipStage
    acknowledge_by: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    chases: int

    @computed_field
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided about it now, and by whom; only those whom it is meant for acknowledge it."""
        return SLIP.possible(self.stage)


def routes(slips: Slips, composer: Composer) -> APIRouter:
    """For everybody in the company."""
    router, rules = Router(readers=STAFF, tags=["slips"]), composer.rules

    @router.post("/slips", status_code=201, dependencies=[allow(*STAFF)])
    async def post(body: PostSlip, cause: CausedByRequest) -> SlipView:
        """Send a slip; the department's group is told."""
        id = cause.derive("slip")
        slip = decisions.post(id, body.to_department, body.to_staff, body.text, body.acknowledge_by, rules, cause)
        return _view(await slips.create(slip, cause))

    @router.get("/slips")
    async def list_slips(
        to_department: DepartmentName | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[SlipView]:
        """Slips, newest first."""
        where = {"to_department": to_department}
        page = await slips.rows(SlipView, where, sort="-posted_at", after=after, limit=limit)
        return Listing(items=list(page.items), next=page.next)

    @router.post("/slips/{slip_id}/acknowledge", dependencies=[allow(*SLIP.roles("acknowledge"))])
    async def acknowledge(slip_id: UUID, asker: AskedBy, cause: CausedByRequest) -> SlipView:
        """Confirm that it has been read: the colleague whom it is for, or a reader of the department's slips."""
        _must_be_meant(asker, await slips.get(slip_id), composer)
        return _view(await slips.apply(slip_id, lambda slip: decisions.acknowledge(slip, rules, cause), cause))

    @router.get("/slips/{slip_id}/clocks")
    async def show_clocks_of_slip(slip_id: UUID) -> list[ClockView]:
        """By when it has to be acknowledged, whose duty that is, and why."""
        return clocks_of(await slips.get(slip_id), rules.clocks)

    return router


def _must_be_meant(asker: Principal, slip: Slip, composer: Composer) -> None:
    readers = composer.rules.of(slip).slips.readers[slip.to_department]
    if not slip.meant_for(asker.id, asker.roles, readers):
        needed = slip.to_staff or " or ".join(readers)
        raise Forbidden(f"slip {slip.slip_no} is for {needed}; another person cannot acknowledge it")


def _view(slip: Slip) -> SlipView:
    return SlipView(**slip.model_dump(include=set(SlipView.model_fields)))
