"""How an order ends before it is done: who may cancel it depends on how far it has come, and no debt goes with it."""

from datetime import date
from decimal import Decimal

import pytest
from order_rules import RULES
from orders_as_read import cancel, decline_cancelling, review, sign

from orders.domain.account import account_id_of
from orders.domain.decisions.cancellation import ask_to_cancel
from orders.domain.decisions.contract import amend
from orders.domain.decisions.ledger import credit, refund
from orders.domain.parts.contract import Draft
from orders.domain.route import CANCELLED, CLOSED, every_route
from orders.domain.standing import lessened_by, possible
from shared.aggregate import Overstepped, Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.event import Money, PreciseDate
from tests.unit.orders.conftest import CUSTOMER
from tests.unit.orders.test_gates import at, cause, standing

STAGES = [(route.name, stage.name) for route in every_route() for stage in route.stages]
ENDS = [(route.name, end) for route in every_route() for end in (CLOSED, CANCELLED)]
HEADS = {"cs_supervisor", "cs_section_chief", "cs_manager", "cs_director"}
FREE = {"cs_specialist", "account_manager", "regional_head", *HEADS}
MADE = {"breakdown", "breakdown_review", "sample", "production", "inspection", "shipping"}
GONE = {"transport", "installation", "acceptance", "balance"}
ROLES = sorted({*FREE, "sales_vp", "plant_manager", "finance"})


def entitled(route, stage):
    """Who may cancel an order that has come so far."""
    if stage in GONE | {CLOSED, CANCELLED}:
        return set()
    if stage in {"review", "signing", "payment"}:
        return FREE
    return {"cs_director", "sales_vp"} if stage in MADE and route != "stock" else HEADS


def refusal(decide, *args):
    """The code with which a decision is refused; nothing when it is taken."""
    try:
        decide(*args)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(("route", "stage"), STAGES + ENDS)
def test_who_may_cancel_depends_on_how_far_the_order_has_come(route, stage):
    order = standing(route, stage)
    codes = {role: refusal(cancel, order, "取消", None, RULES, cause(role, at=at(order))) for role in ROLES}
    if stage in (CLOSED, CANCELLED):
        assert set(codes.values()) == {"illegal_transition"}
    elif stage in GONE:
        assert set(codes.values()) == {"delivered"}
    else:
        assert codes == {role: None if role in entitled(route, stage) else "not_authorised" for role in ROLES}


@pytest.mark.parametrize(("route", "stage"), STAGES + ENDS)
def test_what_is_offered_says_who_may_cancel(route, stage):
    order = standing(route, stage)
    offered = {each.decision: set(each.roles) for each in possible(order, RULES.of(order))}
    assert offered.get("cancel", set()) == entitled(route, stage)


@pytest.mark.parametrize(("kind", "stage"), [each for each in STAGES if each[0] != "stock" and each[1] not in GONE])
async def test_an_order_that_is_cancelled_stops_its_clocks_and_tells_all_who_work_on_it(company, kind, stage):
    await company.place(kind)
    await company.run_to(stage)
    await company.decide(cancel, "客户项目取消", None)

    order = await company.order()
    (cancelled,) = company.announced(said.OrderCancelled)
    assert (cancelled.stage, cancelled.reason, cancelled.by) == (stage, "客户项目取消", "cs_director-1")
    assert (order.stage, order.deadlines, order.running) == ("cancelled", (), ())
    assert "open" not in {promise.stage for promise in order.promises.given}


async def test_a_delivered_order_is_credited_and_only_then_ended_and_its_debt_stays_until_then(company):
    await company.place()
    await company.run_to("installation")
    account = account_id_of(CUSTOMER)
    with pytest.raises(Refused) as refused:
        await company.decide(cancel, "客户退货", None)
    assert refused.value.code == "delivered"
    assert (await company.stores.accounts.get(account)).balance == Money(amount=Decimal("70000.00"))

    await company.decide(credit, Money(amount=Decimal("99999.99")), "退回全部隔断，留一块玻璃")
    with pytest.raises(Refused):
        await company.decide(cancel, "客户退货", None)
    await company.decide(credit, Money(amount=Decimal("0.01")), "玻璃免收")
    await company.decide(cancel, "客户退货", None)
    order = await company.order()
    assert (order.stage, [entry.kind for entry in order.receivable.entries]) == (
        "cancelled",
        ["invoice", "payment", "credit", "credit"],
    )
    await company.decide(refund, Money(amount=Decimal("30000.00")), "退货退款", role="sales_vp")
    assert (await company.stores.accounts.get(account)).balance == Money(amount=Decimal("0.00"))


async def test_goods_that_left_before_the_contract_keep_the_order_from_being_cancelled(company):
    await company.place()
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    with pytest.raises(Refused) as refused:
        await company.decide(cancel, "客户取消", None)
    assert refused.value.code == "delivered"


async def test_a_change_that_is_terminated_does_not_cancel_an_order_that_the_reviewer_may_not_cancel(ask, company):
    await company.place()
    await company.run_to("production")
    path = f"/orders/{(await company.order()).id}"
    assert (await ask("account_manager", "POST", f"{path}/amend", {"changes": ["改期"]})).status_code == 200
    answer = await ask("cs_specialist", "POST", f"{path}/review", {"revision": 2, "outcome": "terminate"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_authorised")
    assert (await company.order()).stage == "production"


async def test_money_that_came_in_may_be_paid_back_but_no_more(company):
    await company.place()
    await company.release()
    await company.decide(ask_to_cancel, "客户项目取消", role="account_manager")
    with pytest.raises(Refused) as refused:
        await company.decide(cancel, "取消", Money(amount=Decimal("30000.01")))
    await company.decide(cancel, "取消", Money(amount=Decimal("30000.00")))
    assert refused.value.code == "refund_too_high"
    assert company.announced(said.OrderCancelled)[0].refund == Money(amount=Decimal("30000.00"))


@pytest.mark.parametrize("wished_by", [None, "cs_director-1", "CS_DIRECTOR-1"])
async def test_no_money_goes_back_with_an_order_on_the_word_of_one_person(company, wished_by):
    await company.place()
    await company.release()
    if wished_by:
        await company.decide(ask_to_cancel, "客户项目取消", by=wished_by)
    before, told = await company.order(), company.published

    with pytest.raises(Overstepped) as alone:
        await company.decide(cancel, "取消", Money(amount=Decimal("30000.00")))
    assert (alone.value.code, await company.order(), company.published) == ("four_eyes", before, told)

    await company.decide(cancel, "取消", None)
    with pytest.raises(Overstepped) as own:
        await company.decide(refund, Money(amount=Decimal("30000.00")), "退首期款")
    assert own.value.code == "four_eyes"


async def test_who_approves_a_lower_price_does_not_pay_the_money_back(company):
    await company.place()
    await company.run_to("closed")
    order = await company.order()
    lower = order.receivable.entries[-1].but(
        number=99, kind="amendment", amount=Money(amount=Decimal("-500.00")), by="multi-1"
    )
    entries = (*order.receivable.entries, lower)
    assert lessened_by(order.but(receivable=order.receivable.but(entries=entries))) == ("multi-1",)
    dearer = lower.but(amount=Money(amount=Decimal("500.00")))
    entries = (*order.receivable.entries, dearer)
    assert lessened_by(order.but(receivable=order.receivable.but(entries=entries))) == ()


LOWER = Draft(revision=0, changes=("降价",), total=Money(amount=Decimal("20000.00")))


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("spelling", ["vp-1", "VP-1"])
async def test_who_prepares_a_lower_price_does_not_pay_the_money_back_whoever_approved_it(company, signed, spelling):
    await company.place()
    await (company.sign_contract() if signed else company.approve())
    await company.pay("initial", "30000.00")
    await company.decide(amend, LOWER, role="regional_head", by="vp-1")
    await company.decide(review, "approved", (), by="reviewer-1")
    if not signed:
        await company.decide(sign, PreciseDate(on=date(2026, 9, 30)), "签订销售合同")
    before = await company.order()
    assert before.receivable.spare("CNY") == Decimal("10000.00")

    for by in (spelling, "reviewer-1"):
        with pytest.raises(Overstepped) as own:
            await company.decide(refund, Money(amount=Decimal("10000.00")), "多收", role="sales_vp", by=by)
        assert (own.value.code, await company.order()) == ("four_eyes", before)

    await company.decide(refund, Money(amount=Decimal("10000.00")), "多收", role="sales_vp", by="vp-2")
    assert (await company.order()).receivable.spare("CNY") == Decimal()


async def test_who_prepares_a_higher_price_may_pay_back_what_came_in_beyond_it(company):
    await company.place()
    await company.sign_contract()
    await company.pay("initial", "130000.00")
    dearer = LOWER.but(total=Money(amount=Decimal("120000.00")))
    await company.decide(amend, dearer, role="regional_head", by="vp-1")
    await company.decide(review, "approved", (), by="reviewer-1")
    assert lessened_by(await company.order()) == ()
    await company.decide(refund, Money(amount=Decimal("10000.00")), "多收", role="sales_vp", by="vp-1")


@pytest.mark.parametrize("spelling", ["vp-1", "VP-1", "ｖｐ-1"])
async def test_who_credits_a_customer_does_not_pay_the_money_back(company, spelling):
    await company.place()
    await company.run_to("closed")
    await company.decide(credit, Money(amount=Decimal("500.00")), "补偿", role="sales_vp", by="vp-1")
    before = await company.order()

    with pytest.raises(Overstepped) as own:
        await company.decide(refund, Money(amount=Decimal("500.00")), "退款", role="sales_vp", by=spelling)
    assert (own.value.code, await company.order()) == ("four_eyes", before)

    await company.decide(refund, Money(amount=Decimal("500.00")), "退款", role="cs_director")
    entries = (await company.order()).receivable.entries[-2:]
    assert [(entry.kind, entry.by) for entry in entries] == [("credit", "vp-1"), ("refund", "cs_director-1")]


async def test_one_who_may_cancel_but_not_pay_back_does_not_pay_back_by_cancelling(company):
    await company.place()
    await company.pay("initial", "30000.00")
    with pytest.raises(Overstepped) as refused:
        await company.decide(cancel, "取消", Money(amount=Decimal("30000.00")), role="cs_supervisor")
    assert refused.value.code == "not_authorised"


async def test_an_order_that_has_ended_cannot_end_again(company):
    await company.place()
    await company.decide(cancel, "取消", None)
    with pytest.raises(Refused) as refused:
        await company.decide(cancel, "取消", None)
    assert refused.value.code == "illegal_transition"


async def test_sales_may_take_an_order_back_once_while_nothing_is_signed(company):
    await company.place()
    await company.fact(facts.OrderWithdrawn, reason="客户项目取消")
    await company.fact(facts.OrderWithdrawn, reason="客户项目取消")
    (cancelled,) = company.announced(said.OrderCancelled)
    assert (cancelled.reason, cancelled.by) == ("客户项目取消", "sales")


@pytest.mark.parametrize(
    ("stage", "whose"), [("plan", "cs_supervisor"), ("production", "cs_director"), ("installation", "cs_director")]
)
async def test_what_sales_takes_back_later_is_a_duty_to_decide_of_the_role_that_may(company, stage, whose):
    await company.place()
    await company.run_to(stage)
    await company.fact(facts.OrderWithdrawn, reason="客户项目取消")
    await company.fact(facts.OrderWithdrawn, reason="客户项目取消")
    order = await company.order()
    assert (order.stage, len(order.cancelling_requests)) == (stage, 1)
    run = order.clock("cancellation")
    assert run is not None
    assert run.clock.role == whose


async def test_a_wish_to_cancel_is_decided_once_and_the_duty_ends_with_it(company):
    await company.place()
    await company.run_to("production")
    await company.decide(ask_to_cancel, "客户资金紧张", role="account_manager")
    assert refusal(ask_to_cancel, await company.order(), "再问", RULES, company.cause()) == "asked_already"
    with pytest.raises(Overstepped):
        await company.decide(decline_cancelling, "不同意", role="cs_supervisor")
    await company.decide(decline_cancelling, "已协商继续")
    order = await company.order()
    (request,) = order.cancelling_requests
    assert (order.clock("cancellation"), request.by, request.declined_by, request.declined_why) == (
        None,
        "account_manager-1",
        "cs_director-1",
        "已协商继续",
    )
    assert refusal(decline_cancelling, order, "再拒", RULES, company.cause()) == "not_asked"

    await company.decide(ask_to_cancel, "客户坚持", role="account_manager")
    await company.decide(cancel, "客户坚持取消", None)
    met = [each for each in company.announced(said.DeadlineMetByOrders) if each.kind == "cancellation"]
    assert [each.outcome for each in met] == ["in_time", "in_time"]


async def test_what_is_wrong_with_a_cancelled_order_is_wrong_no_more_but_its_money_is_still_looked_into(company):
    await company.place()
    await company.release()
    await company.fact(facts.MaterialProblemReported, kind="supply", detail="断货")
    await company.pay("initial", "500.00", "USD")
    await company.decide(cancel, "取消", None)
    listed = [each async for each in company.stores.exceptions.each({"order_no": company.order_no})]
    assert {each.kind: (each.stage, each.resolution) for each in listed} == {
        "supply": ("resolved", "订单已取消"),
        "payment": ("open", None),
    }
