"""Fines over HTTP: what altered records cost, and who pays."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, computed_field

from intake.api import readers
from intake.domain.decisions.fine import impose, let_off
from intake.domain.fine import Fine
from intake.domain.lifecycle import FINE, FineStage
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.contracts.event import Instant, Money
from shared.contracts.tampering import RecordTampered
from shared.contracts.vocabulary import Line, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.lifecycle import Possible


class ImposeFine(RequestBody):
    """Who altered the records, and how that is known."""

    staff: StaffId = Field(examples=["cs-07"])
    reason: Prose = Field(examples=["数据库审计日志显示其于当日 21:40 直接改写了联系记录"])


class LetOff(RequestBody):
    """Why no colleague pays."""

    reason: Prose = Field(examples=["运维恢复备份所致，非人为篡改"])


class FineView(View):
    """A fine; the same in a list."""

    fine_id: UUID = Field(validation_alias="id")
    service: Line
    found_at: Instant
    amount: Money
    records: tuple[RecordTampered, ...]
    stage: FineStage
    staff: StaffId | None = Field(default=None, description="Who pays; absent until that is found out.")
    reason: Prose | None = None
    decided_by: StaffId | None = None
    decided_at: Instant | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return FINE.possible(self.stage)

    @classmethod
    def of(cls, fine: Fine) -> Self:
        return cls.model_validate(fine, from_attributes=True)


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /fines."""
    router = Router(readers=readers.FINES, tags=["records"], prefix="/fines")
    fines = stores.fines

    @router.get("")
    async def list_fines(
        stage: Annotated[FineStage | None, Query()] = None,
        staff: StaffId | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[FineView]:
        """The fines in one stage or of one colleague, the latest first."""
        where = {"stage": stage, "staff": staff}
        page = await fines.rows(FineView, where, sort="-found_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{fine_id}")
    async def show_fine(fine_id: UUID) -> FineView:
        """One fine, with the records that were altered."""
        return FineView.of(await fines.get(fine_id))

    @router.get("/{fine_id}/clocks")
    async def show_fine_clocks(fine_id: UUID) -> list[ClockView]:
        """By when it is found out who altered the records, and why."""
        return clocks_of(await fines.get(fine_id), rules.clocks)

    @router.post("/{fine_id}/impose", dependencies=[allow(*FINE.roles("impose"))])
    async def impose_fine(fine_id: UUID, body: ImposeFine, cause: CausedByRequest) -> FineView:
        """Say who altered the records and pays; not by that person."""
        imposed = await fines.apply(fine_id, lambda fine: impose(fine, body.staff, body.reason, rules, cause), cause)
        return FineView.of(imposed)

    @router.post("/{fine_id}/let-off", dependencies=[allow(*FINE.roles("let_off"))])
    async def let_off_fine(fine_id: UUID, body: LetOff, cause: CausedByRequest) -> FineView:
        """Say why no colleague pays; the GM alone, as the fine might be the director's own."""
        return FineView.of(await fines.apply(fine_id, lambda fine: let_off(fine, body.reason, rules, cause), cause))

    return router
