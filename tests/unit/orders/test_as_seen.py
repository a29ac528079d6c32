"""What is approved, signed, judged or ended is named as it was seen; what is another by now is refused and shown."""

from datetime import timedelta

import pytest
from orders_as_read import sign_notice

from orders.domain.decisions.cancellation import ask_to_cancel, cancel, decline_cancelling
from orders.domain.decisions.contract import amend, use_seal
from orders.domain.decisions.notice import approve_notice, prepare_notice, review_notice
from orders.domain.decisions.production import inspect, judge_sample
from orders.domain.parts.contract import Draft
from orders.domain.parts.notice import Notice
from shared.aggregate import Refused
from shared.contracts import departments as facts
from shared.contracts.vocabulary import order_id_of

CHANGE = Draft(revision=0, changes=("尾款改为安装后七天",))
PARTS = [{"part_no": "A", "quantity": 1, "source": "make"}]


async def refused(company, decision, *given, role):
    """How a decision is refused that names what stands no more; nothing of the order changes by it."""
    before, told = await company.order(), company.published
    with pytest.raises(Refused) as no:
        await company.decide(decision, *given, role=role)
    assert (await company.order(), company.published) == (before, told)
    return no.value.code, no.value.detail


@pytest.mark.parametrize(
    ("signed", "decision", "role"),
    [
        ((), prepare_notice, "cs_specialist"),
        (("prepared",), review_notice, "cs_supervisor"),
        (("prepared", "reviewed"), approve_notice, "cs_director"),
    ],
)
async def test_a_notice_is_signed_with_the_contract_that_was_read(company, signed, decision, role):
    await company.place()
    await company.run_to("release")
    for name in signed:
        await company.decide(sign_notice, name, role="cs_supervisor", by=name)
    assert await refused(company, decision, 2, role=role) == (
        "contract_changed",
        "revision 1 stands by now; read it and name that one",
    )


async def test_a_change_of_the_contract_asks_for_all_signatures_of_its_notice_anew(company):
    await company.place()
    await company.run_to("release")
    for name in ("prepared", "reviewed"):
        await company.decide(sign_notice, name, role="cs_supervisor", by=name)
    await company.decide(amend, CHANGE, role="account_manager")
    order = await company.order()
    assert (order.notice, [run.of for run in order.running if run.clock.name == "sign_notice"]) == (
        Notice(),
        ["prepared"],
    )
    assert (await refused(company, approve_notice, 2, role="cs_director"))[0] == "notice_not_prepared"

    await company.approve()
    for name in ("prepared", "reviewed", "approved"):
        await company.decide(sign_notice, name, role="cs_supervisor", by=name)
    assert (await company.order()).stage == "plan"


async def test_a_notice_that_has_left_keeps_its_signatures_when_the_contract_changes(company):
    await company.place()
    await company.release()
    left = (await company.order()).notice
    await company.decide(amend, CHANGE, role="account_manager")
    assert (await company.order()).notice == left


async def test_the_seal_is_used_on_the_revision_that_was_read(company):
    await company.place()
    await company.sign_contract()
    await company.decide(amend, CHANGE, role="account_manager")
    assert await refused(company, use_seal, 1, "补充协议盖章", role="cs_supervisor") == (
        "contract_changed",
        "revision 2 stands by now; read it and name that one",
    )


async def test_an_order_is_ended_in_the_stage_in_which_it_was_seen(company):
    await company.place()
    await company.run_to("signing")
    assert await refused(company, cancel, "review", "客户项目取消", None, role="cs_director") == (
        "order_changed",
        "the order is in signing by now; look at it again and name that stage",
    )


async def test_the_wish_that_was_read_is_declined_and_no_later_one(company):
    await company.place()
    await company.decide(ask_to_cancel, "客户资金紧张", role="account_manager")
    await company.decide(decline_cancelling, 1, "已与客户协商", role="cs_director")
    await company.decide(ask_to_cancel, "客户项目取消", role="account_manager")
    assert await refused(company, decline_cancelling, 1, "已与客户协商", role="cs_director") == (
        "wish_changed",
        "wish 2 waits by now: 客户项目取消; read it and name that one",
    )


async def test_another_sample_of_the_same_number_is_not_judged_by_the_word_on_the_first_one(company):
    await company.place("custom")
    await company.run_to("sample")
    await company.fact(facts.SampleMade, sample_no="DY-1")
    await company.fact(facts.BreakdownCompleted, parts=PARTS)
    assert await refused(company, judge_sample, "DY-1", 1, "confirmed", "", role="design_director") == (
        "breakdown_changed",
        "breakdown 2 stands by now; read it and name that one",
    )


async def test_goods_that_were_made_again_are_not_passed_by_a_look_at_the_first_ones(company):
    await company.place("custom")
    await company.run_to("inspection")
    first = (await company.order()).produced_at
    company.later(hours=1)
    await company.fact(facts.GoodsInspected, inspector="d-4", outcome="failed")
    company.later(days=1)
    await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=24)
    assert await refused(company, inspect, first, True, (), (), role="design_director") == (
        "goods_changed",
        f"goods were made again by {company.now}; look at them and name that moment",
    )


async def test_over_http_a_refusal_of_what_was_seen_is_a_conflict_that_shows_what_is_now(company, ask):
    await company.place("custom")
    await company.run_to("inspection")
    order = await company.order()
    path = f"/orders/{order_id_of(company.order_no)}"
    shown = (await ask("design_director", "GET", path)).json()
    before = (order.produced_at - timedelta(days=1)).isoformat()
    answer = await ask("design_director", "POST", f"{path}/inspect", {"produced_at": before, "outcome": "passed"})
    assert (answer.status_code, answer.json()["code"]) == (409, "goods_changed")
    assert str(order.produced_at) in answer.json()["detail"]

    passed = {"produced_at": shown["produced_at"], "outcome": "passed"}
    assert (await ask("design_director", "POST", f"{path}/inspect", passed)).json()["stage"] == "shipping"
