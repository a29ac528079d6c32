"""The month's settlement with finance over HTTP."""

from typing import Self

from fastapi import APIRouter

from aftersales.api.roles import READERS, SERVICE
from aftersales.domain.settlement import Entry, Settlement
from aftersales.store import Records
from shared.aggregate import Deadline
from shared.contracts.event import Part
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Month, StaffId
from shared.http import CausedByRequest, Router, allow


class SettlementView(Part):
    """What belongs to a month, and what of it has been handed over."""

    month: Month
    entries: tuple[Entry, ...]
    handed_over_by: StaffId | None
    deadlines: tuple[Deadline, ...]

    @classmethod
    def of(cls, settlement: Settlement) -> Self:
        """The month as it stands."""
        return cls.model_validate(settlement.model_dump(include=set(cls.model_fields)))


def routes(records: Records) -> APIRouter:
    """The routes under /settlements."""
    router = Router(readers=READERS, tags=["settlements"], prefix="/settlements/{month}")
    settlements = records.settlements

    @router.get("")
    async def show(month: Month) -> SettlementView:
        """The vouchers of a month."""
        return SettlementView.of(await settlements.get(Settlement.id_of(month)))

    @router.post("/settle", dependencies=[allow(*SERVICE, Role.FINANCE)])
    async def settle(month: Month, cause: CausedByRequest) -> SettlementView:
        """Hand the month's vouchers and forms to finance together."""
        return SettlementView.of(
            await settlements.apply(
                Settlement.id_of(month), lambda settlement: settlement.settle(cause.actor.id, cause.at), cause
            )
        )

    return router
