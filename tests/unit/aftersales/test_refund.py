"""What was paid for a service that is called off goes back once, by another person, and stands in a month's table."""

import asyncio
import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.api.accounts import accounts
from aftersales.api.sheets import money_table
from aftersales.app import service
from aftersales.domain.decisions.closing import call_off
from aftersales.domain.decisions.money import receive_payment, refund
from aftersales.domain.decisions.settlement import settle
from aftersales.domain.lifecycle import LIFECYCLE
from aftersales.domain.parts.entry import Entry
from aftersales.domain.parts.money import Payment, Refund
from aftersales.domain.parts.withdrawal import Withdrawal
from aftersales.domain.settlement import Settlement
from aftersales.settings import Settings
from aftersales.store import Stores
from aftersales.subscribers import subscriptions
from shared.aggregate import Change, Overstepped, Refused
from shared.contracts.aftersales import (
    CustomerChargeRefunded,
    DeadlineMetByAftersales,
    DeadlineSetByAftersales,
    MonthlyAftersalesSettled,
    ServiceOrderCalledOff,
)
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.identity import Principal
from shared.testing import InMemoryDatabase, World, cause, deliver, in_memory, nowhere

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CS = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
FINANCE = cause(AT, actor=Actor(kind="staff", id="finance-01", role="finance"))
WHY = "客户已自行修好"


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


@pytest.fixture
def called_off(order_with, rules):
    """A voucher that was paid and then called off by cs-07."""
    paid = receive_payment(order_with("customer_cause"), yuan("300.00"), AT, "FP-88120", rules, CS).state
    return call_off(paid, WHY, "cs-07", rules, CS)


def only(kind, events):
    """The one event of this kind."""
    (event,) = (event for event in events if isinstance(event, kind))
    return event


def test_what_was_paid_for_a_service_that_is_called_off_is_finances_duty_to_pay_back(called_off):
    order = called_off.state

    assert (order.owed_back, order.waits_for, order.withdrawn) == (
        yuan("300.00"),
        (Role.FINANCE,),
        Withdrawal(reason=WHY, by="cs-07", at=AT),
    )
    begun = only(DeadlineSetByAftersales, called_off.events)
    assert (begun.kind, begun.about, begun.assignee_role) == ("refund", order.voucher_no, "finance")
    assert [(each.decision, each.roles) for each in order.possible] == [("refund", (Role.FINANCE,))]


def test_nothing_is_owed_and_no_duty_begins_where_nothing_was_paid(order_with, rules):
    order = call_off(order_with("customer_cause"), WHY, "cs-07", rules, CS).state

    assert (order.owed_back, order.running, order.possible, order.waits_for) == (None, (), (), ())
    with pytest.raises(Refused) as refused:
        refund(order, yuan("300.00"), AT, None, rules, FINANCE)
    assert refused.value.code == "nothing_to_refund"


def test_a_service_that_was_called_off_before_it_was_kept_by_whom_owes_nothing(called_off, rules):
    released = called_off.state.but(withdrawn=None)

    assert (released.owed_back, released.waits_for, released.possible) == (None, (), ())
    with pytest.raises(Refused) as refused:
        refund(released, yuan("300.00"), AT, None, rules, FINANCE)
    assert refused.value.code == "nothing_to_refund"


def test_what_is_paid_back_is_announced_and_ends_the_duty(called_off, rules):
    change = refund(called_off.state, yuan("300.00"), AT, "TK-1", rules, FINANCE)

    assert change.events[0] == CustomerChargeRefunded.of(
        change.state.about_customer, amount=yuan("300.00"), refunded_at=AT, reference="TK-1", by="finance-01"
    )
    assert only(DeadlineMetByAftersales, change.events).outcome == "in_time"
    assert change.state.refund == Refund(amount=yuan("300.00"), at=AT, reference="TK-1", by="finance-01", entered_at=AT)
    assert (change.state.owed_back, change.state.running, change.state.possible) == (None, (), ())


@pytest.mark.parametrize(
    ("amount", "at", "code"),
    [
        ("299.99", AT, "refund_differs"),
        ("300.01", AT, "refund_differs"),
        ("-300.00", AT, "negative_amount"),
        ("300.00", AT - 400 * DAY, "long_past"),
    ],
)
def test_what_is_owed_goes_back_and_no_other_amount(amount, at, code, called_off, rules):
    with pytest.raises(Refused) as refused:
        refund(called_off.state, yuan(amount), at, None, rules, FINANCE)
    assert refused.value.code == code


def test_money_goes_back_once(called_off, rules):
    paid_back = refund(called_off.state, yuan("300.00"), AT, None, rules, FINANCE).state
    with pytest.raises(Refused) as refused:
        refund(paid_back, yuan("300.00"), AT, None, rules, FINANCE)
    assert refused.value.code == "nothing_to_refund"


@pytest.mark.parametrize("by", ["cs-07", "CS-07"])
def test_who_called_the_service_off_does_not_pay_back(by, called_off, rules):
    with pytest.raises(Overstepped) as refused:
        refund(
            called_off.state,
            yuan("300.00"),
            AT,
            None,
            rules,
            replace(FINANCE, actor=Actor(kind="staff", id=by, role="finance")),
        )
    assert refused.value.code == "four_eyes"


async def test_a_future_refund_is_refused(ask, stores, called_off):
    await stores.service_orders.create(Change(called_off.state), CS)
    body = {"amount": {"amount": "300.00"}, "refunded_at": (AT + DAY).isoformat()}

    answer = await ask("finance", "POST", f"/service-orders/{called_off.state.id}/refund", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "future_date")


@pytest.mark.parametrize("paid", [True, False])
@pytest.mark.parametrize("stage", LIFECYCLE.stages)
async def test_what_is_shown_as_possible_to_a_role_is_what_it_may_do(stage, paid, ask, stores, in_every_stage):
    """In each stage the refund is shown, in view and list, to exactly those whom the decision does not turn away."""
    payments = (Payment(amount=yuan("300.00"), at=AT),) if paid else ()
    accepted, shown, listed = set(), set(), set()
    for number, role in enumerate(Role):
        order = in_every_stage[stage].but(
            id=UUID(int=1000 + number), voucher_no=f"FW-20261122-{number:06}", payments=payments
        )
        await stores.service_orders.create(Change(order), CS)
        view = (await ask("gm", "GET", f"/service-orders/{order.id}")).json()
        if any(each["decision"] == "refund" and role in each["roles"] for each in view["possible"]):
            shown.add(role)
        (row,) = (await ask("gm", "GET", f"/service-orders?stage={stage}")).json()["items"][-1:]
        if any(each["decision"] == "refund" and role in each["roles"] for each in row["possible"]):
            listed.add(role)
        body = {"amount": {"amount": "300.00"}}
        answer = await ask(role, "POST", f"/service-orders/{order.id}/refund", body)
        if answer.status_code == 200:
            accepted.add(role)

    assert shown == listed == accepted
    assert accepted == ({Role.FINANCE} if stage == "called_off" and paid else set())


@pytest.fixture(scope="module")
def hearing_itself():
    own = nowhere(Settings)
    return World(service(own, in_memory("aftersales", own, at=AT)), hears_itself=True)


def facts(answer):
    assert answer.status_code == 200, answer.text
    _, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    return [tuple(row[:3]) for row in rows if row[1] in ("实收", "退款")]


async def withdrawn(world, order, by="cs-07"):
    """The voucher's request is withdrawn by this person, who has the role of a specialist and of finance."""
    both = Principal.staff(by, Role.CS_SPECIALIST, Role.FINANCE)
    return await world.ask(both, "POST", f"/service-requests/{order.request_id}/withdraw", {"reason": WHY})


async def money_of(world, month):
    return await world.ask(Role.FINANCE, "GET", f"/settlements/{month}/money.csv")


async def paid_voucher(world, request_with, order_with, rules, number, amount="300.00"):
    """A request with one voucher that the customer has paid."""
    stores = Stores.on(world.database)
    asked = request_with("customer_cause").but(id=UUID(int=5000 + number), register_no=f"R-{number}")
    order = order_with("customer_cause").but(id=UUID(int=6000 + number), voucher_no=f"FW-{number}", request_id=asked.id)
    await stores.service_requests.create(Change(asked), replace(CS, id=UUID(int=7000 + number)))
    paid = receive_payment(order, yuan(amount), world.now, None, rules, replace(CS, at=world.now)).state
    return await stores.service_orders.create(Change(paid), replace(CS, id=UUID(int=8000 + number)))


@pytest.mark.requirement("R126.a")
async def test_who_withdraws_the_request_does_not_pay_back_and_another_person_does(
    hearing_itself, request_with, order_with, rules
):
    world = hearing_itself
    world.forget()
    order = await paid_voucher(world, request_with, order_with, rules, 1)
    assert (await withdrawn(world, order)).status_code == 200
    body = {"amount": {"amount": "300.00"}, "reference": "TK-1"}
    path = f"/service-orders/{order.id}/refund"

    same = await world.ask(Principal.staff("cs-07", Role.CS_SPECIALIST, Role.FINANCE), "POST", path, body)
    other = await world.ask(Role.FINANCE, "POST", path, body)

    assert (same.status_code, same.json()["code"], other.status_code) == (409, "four_eyes", 200)
    assert facts(await money_of(world, "2026-11")) == [("FW-1", "实收", "300.00"), ("FW-1", "退款", "300.00")]
    assert only(ServiceOrderCalledOff, world.announced).paid == yuan("300.00")
    table = await world.ask(Role.FINANCE, "GET", "/settlements/2026-11/table.csv")
    shown = (await world.ask(Role.FINANCE, "GET", "/settlements/2026-11")).json()
    assert (len(table.text.splitlines()), shown["figures"]["orders"], len(shown["entries"])) == (1, 0, 2)


async def handed_over(world, month):
    shown = (await world.ask(Role.FINANCE, "GET", f"/settlements/{month}")).json()
    body = {"handover": shown["handover"]}
    return await world.ask(Role.CS_SPECIALIST, "POST", f"/settlements/{month}/settle", body)


@pytest.mark.requirement("R126.a", "R078.a")
async def test_a_refund_of_the_next_month_leaves_the_month_that_is_settled_as_it_is(
    hearing_itself, request_with, order_with, rules
):
    world = hearing_itself
    world.forget()
    order = await paid_voucher(world, request_with, order_with, rules, 1)
    await withdrawn(world, order)
    assert (await handed_over(world, "2026-11")).status_code == 200
    before = await money_of(world, "2026-11")
    await world.until(AT + 20 * DAY)

    body = {"amount": {"amount": "300.00"}}
    assert (await world.ask(Role.FINANCE, "POST", f"/service-orders/{order.id}/refund", body)).status_code == 200

    assert (await money_of(world, "2026-11")).content == before.content
    assert facts(before) == [("FW-1", "实收", "300.00")]
    assert facts(await money_of(world, "2026-12")) == [("FW-1", "退款", "300.00")]
    settled = only(MonthlyAftersalesSettled, world.announced)
    assert (settled.voucher_nos, settled.free_total, settled.paid_total) == (("FW-1",), yuan("0"), yuan("0"))


async def test_what_went_back_is_told_by_the_event_also_where_the_voucher_has_lost_it(on, stores, called_off, rules):
    """A replica of the release before, which does not know the refund, may have written the voucher meanwhile."""
    await stores.service_orders.create(Change(called_off.state), CS)
    told = only(CustomerChargeRefunded, refund(called_off.state, yuan("300.00"), AT, "TK-1", rules, FINANCE).events)

    await deliver(on, told, at=AT)

    (month,) = (await stores.settlements.find({})).items
    back = Refund(amount=yuan("300.00"), at=AT, reference="TK-1", by="finance-01", entered_at=AT)
    assert month.entries == (Entry.of_money(told, (), back),)


def test_money_that_a_replica_of_the_release_before_has_rewritten_is_no_service(called_off, rules):
    about = called_off.state.about_customer
    money = Entry.of_money(about, called_off.state.payments, None)
    month = Settlement.at(AT, rules).but(entries=(money.but(payments=()),))

    assert (month.services, month.figures["orders"]) == ((), 0)


async def test_page_and_paper_count_services_and_name_money_for_services_that_were_called_off_besides(
    ask, stores, called_off, rules
):
    order = called_off.state
    month = Settlement.at(AT, rules).but(entries=(Entry.of_money(order.about_customer, order.payments, None),))
    await stores.settlements.create(Change(month), CS)

    page = (await ask("finance", "GET", f"/ui/settlements/{month.id}")).text
    paper = (await ask("finance", "GET", f"/ui/papers/settlements/{month.month}")).text

    assert re.findall(r'id="h-entries">(.*?)<', page) == ["凭证0张，未移交0张，另有已取消服务的收退款1笔"]
    assert re.findall(r"0张，其中.*?笔", paper) == ["0张，其中0张未移交；另有已取消服务的收退款1笔"] * 2


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "call off", "pay back", "settle", "wait"]),
        st.integers(min_value=0, max_value=2),
        st.integers(min_value=1, max_value=25),
    ),
    max_size=20,
)


class Books:
    """Vouchers that are paid, called off and paid back, and the months into which that goes."""

    def __init__(self, paid_order, rules):
        self.database = InMemoryDatabase()
        self.stores = Stores.on(self.database)
        self.on = subscriptions(self.stores, rules)
        self.paid_order = paid_order
        self.rules = rules
        self.now = AT
        self.received = self.returned = Decimal(0)
        self.settled: dict[str, bytes] = {}
        self.opened: set[UUID] = set()

    def by(self, person):
        return replace(CS, id=uuid4(), at=self.now, actor=Actor(kind="staff", id=person, role="finance"))

    async def take(self, step, which, number):
        """One step, where the voucher allows it."""
        id = UUID(int=6000 + which)
        orders = self.stores.service_orders
        known = await orders.get(id) if id in self.opened else None
        if step == "wait":
            self.now += number * DAY
        elif step == "settle":
            await self.settle()
        elif step == "pay" and known is None:
            opened = self.paid_order.but(id=id, voucher_no=f"FW-{which}", payments=())
            paid = receive_payment(opened, yuan(f"{number}.10"), self.now, None, self.rules, self.by("finance-02"))
            await orders.create(Change(paid.state), self.by("finance-02"))
            self.opened.add(id)
        elif step == "call off" and known and known.stage == "open":
            self.received += known.received.amount
            await self.decide(id, lambda order, cause: call_off(order, WHY, "cs-07", self.rules, cause), "cs-07")
        elif step == "pay back" and known and known.owed_back:
            owed = known.owed_back
            self.returned += owed.amount
            await self.decide(
                id, lambda order, cause: refund(order, owed, self.now, None, self.rules, cause), "finance-01"
            )

    async def decide(self, id, decision, person):
        """The voucher is decided on, and what is announced is heard."""
        cause, before = self.by(person), len(self.database.published)
        await self.stores.service_orders.apply(id, lambda order: decision(order, cause), cause)
        for event in self.database.published[before:]:
            if isinstance(event, ServiceOrderCalledOff | CustomerChargeRefunded):
                await deliver(self.on, event, at=self.now)

    async def settle(self):
        """Every open month goes to finance."""
        for month in (await self.stores.settlements.find({"stage": "open"})).items:
            by = self.by("cs-07")
            await self.stores.settlements.apply(
                month.id, lambda open, by=by: settle(open, open.handover, self.rules, by), by
            )
        for month in (await self.stores.settlements.find({})).items:
            self.settled[month.month] = await self.table(month)

    async def table(self, month):
        return money_table(await accounts(month, self.stores, self.rules), month.money).csv()

    async def check(self):
        """The tables add up to what came in and went back; a month that went to finance is as it was then."""
        total = Decimal(0)
        for month in (await self.stores.settlements.find({})).items:
            body = await self.table(month)
            _, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig")))
            total += sum((Decimal(row[2]) * (1 if row[1] == "实收" else -1) for row in rows), Decimal(0))
            if month.stage == "handed_over" and not month.open:
                assert body == self.settled[month.month]
        assert total == self.received - self.returned


@pytest.mark.requirement("R126.a")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=STEPS)
def test_payments_less_refunds_are_what_the_months_tables_add_up_to(order_with, rules, steps):
    async def live():
        books = Books(order_with("customer_cause"), rules)
        for step, which, number in steps:
            await books.take(step, which, number)
            await books.check()

    asyncio.run(live())
