"""An order may end in every stage."""

from decimal import Decimal

import pytest

from orders.domain.decisions.cancellation import cancel
from orders.domain.route import ROUTES
from shared.aggregate import Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.event import Money

STAGES = [(route.name, stage.name) for route in ROUTES.values() for stage in route.stages if route.name != "stock"]


@pytest.mark.parametrize(("kind", "stage"), STAGES)
async def test_an_order_cancelled_in_any_stage_stops_its_clocks_and_tells_everybody(company, kind, stage):
    await company.place(kind)
    await company.run_to(stage)
    await company.decide(cancel, "客户项目取消", None)

    order = await company.order()
    (cancelled,) = company.announced(said.OrderCancelled)
    assert (cancelled.stage, cancelled.reason, cancelled.by) == (stage, "客户项目取消", "cs_director-1")
    assert (order.stage, order.deadlines) == ("cancelled", ())
    assert "open" not in {promise.state for promise in order.promises.given}


async def test_money_that_came_in_may_be_paid_back_but_no_more(company):
    await company.place()
    await company.release()
    with pytest.raises(Refused) as refused:
        await company.decide(cancel, "取消", Money(amount=Decimal("30000.01")))
    await company.decide(cancel, "取消", Money(amount=Decimal("30000.00")))
    assert refused.value.code == "refund_too_high"
    assert company.announced(said.OrderCancelled)[0].refund == Money(amount=Decimal("30000.00"))


async def test_an_order_that_has_ended_cannot_end_again(company):
    await company.place()
    await company.decide(cancel, "取消", None)
    with pytest.raises(Refused) as refused:
        await company.decide(cancel, "取消", None)
    assert refused.value.code == "order_ended"


async def test_sales_may_take_an_order_back_once(company):
    await company.place()
    await company.fact(facts.OrderWithdrawn, reason="客户项目取消")
    await company.fact(facts.OrderWithdrawn, reason="客户项目取消")
    (cancelled,) = company.announced(said.OrderCancelled)
    assert (cancelled.reason, cancelled.by) == ("客户项目取消", "sales")
