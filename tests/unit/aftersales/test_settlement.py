"""Before the 30th, in February by the last day, the month's vouchers go to finance together."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersales.domain.settlement import Settlement
from aftersales.settings import Settings
from aftersales.subscribers import subscriptions
from aftersales.timers import timers
from shared.aggregate import Refused
from shared.calendar import CHINA
from shared.contracts.aftersales import (
    DeadlineMissedByAftersales,
    DeadlineSetByAftersales,
    MonthlyAftersalesSettled,
    ServiceOrderClosed,
)
from shared.contracts.event import Money
from shared.testing import cause, deliver, fire

POLICY = Settings.model_validate({"mongo_url": "mongodb://nowhere", "rabbit_url": "amqp://nowhere"}).policy()


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
    settlement = Settlement.at(closed_at, POLICY)

    change = settlement.add(closed("FW-1", closed_at), POLICY)

    assert settlement.month == month
    assert change.state.deadline("settlement") == CHINA.moment(last_day)


@pytest.mark.requirement("R079.a")
@given(st.timedeltas(timedelta(), timedelta(days=16 * 365)).map(lambda later: noon(2020, 1, 1) + later))
def test_whenever_something_is_closed_it_is_settled_within_a_month_in_a_settlement_of_its_own_due_day(closed_at):
    settlement = Settlement.at(closed_at, POLICY)
    due_at = POLICY.settlement.due(closed_at, CHINA)

    assert closed_at < due_at <= closed_at + timedelta(days=32)
    assert f"{CHINA.local(due_at - timedelta(seconds=1)):%Y-%m}" == settlement.month


@pytest.mark.requirement("R079.a")
async def test_vouchers_go_to_finance_together_with_what_was_free_and_what_was_charged(records):
    on = subscriptions(records, POLICY)
    (begun,) = await deliver(on, closed("FW-1", noon(2026, 11, 3), cost="200.00"))
    assert await deliver(on, closed("FW-2", noon(2026, 11, 9), cost="150.00", charged="300.00")) == ()
    assert await deliver(on, closed("FW-D", noon(2026, 11, 9))) == ()
    id = Settlement.id_of("2026-11")

    await records.settlements.apply(id, lambda each: each.settle("finance-01", noon(2026, 11, 29)), cause())

    assert (type(begun), begun.kind, begun.about) == (DeadlineSetByAftersales, "settlement", "2026-11")
    settled = await records.settlements.get(id)
    assert settled.open == ()
    assert await fire(timers(records, POLICY), until=noon(2026, 12, 31)) == ()


def test_what_is_handed_over_is_totalled_once_and_what_comes_later_is_handed_over_once_more():
    first, second, late = (
        closed("FW-1", noon(2026, 11, 3), cost="200.00"),
        closed("FW-2", noon(2026, 11, 9), cost="150.00", charged="300.00"),
        closed("FW-3", noon(2026, 11, 29), cost="10.00"),
    )
    month = Settlement.at(noon(2026, 11, 3), POLICY)
    month = month.add(first, POLICY).state.add(second, POLICY).state.add(first, POLICY).state

    settled = month.settle("finance-01", noon(2026, 11, 28))
    again = settled.state.add(late, POLICY).state.settle("finance-01", noon(2026, 11, 30))

    assert settled.events == (
        MonthlyAftersalesSettled(
            month="2026-11",
            voucher_nos=("FW-1", "FW-2"),
            free_total=yuan("200.00"),
            paid_total=yuan("300.00"),
            handed_over_at=noon(2026, 11, 28),
        ),
    )
    assert (again.events[0].voucher_nos, again.events[0].free_total) == (("FW-3",), yuan("10.00"))
    with pytest.raises(Refused) as refused:
        again.state.settle("finance-01", noon(2026, 11, 30))
    assert refused.value.code == "nothing_to_settle"


@pytest.mark.requirement("R079.b")
async def test_a_month_that_is_not_settled_in_time_is_reported_once(records):
    on = subscriptions(records, POLICY)
    await deliver(on, closed("FW-1", noon(2027, 2, 3), cost="200.00"))

    events = await fire(timers(records, POLICY), until=noon(2027, 4, 1))

    assert events == (
        DeadlineMissedByAftersales(
            deadline_id=events[0].deadline_id,
            kind="settlement",
            about="2027-02",
            due_at=CHINA.moment(date(2027, 2, 28)),
            assignee_role="cs_specialist",
            supervisor_role="cs_manager",
        ),
    )
