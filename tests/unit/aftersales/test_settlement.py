"""Before the 30th, in February by the last day, the month's vouchers go to finance together."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import get_args
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersales.domain.decisions.settlement import add, publish_statistics, settle
from aftersales.domain.lifecycle import SETTLEMENT, SettlementDecision
from aftersales.domain.settlement import NothingToSettle, Settlement
from aftersales.settings import Settings
from aftersales.timers import timers
from shared.aggregate import LARGEST_AMOUNT, Change, Refused
from shared.calendar import CHINA, Calendar
from shared.contracts.aftersales import (
    DeadlineApproachingAtAftersales,
    DeadlineMetByAftersales,
    DeadlineMissedByAftersales,
    DeadlineSetByAftersales,
    MonthlyAftersalesSettled,
    ServiceOrderClosed,
)
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.testing import cause, deliver, fire, nowhere

RULES = nowhere(Settings).rules(Calendar())
FINANCE = Actor(kind="staff", id="finance-01", role="finance")
MONTH = datetime(2026, 11, 3, 4, 0, tzinfo=UTC)
NOW = cause(MONTH, actor=FINANCE)


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, 0, tzinfo=UTC)


def closed(voucher_no: str, at: datetime, *, cost: str | None = None, charged: str | None = None) -> ServiceOrderClosed:
    return ServiceOrderClosed(
        service_order_id=uuid4(),
        voucher_no=voucher_no,
        type="C",
        closed_at=at,
        result="已处理",
        closed_by="cs-07",
        cost=yuan(cost) if cost else None,
        charged=yuan(charged) if charged else None,
    )


@pytest.mark.requirement("R079.a")
@pytest.mark.parametrize(
    ("closed_at", "month", "last_day"),
    [
        (noon(2026, 11, 1), "2026-11", date(2026, 11, 30)),
        (noon(2026, 11, 30), "2026-11", date(2026, 11, 30)),
        (noon(2026, 12, 30), "2026-12", date(2026, 12, 30)),
        (noon(2026, 12, 31), "2027-01", date(2027, 1, 30)),
        (noon(2027, 1, 31), "2027-02", date(2027, 2, 28)),
        (noon(2027, 2, 28), "2027-02", date(2027, 2, 28)),
        (noon(2028, 2, 29), "2028-02", date(2028, 2, 29)),
        (noon(2027, 3, 1), "2027-03", date(2027, 3, 30)),
    ],
)
def test_what_is_closed_is_settled_by_the_30th_and_in_february_by_the_last_day(closed_at, month, last_day):
    settlement = Settlement.at(closed_at, RULES)

    change = add(settlement, closed("FW-1", closed_at), False, RULES, cause(closed_at))

    assert settlement.month == month
    assert change.state.clock("settlement").due_at == CHINA.moment(last_day)


@pytest.mark.requirement("R079.a")
@given(st.timedeltas(timedelta(), timedelta(days=16 * 365)).map(lambda later: noon(2020, 1, 1) + later))
def test_whenever_something_is_closed_the_next_30th_or_last_of_february_settles_it(closed_at):
    settlement = Settlement.at(closed_at, RULES)
    today = CHINA.day(closed_at)
    days = (today + timedelta(days=ahead) for ahead in range(32))
    last_day = next(day for day in days if day.day == 30 or (day + timedelta(days=1)).strftime("%d %m") == "01 03")

    (run,) = add(settlement, closed("FW-1", closed_at), False, RULES, cause(closed_at)).state.running

    assert (settlement.month, run.due_at) == (f"{last_day:%Y-%m}", CHINA.moment(last_day))


@pytest.mark.requirement("R079.a")
async def test_vouchers_go_to_finance_together_with_what_was_free_and_what_was_charged(on, stores):
    begin, later = noon(2026, 11, 3), noon(2026, 11, 9)
    (begun,) = await deliver(on, closed("FW-1", begin, cost="200.00"), at=begin)
    assert await deliver(on, closed("FW-2", later, cost="150.00", charged="300.00"), at=later) == ()
    assert await deliver(on, closed("FW-D", later), at=later) == ()
    id, handing_over = Settlement.id_of("2026-11"), cause(noon(2026, 11, 29), actor=FINANCE)

    await stores.settlements.apply(id, lambda each: settle(each, each.handover, RULES, handing_over), handing_over)

    assert (type(begun), begun.kind, begun.about) == (DeadlineSetByAftersales, "settlement", "2026-11")
    settled = await stores.settlements.get(id)
    assert [(each.voucher_no, each.settled_at) for each in settled.entries] == [
        (voucher, noon(2026, 11, 29)) for voucher in ("FW-1", "FW-2", "FW-D")
    ]
    assert await fire(timers(stores, RULES), until=noon(2026, 12, 31)) == ()


def test_what_is_handed_over_is_totalled_once_and_what_comes_later_is_handed_over_once_more():
    first, second, late = (
        closed("FW-1", noon(2026, 11, 3), cost="200.00"),
        closed("FW-2", noon(2026, 11, 9), cost="150.00", charged="300.00"),
        closed("FW-3", noon(2026, 11, 29), cost="10.00"),
    )
    month = Settlement.at(noon(2026, 11, 3), RULES)
    for each in (first, second, first):
        month = add(month, each, False, RULES, cause(each.closed_at)).state

    settled = settle(month, month.handover, RULES, cause(noon(2026, 11, 28), actor=FINANCE))
    more = add(settled.state, late, False, RULES, cause(late.closed_at)).state
    again = settle(more, more.handover, RULES, cause(noon(2026, 11, 30), actor=FINANCE))

    assert settled.events[:-1] == (
        MonthlyAftersalesSettled(
            month="2026-11",
            voucher_nos=("FW-1", "FW-2"),
            free_total=yuan("200.00"),
            paid_total=yuan("300.00"),
            handed_over_at=noon(2026, 11, 28),
        ),
    )
    assert [type(settled.events[-1]), settled.events[-1].outcome] == [DeadlineMetByAftersales, "in_time"]
    assert (again.events[0].voucher_nos, again.events[0].free_total) == (("FW-3",), yuan("10.00"))
    with pytest.raises(Refused) as refused:
        settle(again.state, again.state.handover, RULES, cause(noon(2026, 11, 30), actor=FINANCE))
    assert refused.value.code == "nothing_to_settle"


def test_a_month_whose_vouchers_come_to_more_than_an_amount_can_be_is_handed_over():
    settlement = Settlement.at(MONTH, RULES)
    for number in range(2):
        entry = closed(f"FW-{number}", MONTH, charged=str(LARGEST_AMOUNT))
        settlement = add(settlement, entry, False, RULES, NOW).state

    settled = settle(settlement, settlement.handover, RULES, NOW).events[0]

    assert (settled.free_total, settled.paid_total) == (yuan("0.00"), Money(amount=LARGEST_AMOUNT))


@pytest.mark.requirement("R079.b")
async def test_a_month_is_called_to_mind_three_days_before_its_end_and_reported_once_when_it_is_not_settled(on, stores):
    await deliver(on, closed("FW-1", noon(2027, 2, 3), cost="200.00"), at=noon(2027, 2, 3))

    events = await fire(timers(stores, RULES), until=noon(2027, 4, 1))

    run = {
        "deadline_id": events[0].deadline_id,
        "kind": "settlement",
        "title": "售后单据月结",
        "about": "2027-02",
        "due_at": CHINA.moment(date(2027, 2, 28)),
        "assignee_role": "cs_specialist",
    }
    assert events == (
        DeadlineApproachingAtAftersales(**run, remaining=timedelta(days=3)),
        DeadlineMissedByAftersales(**run, supervisor_role="cs_manager"),
    )


def hand_over(month: Settlement) -> Change[Settlement]:
    return settle(month, month.handover, RULES, NOW)


STAGES = {
    "open": lambda: add(Settlement.at(MONTH, RULES), closed("FW-1", MONTH, cost="200.00"), False, RULES, NOW).state,
    "handed_over": lambda: hand_over(STAGES["open"]()).state,
}
DECIDE = {
    "add": lambda month: add(month, closed("FW-9", MONTH), False, RULES, NOW),
    "settle": hand_over,
    "publish_statistics": lambda month: publish_statistics(month, NOW),
}


@pytest.mark.parametrize(("stage", "decision"), list(product(SETTLEMENT.stages, get_args(SettlementDecision))))
def test_every_decision_about_a_month_leads_where_its_table_says_or_is_refused(stage, decision):
    month, move = STAGES[stage](), SETTLEMENT.move(stage, decision)

    if move:
        assert DECIDE[decision](month).state.stage == (move.to or (stage,))[0]
    else:
        with pytest.raises(NothingToSettle):
            DECIDE[decision](month)


def test_a_voucher_that_a_month_has_already_does_not_open_it_anew():
    first = closed("FW-1", MONTH, cost="200.00")
    month = add(Settlement.at(MONTH, RULES), first, False, RULES, NOW).state
    settled = hand_over(month).state

    assert add(settled, first, False, RULES, NOW) == Change(settled)


@pytest.mark.parametrize(("stage", "decision"), list(product(SETTLEMENT.stages, ("settle", "publish_statistics"))))
async def test_a_decision_about_a_month_is_made_in_its_stages_by_its_roles(stage, decision, ask, stores):
    expected, found = {}, {}
    for number, role in enumerate(Role):
        name = f"{2030 + number // 12}-{number % 12 + 1:02}"
        month = STAGES[stage]().but(id=Settlement.id_of(name), month=name)
        await stores.settlements.create(Change(month), NOW)
        body = {"handover": str(month.handover)} if decision == "settle" else None
        answer = await ask(role, "POST", f"/settlements/{name}/{decision.replace('_', '-')}", body)
        found[role] = answer.json().get("code", answer.json().get("stage"))
        move = SETTLEMENT.move(stage, decision)
        done = (move.to or (stage,))[0] if move else "nothing_to_settle"
        expected[role] = done if role in SETTLEMENT.roles(decision) else "forbidden"

    assert found == expected
