"""The month's settlement with finance over HTTP."""

from typing import Self

from fastapi import APIRouter

from aftersales.api.views import deadlines
from aftersales.domain.decisions import settlement
from aftersales.domain.parts.entry import Entry
from aftersales.domain.policy.policy import Rules
from aftersales.domain.roles import READERS, SERVICE
from aftersales.domain.settlement import Settlement
from aftersales.store import Settlements
from shared.aggregate import Deadline
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Month, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import CausedByRequest, Router, View, allow


class SettlementView(View):
    """What belongs to a month, and what of it has been handed over."""

    month: Month
    policy_version: int
    entries: tuple[Entry, ...]
    handed_over_by: StaffId | None
    deadlines: tuple[Deadline, ...]

    @classmethod
    def of(cls, settled: Settlement) -> Self:
        """The month as it stands."""
        return cls(
            month=settled.month,
            policy_version=settled.policy_version,
            entries=settled.entries,
            handed_over_by=settled.handed_over_by,
            deadlines=deadlines(settled),
        )


def routes(settlements: Settlements, rules: Rules) -> APIRouter:
    """The routes under /settlements."""
    router = Router(readers=READERS, tags=["settlements"], prefix="/settlements/{month}")

    @router.get("")
    async def show_settlement(month: Month) -> SettlementView:
        """The vouchers of a month."""
        return SettlementView.of(await settlements.get(Settlement.id_of(month)))

    @router.get("/clocks")
    async def show_settlement_clocks(month: Month) -> list[ClockView]:
        """By when the month has or had to be settled, and how that came about."""
        return clocks_of(await settlements.get(Settlement.id_of(month)), rules.clocks)

    @router.post("/settle", dependencies=[allow(*SERVICE, Role.FINANCE)])
    async def settle(month: Month, cause: CausedByRequest) -> SettlementView:
        """Hand the month's vouchers and forms to finance together."""
        id = Settlement.id_of(month)
        return SettlementView.of(
            await settlements.apply(id, lambda entries: settlement.settle(entries, rules, cause), cause)
        )

    return router
