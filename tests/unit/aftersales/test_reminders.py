"""Customers hear before their warranty ends, and are reminded of looking after their goods."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions.coverage import keep_decision
from aftersales.domain.decisions.reminders import announce_expiry, announce_maintenance, plan_reminders
from aftersales.domain.parts.reminder import EXPIRY, MAINTENANCE
from aftersales.domain.policy.policy import Reminders
from shared.contracts.aftersales import MaintenanceReminderDue, WarrantyExpiring, WarrantyOverride
from shared.contracts.event import PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import AcceptancePassed, ContractSigned, OrderCancelled
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of
from shared.policy import Policies
from shared.testing import cause

ORDER = order_id_of("SO-2026-0412")
SIGNED_ON = date(2026, 11, 20)
ACCEPTED_AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ABOUT = {"order_id": ORDER, "order_no": "SO-2026-0412"}
WITHOUT_NUMBER = CustomerSnapshot(customer_id=UUID(int=1), name="广州恒达装饰工程有限公司", contact_name="王建国")


def local(day: date) -> datetime:
    """Ten o'clock in China."""
    return datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)


@pytest.fixture
def facts(customer):
    """An order that is placed, signed and accepted."""
    return (
        OrderPlaced(
            **ABOUT,
            customer=customer,
            kind="custom",
            lines=(OrderLine(description="80 款双玻百叶高隔断", quantity=24),),
            verified_by="cs-07",
            verified_at=ACCEPTED_AT,
        ),
        ContractSigned(
            **ABOUT,
            contract_no="JG20261120-017",
            signed_on=PreciseDate(on=SIGNED_ON),
            sealed_by="cs-07",
            customer=customer,
        ),
        AcceptancePassed(**ABOUT, accepted_at=ACCEPTED_AT, signatory="王建国", customer_kind="end", customer=customer),
    )


def covered(**known) -> CoveredOrder:
    return CoveredOrder.of("SO-2026-0412").but(
        customer=WITHOUT_NUMBER, contract_no="JG20261120-017", accepted_on=date(2026, 11, 22), **known
    )


@pytest.mark.requirement("R098.a")
async def test_a_customer_is_reminded_by_product_and_hears_a_month_before_the_warranty_ends(world, facts):
    for fact in facts:
        await world.hear(fact)

    announced = await world.until(datetime(2030, 1, 1, tzinfo=UTC))

    care = "玻璃、密封条与门五金的检查和调校"
    days = [date(year, month, 22) for year in (2027, 2028, 2029) for month in (5, 11)]
    reminders = [MaintenanceReminderDue(**ABOUT, customer=WITHOUT_NUMBER, due_on=day, care=care) for day in days]
    assert [event for event in announced if isinstance(event, MaintenanceReminderDue)] == reminders
    assert [event for event in announced if isinstance(event, WarrantyExpiring)] == [
        WarrantyExpiring(**ABOUT, customer=WITHOUT_NUMBER, expires_on=date(2027, 11, 20))
    ]
    assert len(announced) == len(days) + 1


@pytest.mark.requirement("R098.a")
@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_the_customer_of_a_cancelled_order_is_reminded_of_nothing_whatever_is_heard_first(
    order, world, facts, customer
):
    cancelled = OrderCancelled(**ABOUT, customer=customer, stage="payment", reason="客户退货", by="cs-07")
    heard = (*facts, cancelled)
    for place in order:
        await world.hear(heard[place])

    assert await world.until(datetime(2030, 1, 1, tzinfo=UTC)) == ()


def test_goods_that_were_not_accepted_are_not_called_to_mind(rules):
    assert plan_reminders(covered().but(accepted_on=None), rules, cause(ACCEPTED_AT)).state.deadlines == ()


@pytest.mark.parametrize(
    ("goods", "first"),
    [
        (("80 款双玻百叶高隔断",), date(2027, 5, 22)),
        (("办公桌", "文件柜"), date(2027, 11, 22)),
        (("展台",), date(2027, 11, 22)),
        (("展台", "玻璃门"), date(2027, 5, 22)),
        ((), date(2027, 11, 22)),
    ],
)
def test_the_goods_decide_how_often_the_customer_is_reminded(rules, goods, first):
    planned = plan_reminders(covered(goods=goods), rules, cause(ACCEPTED_AT)).state
    assert planned.deadline("maintenance") == local(first)


@pytest.mark.requirement("R098.a")
async def test_each_of_an_orders_products_is_looked_after_by_its_own_interval_and_one_day_is_one_message(world, facts):
    lines = tuple(OrderLine(description=goods, quantity=1) for goods in ("文件柜", "展台", "玻璃门", "办公桌"))
    for fact in (facts[0].but(lines=lines), *facts[1:]):
        await world.hear(fact)

    announced = await world.until(datetime(2030, 1, 1, tzinfo=UTC))

    glass, furniture, other = "玻璃、密封条与门五金的检查和调校", "铰链、滑轨的紧固与表面养护", "五金件的检查和调校"
    yearly = f"{glass}；{furniture}"
    told = [(event.due_on, event.care) for event in announced if isinstance(event, MaintenanceReminderDue)]
    assert told == [
        (date(2027, 5, 22), glass),
        (date(2027, 11, 22), f"{yearly}；{other}"),
        (date(2028, 5, 22), glass),
        (date(2028, 11, 22), f"{yearly}；{other}"),
        (date(2029, 5, 22), glass),
        (date(2029, 11, 22), yearly),
    ]


@pytest.mark.parametrize(
    ("contract_no", "told_at"),
    [
        ("JG20261120-017", local(date(2027, 10, 21))),
        ("JG202611-017", local(date(2027, 10, 2))),
        ("JG20240229-001", None),
        ("JG-017", None),
    ],
)
def test_the_end_of_a_warranty_is_told_a_month_before_the_earliest_day_that_it_can_be(rules, contract_no, told_at):
    planned = plan_reminders(covered().but(contract_no=contract_no), rules, cause(ACCEPTED_AT)).state
    assert planned.deadline("warranty_expiring") == told_at


def test_a_corrected_contract_moves_the_reminder(rules):
    planned = plan_reminders(covered(), rules, cause(ACCEPTED_AT)).state
    moved = plan_reminders(planned.but(contract_no="JG20261221-017"), rules, cause(ACCEPTED_AT)).state
    assert moved.deadline("warranty_expiring") == local(date(2027, 11, 21))


@pytest.mark.parametrize(
    ("otherwise", "told_at"),
    [
        ({"until": date(2028, 11, 30)}, local(date(2028, 10, 31))),
        ({"until": date(2027, 3, 31)}, local(date(2027, 3, 1))),
        ({}, local(date(2027, 10, 21))),
    ],
)
def test_the_last_day_that_a_person_decided_moves_the_reminder_and_is_told(rules, otherwise, told_at):
    planned = plan_reminders(covered(), rules, cause(ACCEPTED_AT)).state
    decided = WarrantyOverride(
        by="manager-01", reason="原件", verdict="in_warranty", as_of=date(2026, 11, 22), at=ACCEPTED_AT, **otherwise
    )

    moved = keep_decision(planned, decided, rules, cause(ACCEPTED_AT)).state

    told = announce_expiry(moved, rules, cause(told_at))
    assert moved.deadline(EXPIRY) == told_at
    assert [each.expires_on for each in told.events] == [otherwise.get("until", date(2027, 11, 20))]


def test_after_a_standstill_nobody_hears_that_a_warranty_will_end_that_has_ended(rules):
    planned = plan_reminders(covered(), rules, cause(ACCEPTED_AT)).state
    due = planned.deadline("warranty_expiring")
    in_time = announce_expiry(planned, rules, replace(cause(due), heard_at=due + timedelta(days=29)))
    too_late = announce_expiry(planned, rules, replace(cause(due), heard_at=due + timedelta(days=31)))
    assert [event.expires_on for event in in_time.events] == [date(2027, 11, 20)]
    assert too_late.events == ()


def later_version(policy, rules, **figures):
    """The company's rules with a second version in force since the year after the acceptance."""
    second = policy.but(version=2, in_force_from=date(2027, 1, 1), **figures)
    return replace(rules, policies=Policies([policy, second]))


def test_a_customer_is_reminded_by_the_version_in_force_when_the_goods_were_accepted(policy, rules):
    both = later_version(policy, rules, maintenance=(), reminders=Reminders(days_before_expiry=5, at=time(9)))
    before = plan_reminders(covered(), rules, cause(ACCEPTED_AT)).state

    corrected = plan_reminders(before, both, cause(local(date(2027, 2, 1)))).state
    reminded = announce_maintenance(before, both, cause(local(date(2027, 11, 22))))

    assert (before.policy_version, corrected.policy_version) == (1, 1)
    assert corrected.deadline(EXPIRY) == before.deadline(EXPIRY)
    assert [type(told) for told in reminded.events] == [MaintenanceReminderDue]
    anew = plan_reminders(covered(), both, cause(local(date(2027, 2, 1)))).state
    assert (anew.policy_version, anew.deadline(MAINTENANCE)) == (2, None)


def test_an_order_that_was_accepted_before_its_version_was_kept_is_reminded_by_the_one_in_force(policy, rules):
    both = later_version(policy, rules, maintenance=())
    reminded = announce_maintenance(covered(), both, cause(local(date(2027, 11, 22))))
    assert reminded.events == ()
