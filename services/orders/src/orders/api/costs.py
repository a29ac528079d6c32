"""What may be asked about costs of sales and wages."""

from datetime import date, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from orders.api.readers import COSTS, WAGES
from orders.api.sheets import written
from orders.api.statistics import As
from orders.api.views import CostView
from orders.domain.decisions.cost import enter_cost, withdraw_cost
from orders.domain.figures.statistics import earned
from orders.domain.figures.wages import wages
from orders.domain.lifecycle import COST
from orders.domain.parts.spending import CostKind, Spending
from orders.domain.policy.policy import Rules
from orders.store import SalesCosts, Stores
from shared.aggregate import Refused
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line, OrderNo, PaidAmount, Prose, StaffId
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow, made_once, must_be_period
from shared.store import Between


class EnterCost(RequestBody):
    """What selling took, when and for what (004 四5)."""

    kind: CostKind = Field(examples=["travel"])
    amount: PaidAmount = Field(examples=[{"amount": "860.00"}])
    spent_on: date = Field(examples=["2026-09-28"])
    salesman: StaffId | None = Field(default=None, examples=["am-03"])
    region: Line | None = Field(default=None, examples=["华南"])
    order_no: OrderNo | None = Field(default=None, examples=["SO-2026-0412"])
    note: Prose | None = Field(default=None, examples=["佛山工地量尺往返"])


class WithdrawCost(RequestBody):
    """Why the entry does not count."""

    reason: Prose = Field(examples=["重复录入"])


def routes(stores: Stores, rules: Rules) -> tuple[APIRouter, ...]:
    """Costs are entered, withdrawn and listed; wages are computed and exported."""
    return _costs(stores.costs, rules), _wages(stores, rules)


def _costs(costs: SalesCosts, rules: Rules) -> APIRouter:
    router = Router(readers=COSTS, tags=["costs"])

    @router.post("/costs", dependencies=[allow(Role.STATISTICS_CLERK, Role.FINANCE)])
    @made_once(costs, "cost", CostView.of)
    async def enter_cost_of_sales(body: EnterCost, cause: CausedByRequest) -> CostView:
        """Enter what selling took."""
        spending = Spending(
            kind=body.kind,
            amount=body.amount,
            salesman=body.salesman,
            region=body.region,
            order_no=body.order_no,
            note=body.note,
        )
        return CostView.of(await costs.create(enter_cost(spending, body.spent_on, rules, cause), cause))

    @router.post("/costs/{cost_id}/withdraw", dependencies=[allow(*COST.roles("withdraw"))])
    async def withdraw_cost_of_sales(cost_id: UUID, body: WithdrawCost, cause: CausedByRequest) -> CostView:
        """Take a wrong entry back."""
        return CostView.of(await costs.apply(cost_id, lambda cost: withdraw_cost(cost, body.reason, cause), cause))

    @router.get("/costs")
    async def list_costs(
        begin: Annotated[date, Query(description="Spent on this day or later.")],
        end: Annotated[date, Query(description="Spent before this day.")],
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[CostView]:
        """Entries by the day on which the money was spent, withdrawn ones too."""
        page = await costs.rows(CostView, {"spent_on": Between(begin, end)}, sort="spent_on", after=after, limit=limit)
        return Listing.of(page)

    return router


def _wages(stores: Stores, rules: Rules) -> APIRouter:
    router = Router(readers=WAGES, tags=["costs"])

    @router.get("/wages", response_class=Response)
    async def compute_wages(
        begin: Annotated[date, Query(description="The first day of a month.")],
        end: Annotated[date, Query(description="The first day of a later month, which does not count.")],
        form: As = "json",
    ) -> Response:
        """Base and commission of each salesman for some months, by the policy in force at their end (004 四6)."""
        must_be_period(begin, end)
        if (begin.day, end.day) != (1, 1):
            raise Refused("wages are computed for whole months; begin and end with the first of one", "no_whole_month")
        paid = stores.orders.paid_since(rules.calendar.moment(begin, time()))
        received = await earned(paid, begin, end, rules.calendar)
        policy = rules.on(rules.calendar.moment(end, time()))
        return written(wages(received, policy.wages, begin, end), form, f"wages-{begin}-{end}")

    return router
