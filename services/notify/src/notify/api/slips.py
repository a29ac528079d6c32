"""Internal liaison slips: post one to a department, see who has read it (000 §3.3.3)."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi.routing import APIRouter
from pydantic import Field

from notify.composer import Composer
from notify.domain.decisions import slips as decisions
from notify.domain.lifecycle import SLIP, SlipStage
from notify.domain.policy.policy import Rules
from notify.domain.roles import STAFF
from notify.domain.slip import Slip, acknowledgers
from notify.store import Slips
from shared.clocks import ClockRun
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


class SlipFields(View):
    """A slip and what became of it."""

    id: UUID
    slip_no: str = Field(examples=["LL-20261122-3F0E4A"])
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


class SlipRow(SlipFields):
    """What a list reads of a slip."""

    clocks: tuple[ClockRun, ...] = ()
    policy_version: int


class SlipView(SlipFields):
    """A slip, what became of it, and what the asker sees of who may acknowledge it."""

    possible: tuple[Possible, ...] = Field(
        description="Only the colleague who is meant sees that a slip for one colleague may be acknowledged."
    )

    @classmethod
    def of(cls, slip: Slip | SlipRow, asker: Principal, rules: Rules) -> Self:
        """The slip as this colleague sees it."""
        entitled = acknowledgers(slip, asker.id, asker.roles, rules.of(slip).slips)
        return cls(
            possible=SLIP.possible(
                slip.stage, {"acknowledge": entitled}, another_than={"acknowledge": (slip.from_staff,)}
            ),
            **{name: getattr(slip, name) for name in SlipFields.model_fields},
        )


def routes(slips: Slips, composer: Composer) -> APIRouter:
    """For everybody in the company."""
    router, rules = Router(readers=STAFF, tags=["slips"]), composer.rules

    @router.post("/slips", status_code=201, dependencies=[allow(*STAFF)])
    async def post(body: PostSlip, asker: AskedBy, cause: CausedByRequest) -> SlipView:
        """Send a slip; the department's group is told."""
        id = cause.derive("slip")
        if made := await slips.made(cause, id):
            return SlipView.of(made, asker, rules)
        slip = decisions.post(id, body.to_department, body.to_staff, body.text, body.acknowledge_by, rules, cause)
        return SlipView.of(await slips.create(slip, cause), asker, rules)

    @router.get("/slips")
    async def list_slips(
        asker: AskedBy, to_department: DepartmentName | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[SlipView]:
        """Slips, newest first."""
        where = {"to_department": to_department}
        page = await slips.rows(SlipRow, where, sort="-posted_at", after=after, limit=limit)
        return Listing(items=[SlipView.of(row, asker, rules) for row in page.items], next=page.next)

    @router.post("/slips/{slip_id}/acknowledge", dependencies=[allow(*SLIP.roles("acknowledge"))])
    async def acknowledge(slip_id: UUID, asker: AskedBy, cause: CausedByRequest) -> SlipView:
        """Confirm that it has been read: the colleague whom it is for, or a reader of the department's slips."""
        _must_be_meant(asker, await slips.get(slip_id), rules)
        read = await slips.apply(slip_id, lambda slip: decisions.acknowledge(slip, rules, cause), cause)
        return SlipView.of(read, asker, rules)

    @router.get("/slips/{slip_id}/clocks")
    async def show_clocks_of_slip(slip_id: UUID) -> list[ClockView]:
        """By when it has to be acknowledged, whose duty that is, and why."""
        return clocks_of(await slips.get(slip_id), rules.clocks)

    return router


def _must_be_meant(asker: Principal, slip: Slip, rules: Rules) -> None:
    rule = rules.of(slip).slips
    if not asker.roles & set(acknowledgers(slip, asker.id, asker.roles, rule)):
        needed = slip.to_staff or " or ".join(rule.readers[slip.to_department])
        raise Forbidden(f"slip {slip.slip_no} is for {needed}; another person cannot acknowledge it")
