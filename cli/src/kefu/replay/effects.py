"""Whether what was told has become true: looked up where orders keeps its state, not asked of any service."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from types import TracebackType
from typing import Any, Self

from pymongo import MongoClient

from kefu.doors import Fact
from kefu.surroundings import Surroundings
from kefu.trouble import Trouble
from shared.contracts.departments import GoodsDispatched, OrderRequested, PaymentReceived, ShipmentArrived
from shared.contracts.event import Event

_PATIENCE = 180.0
"""Seconds until an effect counts as missing."""

_NAP = 0.01
"""Seconds between two looks."""

_SHOWN = ("reached", "shipment.consignments")

Order = Mapping[str, Any]
_HAPPENED: Mapping[type[Event], Callable[[Order], Any]] = {
    OrderRequested: lambda order: True,
    PaymentReceived: lambda order: "paid" in order["reached"],
    GoodsDispatched: lambda order: order["shipment"]["consignments"],
    ShipmentArrived: lambda order: "arrived" in order["reached"],
}


class Effects:
    """The orders as they are kept, for as long as the block runs."""

    def __init__(self, around: Surroundings) -> None:
        self._client = MongoClient[dict[str, Any]](around.need("MONGO_URL"), uuidRepresentation="standard")
        self._orders = self._client[around.get("ORDERS_DATABASE") or "orders"]["orders"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    async def of(self, facts: Sequence[Fact]) -> None:
        """Returns when each fact has had its effect, however often a service goes away meanwhile.

        Trouble when none of those that are left has had it for three minutes.
        """
        left, changed = list(facts), monotonic()
        while still := await asyncio.to_thread(self._without_effect, left):
            if len(still) < len(left):
                changed = monotonic()
            if monotonic() - changed > _PATIENCE:
                raise Trouble(
                    f"{len(still)} facts had no effect within {_PATIENCE:.0f} s, the first is {still[0].event.key} of "
                    f"{still[0].at.isoformat()}, id {still[0].id}; `kefu dead list` may say why"
                )
            left = still
            await asyncio.sleep(_NAP)

    def _without_effect(self, facts: Sequence[Fact]) -> list[Fact]:
        ids = list({fact.case for fact in facts})
        shown = {f"state.{name}": True for name in _SHOWN}
        known = {found["_id"]: found["state"] for found in self._orders.find({"_id": {"$in": ids}}, shown)}
        return [fact for fact in facts if not (fact.case in known and _HAPPENED[type(fact.event)](known[fact.case]))]
