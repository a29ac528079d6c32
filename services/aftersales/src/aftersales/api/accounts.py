"""Which facts about money a month tells: what its vouchers cost and charge, and what was entered meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from aftersales.domain.parts.money import Payment
from aftersales.domain.parts.supply import Expense
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.settlement import Settlement
from aftersales.store import Stores
from shared.store import Between

EnteredT = TypeVar("EnteredT", Payment, Expense)
_EVER = datetime(1900, 1, 1, tzinfo=UTC)
"""No moment that we take is earlier."""


@dataclass(frozen=True, slots=True)
class Window:
    """The moments at which the money was entered that a month tells: from `since` on and before `until`."""

    since: datetime
    until: datetime | None

    def told(self, entered: Iterable[EnteredT]) -> tuple[EnteredT, ...]:
        """What the month tells of these; another export tells the others."""
        return tuple(
            each for each in entered if each.entered >= self.since and (self.until is None or each.entered < self.until)
        )


@dataclass(frozen=True, slots=True)
class Account:
    """What a month tells of a voucher. Its cost and its charge belong to the month in which it ended."""

    order: ServiceOrder
    ended_here: bool
    payments: tuple[Payment, ...]
    expenses: tuple[Expense, ...]


async def accounts(settlement: Settlement, stores: Stores) -> tuple[Account, ...]:
    """The vouchers that ended in a month, and those under way or earlier ones of which money was entered meanwhile.

    Money is told once, by the month that goes to finance next after it was entered, whatever its voucher waits for
    (003 §3, §9). A month that has gone there tells the same ever after. What came in for a service after it was
    called off is told by the month's own entry.
    """
    ended = {entry.service_order_id for entry in settlement.costly}
    orders = {id: await stores.service_orders.get(id) for id in ended}
    window = await _window(settlement, stores)
    if window is not None:
        async for order in stores.service_orders.each({"money_at": Between(window.since)}):
            orders[order.id] = order
    return tuple(_account(order, order.id in ended, window) for order in orders.values())


def _account(order: ServiceOrder, ended_here: bool, window: Window | None) -> Account:
    if window is None:
        return Account(order, ended_here, (), ())
    payments = window.told(each for each in order.payments if not each.late)
    return Account(order, ended_here, payments, window.told(order.expenses))


async def _window(settlement: Settlement, stores: Stores) -> Window | None:
    """From the handing over before this one, of whichever month, to this one.

    What has been entered since the last one is told by the earliest month that waits for its own, and by no other.
    """
    months = [(each.handed_over_at, each.month) async for each in stores.settlements.each({})]
    over = sorted((at, month) for at, month in months if at is not None)
    if settlement.handed_over_at is None:
        if settlement.month != min(month for at, month in months if at is None):
            return None
        return Window(over[-1][0] if over else _EVER, None)
    this = (settlement.handed_over_at, settlement.month)
    return Window(max((at for at, month in over if (at, month) < this), default=_EVER), settlement.handed_over_at)
