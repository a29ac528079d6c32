"""Which facts about money a month tells: those of its vouchers, and what was entered late about earlier ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from aftersales.domain.parts.money import Payment
from aftersales.domain.parts.supply import Expense
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.settlement import Settlement
from aftersales.store import Stores
from shared.store import Between

EnteredT = TypeVar("EnteredT", Payment, Expense)


@dataclass(frozen=True, slots=True)
class Account:
    """What a month tells of a voucher: what was entered since `since` and before `until`.

    Its cost and its charge belong to the month in which it is settled, `closed_here`.
    """

    order: ServiceOrder
    closed_here: bool
    since: datetime | None
    until: datetime | None

    def told(self, entered: Iterable[EnteredT]) -> tuple[EnteredT, ...]:
        """What the month tells of these; another export tells the others."""
        return tuple(
            each
            for each in entered
            if (self.since is None or each.entered >= self.since) and (self.until is None or each.entered < self.until)
        )


async def accounts(settlement: Settlement, stores: Stores, rules: Rules) -> tuple[Account, ...]:
    """The vouchers of a month with what was entered until they went to finance, and what came late of earlier ones.

    A month that has gone to finance tells the same ever after. What is entered later is told by the first month that
    had not gone to finance then.
    """
    own = [
        Account(await stores.service_orders.get(entry.service_order_id), True, None, entry.settled_at)
        for entry in settlement.services
    ]
    return (*own, *await _late(settlement, stores, rules))


async def _late(settlement: Settlement, stores: Stores, rules: Rules) -> tuple[Account, ...]:
    """What was entered between the handing over of the month before and of this one about what had gone to finance."""
    before = await stores.settlements.before(settlement.month)
    if before is None or before.handed_over_at is None:
        return ()
    since, until = before.handed_over_at, settlement.handed_over_at
    found = []
    async for order in stores.service_orders.each({"late_money_at": Between(since)}):
        settled_at = await _settled_at(order, stores, rules)
        if settled_at is not None:
            found.append(Account(order, False, max(since, settled_at), until))
    return tuple(found)


async def _settled_at(order: ServiceOrder, stores: Stores, rules: Rules) -> datetime | None:
    if order.closed_at is None:
        return None
    month = await stores.settlements.get(Settlement.at(order.closed_at, rules).id)
    return next((entry.settled_at for entry in month.services if entry.service_order_id == order.id), None)
