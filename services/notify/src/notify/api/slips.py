"""Internal liaison slips: post one to a department, see who has read it (000 §3.3.3)."""

from datetime import datetime
from uuid import UUID

from fastapi.routing import APIRouter
from pydantic import AwareDatetime, Field

from notify.api.roles import STAFF
from notify.domain.composer import Composer
from notify.domain.decisions import slips as decisions
from notify.domain.slip import Slip
from notify.store import Slips
from shared.contracts.vocabulary import DepartmentName
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow


class PostSlip(RequestBody):
    """A message to another department."""

    to_department: DepartmentName = Field(examples=["production"])
    text: str = Field(min_length=1, max_length=4000, examples=["请确认 SO-2026-0412 玻璃补片到厂日期"])
    acknowledge_by: AwareDatetime | None = Field(default=None, description="Absent: it needs no acknowledgement.")


class SlipView(View):
    """A slip and what became of it."""

    id: UUID
    slip_no: str = Field(examples=["LL-20261122-3f0e4a"])
    from_staff: str
    to_department: DepartmentName
    text: str
    posted_at: datetime
    acknowledge_by: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    chases: int


def routes(slips: Slips, composer: Composer) -> APIRouter:
    """For everybody in the company."""
    router = Router(readers=STAFF, tags=["slips"])

    @router.post("/slips", status_code=201, dependencies=[allow(*STAFF)])
    async def post(body: PostSlip, cause: CausedByRequest) -> SlipView:
        """Send a slip; the department's group is told."""
        id = cause.derive("slip")
        number = f"LL-{cause.at:%Y%m%d}-{id.hex[:6]}"
        policy = composer.policy_on(cause.at)
        slip = decisions.post(id, number, body.to_department, body.text, body.acknowledge_by, policy, cause)
        return _view(await slips.create(slip, cause))

    @router.get("/slips")
    async def listing(
        to_department: DepartmentName | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[SlipView]:
        """Slips, newest first."""
        where = {"to_department": to_department}
        page = await slips.rows(SlipView, where, sort="-posted_at", after=after, limit=limit)
        return Listing(items=list(page.items), next=page.next)

    @router.post("/slips/{slip_id}/acknowledge", dependencies=[allow(*STAFF)])
    async def acknowledge(slip_id: UUID, cause: CausedByRequest) -> SlipView:
        """Confirm that the department has read it."""
        return _view(await slips.apply(slip_id, lambda slip: decisions.acknowledge(slip, cause), cause))

    return router


def _view(slip: Slip) -> SlipView:
    return SlipView(**slip.model_dump(exclude={"deadlines", "policy"}))
