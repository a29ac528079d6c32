"""The warranty passport of a contract over HTTP."""

from datetime import date
from typing import Self

from fastapi import APIRouter, Request

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.policy.policy import Rule, Rules
from aftersales.domain.roles import READERS
from aftersales.domain.warranty import Finding, assess
from aftersales.store import CoveredOrders
from shared.aggregate import NotFound
from shared.contracts.aftersales import Verdict
from shared.contracts.event import PreciseDate
from shared.contracts.vocabulary import ContractNo, CustomerId, OrderNo
from shared.http import Router, View


class Passport(View):
    """What a contract's warranty is today, with the steps of the explanation: the same words for everybody."""

    contract_no: ContractNo
    order_no: OrderNo
    customer_id: CustomerId | None
    accepted_on: date | None
    as_of: date
    rule: Rule
    begins: PreciseDate | None
    expires_on: date | None
    days_left: int | None
    verdict: Verdict
    explanation: tuple[str, ...]

    @classmethod
    def of(cls, contract_no: ContractNo, order: CoveredOrder, as_of: date, found: Finding) -> Self:
        """The passport as of a day."""
        return cls(
            contract_no=contract_no,
            order_no=order.order_no,
            customer_id=order.customer_id,
            accepted_on=order.accepted_on,
            as_of=as_of,
            **{name: getattr(found, name) for name in Finding.model_fields},
        )


def routes(orders: CoveredOrders, rules: Rules) -> APIRouter:
    """The route under /warranties."""
    router = Router(readers=READERS, tags=["warranty"], prefix="/warranties")

    @router.get("/{contract_no}")
    async def show_passport(request: Request, contract_no: ContractNo, as_of: date | None = None) -> Passport:
        """A contract's warranty passport, today or as of another day; nothing is recorded or announced."""
        order = await orders.known(None, contract_no)
        if order is None:
            raise NotFound("contract", contract_no)
        now = request.app.state.clock.now()
        day = as_of or rules.day(now)
        return Passport.of(contract_no, order, day, assess(rules.on(now).warranty, order.covered, day))

    return router
