"""Money: due, partial, too much, in another currency, overdue, held, on credit, on a statement."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from order_rules import RULES
from orders_as_read import review

from orders.domain.account import account_id_of
from orders.domain.decisions.account import set_credit
from orders.domain.decisions.contract import amend
from orders.domain.decisions.ledger import refund
from orders.domain.parts.contract import Draft
from shared.aggregate import NotFound, Overstepped
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.complaints import (
    AllowanceGranted,
    ComplaintClosed,
    ComplaintFiled,
    ComplaintJudged,
    ComplaintOrderNamed,
    ReturnPosted,
)
from shared.contracts.event import Money
from shared.contracts.vocabulary import order_id_of
from shared.testing import deliver

CUSTOMER = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01")
COMPLAINT = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c02")


def yuan(amount):
    return Money(amount=Decimal(amount))


async def complain(company, kind=ComplaintFiled, **fields):
    common = {
        "complaint_id": COMPLAINT,
        "complaint_no": "2026-11-0007",
        "customer": {"customer_id": CUSTOMER, "name": "恒达"},
        "order_id": order_id_of(company.order_no),
        "order_no": company.order_no,
    }
    return await company.hear(kind.model_validate(common | fields))


async def filed(company):
    return await complain(
        company,
        complainant="王建国",
        channel="phone",
        received_at=company.now,
        accepted_at=company.now,
        content="玻璃崩角",
    )


@pytest.mark.requirement("R018.a", "R025.c")
@pytest.mark.parametrize(
    ("kind", "role", "days"), [("standard", "account_manager", 7), ("custom", "regional_head", 60)]
)
async def test_who_collects_the_balance_and_by_when_depends_on_the_route(company, kind, role, days):
    await company.place(kind)
    await company.run_to("balance")
    initial, balance = company.announced(said.PaymentDue)
    assert (initial.kind, initial.amount, initial.due_on) == ("initial", yuan("30000.00"), date(2026, 10, 7))
    assert (balance.kind, balance.amount, balance.collector_role) == ("balance", yuan("70000.00"), role)
    order = await company.order()
    assert balance.due_on == RULES.calendar.day(order.since) + timedelta(days=days)


@pytest.mark.requirement("R203.a")
async def test_partial_payments_add_up(company):
    await company.place()
    await company.sign_contract()
    await company.pay("initial", "10000.00")
    assert (await company.order()).stage == "deposit"
    await company.pay("initial", "20000.00")
    assert (await company.order()).stage == "release"
    assert [str(event.outstanding.amount) for event in company.announced(said.PaymentRecorded)] == [
        "90000.00",
        "70000.00",
    ]


async def test_too_much_is_entered_and_looked_into(company):
    await company.place()
    await company.run_to("balance")
    await company.pay("balance", "70000.50")
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert (raised.kind, raised.detail) == ("payment", "客户多付0.50 CNY，请核对")
    assert (await company.order()).stage == "closed"


async def test_another_currency_is_not_counted_but_looked_into(company):
    await company.place()
    await company.sign_contract()
    await company.pay("initial", "30000.00", "USD")
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert (raised.kind, raised.detail) == ("payment", "收到其他币种的款项：30000.00 USD，请核对")
    order = await company.order()
    assert (order.stage, order.receivable.paid) == ("deposit", Decimal())


async def test_money_in_another_currency_is_looked_into_once_whatever_becomes_of_the_contract(company):
    await company.place()
    await company.pay("initial", "100.00", "USD")
    await company.sign_contract()
    await company.decide(amend, Draft(revision=0, changes=("加价",), total=yuan("120000.00")), role="cs_specialist")
    await company.approve()
    raised = [each.detail for each in company.announced(said.OrderExceptionRaised)]
    assert raised == ["收到其他币种的款项：100.00 USD，请核对"]


async def test_a_receipt_counts_once_however_often_it_is_reported(company):
    await company.place()
    await company.sign_contract()
    for _ in range(3):
        await company.pay("initial", "10000.00", receipt_no="SK-1")
    assert (await company.order()).receivable.paid == Decimal("10000.00")


async def test_money_for_an_unknown_order_waits_for_the_order(company):
    with pytest.raises(NotFound):
        await company.pay("initial", "10000.00")


async def test_money_for_a_cancelled_order_is_looked_into(company):
    from orders_as_read import cancel

    await company.place()
    await company.decide(cancel, "客户取消", None)
    await company.pay("initial", "10000.00")
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert raised.detail == "订单取消后收到款项：10000.00 CNY，请核对"


async def test_finance_may_confirm_without_naming_an_amount(company):
    await company.place()
    await company.sign_contract()
    await company.pay("initial", None)
    assert (await company.order()).stage == "release"


@pytest.mark.requirement("R193.a", "R201.b")
async def test_what_is_not_paid_is_overdue_and_reminded_of_more_firmly_each_time(company):
    await company.place()
    await company.run_to("balance")
    await company.until(company.now + timedelta(days=40))

    (overdue,) = company.announced(said.PaymentOverdue)
    reminders = company.announced(said.DunningIssued)
    assert (overdue.amount, overdue.collector, overdue.days_overdue) == (yuan("70000.00"), "am-03", 1)
    assert [reminder.level for reminder in reminders] == [1, 2, 3]
    sent = [at.at for at in company.database.outbox.envelopes if at.key == said.DunningIssued.key]
    assert [(company_day(at) - overdue.due_on).days for at in sent] == [3, 10, 20]


@pytest.mark.requirement("R201.e")
async def test_what_falls_due_is_told_three_days_before_with_who_collects_it(company):
    await company.place()
    await company.run_to("balance")
    await company.until(company.now + timedelta(days=40))
    told = company.announced(said.PaymentApproaching)[-1]
    assert (told.kind, told.amount, told.collector_role, told.collector) == (
        "balance",
        yuan("70000.00"),
        "account_manager",
        "am-03",
    )
    sent = [at.at for at in company.database.outbox.envelopes if at.key == said.PaymentApproaching.key]
    assert (told.due_on - company_day(sent[-1])).days == 3


def company_day(at):
    return (at + timedelta(hours=8)).date()


async def test_paying_in_time_makes_nothing_overdue(company):
    await company.place()
    await company.run_to("balance")
    await company.pay("balance", "70000.00")
    await company.until(company.now + timedelta(days=400))
    assert company.announced(said.PaymentOverdue) == []


@pytest.mark.requirement("R160.a")
async def test_nobody_is_dunned_while_a_complaint_is_open_and_collection_goes_on_when_it_is_not_upheld(company):
    await company.place()
    await company.run_to("balance")
    await filed(company)
    await company.until(company.now + timedelta(days=30))
    assert company.announced(said.DunningIssued) + company.announced(said.PaymentOverdue) == []
    await complain(company, ComplaintJudged, upheld=False, grounds="使用不当", demand_reasonable=False, by="cs-manager")
    await company.until(company.now + timedelta(days=1))

    assert [event.complaint_id for event in company.announced(said.DunningHeld)] == [COMPLAINT]
    assert [event.complaint_id for event in company.announced(said.DunningReleased)] == [COMPLAINT]
    assert len(company.announced(said.PaymentOverdue)) == 1


@pytest.mark.requirement("R160.a")
async def test_a_part_that_is_paid_while_a_complaint_is_open_starts_no_reminders(company):
    await company.place()
    await company.run_to("balance")
    await filed(company)
    await company.pay("balance", "10000.00")
    await company.until(company.now + timedelta(days=40))
    assert company.announced(said.DunningIssued) + company.announced(said.PaymentOverdue) == []


@pytest.mark.requirement("R160.a")
@pytest.mark.parametrize(("refused", "held"), [(False, [COMPLAINT]), (True, [])])
async def test_a_complaint_whose_order_turns_out_later_holds_its_dunning_unless_it_was_refused(company, refused, held):
    await company.place()
    await company.run_to("balance")
    await complain(company, ComplaintOrderNamed, received_at=company.now, refused=refused, by="cs-07")
    assert [event.complaint_id for event in company.announced(said.DunningHeld)] == held


async def test_an_upheld_complaint_holds_until_it_is_closed(company):
    await company.place()
    await company.run_to("balance")
    await filed(company)
    await complain(company, ComplaintJudged, upheld=True, grounds="包装不足", demand_reasonable=True, by="cs-manager")
    assert company.announced(said.DunningReleased) == []
    await complain(
        company, ComplaintClosed, closed_at=company.now, days_used=4, within_six_days=True, outcome="resolved"
    )
    assert len(company.announced(said.DunningReleased)) == 1


JUDGED = {"grounds": "使用不当", "demand_reasonable": True, "by": "cs-manager"}


@pytest.mark.requirement("R160.a")
async def test_a_refusal_that_a_petition_overturns_holds_the_dunning_again(company):
    await company.place()
    await company.run_to("balance")
    await filed(company)
    await complain(company, ComplaintJudged, upheld=False, **JUDGED)
    await complain(company, ComplaintJudged, upheld=True, **JUDGED)
    await company.until(company.now + timedelta(days=30))

    assert company.announced(said.DunningIssued) + company.announced(said.PaymentOverdue) == []
    assert len(company.announced(said.DunningHeld)) == 2
    assert len(company.announced(said.DunningReleased)) == 1


async def test_a_closed_complaint_holds_nothing_whatever_of_it_is_heard_later(company):
    await company.place()
    await company.run_to("balance")
    await complain(
        company, ComplaintClosed, closed_at=company.now, days_used=4, within_six_days=True, outcome="resolved"
    )
    await filed(company)
    await complain(company, ComplaintJudged, upheld=True, **JUDGED)

    assert company.announced(said.DunningHeld) == []


async def test_a_complaint_about_no_order_holds_nothing(company):
    await company.place()
    assert (
        await complain(
            company,
            order_id=None,
            complainant="王",
            channel="phone",
            received_at=company.now,
            accepted_at=company.now,
            content="态度",
        )
        == ()
    )


async def test_a_complaint_about_an_order_that_we_do_not_know_holds_nothing(company):
    assert await filed(company) == ()


@pytest.mark.requirement("R025.b")
async def test_a_custom_order_beyond_the_credit_limit_waits_until_the_director_decides(company):
    await company.place("custom", total=yuan("500000.00"))
    await company.sign_contract()
    await company.pay("initial", "150000.00")
    (exceeded,) = company.announced(said.CreditLimitExceeded)
    assert (exceeded.exposure, exceeded.limit) == (yuan("500000.00"), yuan("200000.00"))
    await company.release_signatures()
    assert (await company.order()).stage == "release"

    cause = company.cause("cs_director")
    await company.stores.accounts.apply(
        account_id_of(CUSTOMER), lambda account: set_credit(account, yuan("600000.00"), 90, cause), cause
    )
    await company.hear_ourselves()
    order = await company.order()
    assert (order.stage, order.receivable.credit_days) == ("plan", 90)


@pytest.mark.requirement("R025.b")
async def test_paying_one_order_makes_room_for_the_next(company):
    await company.place("custom", order_no="SO-1", total=yuan("150000.00"))
    await company.sign_contract()
    await company.place("custom", order_no="SO-2", total=yuan("100000.00"))
    await company.sign_contract()
    assert [event.order_no for event in company.announced(said.CreditGranted)] == ["SO-1"]
    company.order_no = "SO-1"
    await company.pay("initial", "60000.00")
    assert [event.order_no for event in company.announced(said.CreditGranted)] == ["SO-1", "SO-2"]


async def test_a_cancelled_order_makes_room_too(company):
    from orders_as_read import cancel

    await company.place("custom", order_no="SO-1", total=yuan("150000.00"))
    await company.sign_contract()
    await company.place("custom", order_no="SO-2", total=yuan("100000.00"))
    await company.sign_contract()
    company.order_no = "SO-1"
    await company.decide(cancel, "客户取消", None)
    assert [event.order_no for event in company.announced(said.CreditGranted)] == ["SO-1", "SO-2"]


@pytest.mark.requirement("R201.a", "R203.b")
async def test_on_the_first_of_the_month_accounts_are_compared_with_the_customer(company):
    await company.place()
    await company.sign_contract()
    await company.pay("initial", "30000.00")
    await company.until(datetime(2026, 10, 1, 2, tzinfo=UTC))

    (statement,) = company.announced(said.StatementIssued)
    assert (statement.month, statement.balance) == ("2026-09", yuan("70000.00"))
    assert [(line.order_no, line.billed, line.paid) for line in statement.lines] == [
        ("SO-2026-0412", yuan("100000.00"), yuan("30000.00"))
    ]


async def test_a_customer_who_owes_nothing_gets_one_last_statement(company):
    await company.place()
    await company.run_to("closed")
    await company.until(company.now + timedelta(days=200))
    statements = company.announced(said.StatementIssued)
    assert [str(statement.balance.amount) for statement in statements] == ["0.00"]


async def test_a_higher_price_after_signing_is_billed_with_the_balance(company):
    await company.place()
    await company.release()
    await company.decide(amend, Draft(revision=0, changes=("加两樘",), total=yuan("120000.00")), role="account_manager")
    await company.decide(review, "approved", ())
    order = await company.order()
    assert (order.receivable.billed, order.receivable.open) == (Decimal("120000.00"), Decimal("90000.00"))
    account = await company.stores.accounts.get(account_id_of(CUSTOMER))
    assert (account.positions[0].billed, account.balance) == (Decimal("120000.00"), yuan("90000.00"))


async def test_an_entry_that_is_heard_again_is_on_the_account_once(company):
    await company.place()
    await company.release()
    entered = [at for at in company.database.outbox.envelopes if at.key == said.LedgerEntered.key]
    for envelope in entered:
        event = said.LedgerEntered.model_validate_json(envelope.body)
        await deliver(company.subscriptions, event, id=envelope.id, sequence=envelope.sequence)
    account = await company.stores.accounts.get(account_id_of(CUSTOMER))
    assert account.balance == yuan("70000.00")


async def test_every_payment_fact_names_its_order_by_the_number_on_the_papers(company):
    await company.place()
    fact = facts.PaymentReceived(order_no=company.order_no, kind="initial", received_at=company.now)
    assert fact.order_id == (await company.order()).id


async def grant(company, amount, **fields):
    await complain(
        company,
        AllowanceGranted,
        certificate_no="ZK-2026-11-0007",
        amount=yuan(amount),
        signed_by="sales-vp",
        customer_stamped=True,
        **fields,
    )


@pytest.mark.requirement("R166.f")
async def test_a_granted_allowance_lessens_what_the_order_costs(company):
    await company.place()
    await company.run_to("closed")

    await grant(company, "500.00")

    order = await company.order()
    assert order.receivable.billed == Decimal("99500.00")
    assert (order.receivable.entries[-1].kind, order.receivable.entries[-1].note) == ("credit", "ZK-2026-11-0007")


@pytest.mark.requirement("R168.c")
async def test_a_posted_return_lessens_what_the_order_costs_and_a_reworked_one_does_not(company):
    await company.place()
    await company.run_to("closed")
    common = {"return_no": "TH-2026-11-0007", "lines": ({"part": "玻璃", "quantity": 3},), "voucher_no": "PZ-1"}

    await complain(company, ReturnPosted, **common, credit=yuan("1800.00"))
    await complain(company, ReturnPosted, **common)

    order = await company.order()
    assert order.receivable.billed == Decimal("98200.00")
    assert [entry.note for entry in order.receivable.entries if entry.kind == "credit"] == ["TH-2026-11-0007"]


@pytest.mark.parametrize("who", ["sales-vp", "proposer-1", "POSTER-1"])
async def test_who_decided_on_the_paper_of_a_credit_does_not_pay_its_money_back(company, who):
    await company.place()
    await company.run_to("closed")
    await grant(company, "500.00", decided_by=("proposer-1", "approver-1"))
    common = {"return_no": "TH-2026-11-0007", "lines": ({"part": "玻璃", "quantity": 3},), "voucher_no": "PZ-1"}
    await complain(company, ReturnPosted, **common, credit=yuan("300.00"), decided_by=("poster-1",))
    before = await company.order()

    with pytest.raises(Overstepped) as own:
        await company.decide(refund, yuan("800.00"), "退款", role="sales_vp", by=who)
    assert (own.value.code, await company.order()) == ("four_eyes", before)

    await company.decide(refund, yuan("800.00"), "退款", role="sales_vp", by="vp-2")


@pytest.mark.parametrize("amount", ["100000.01", "0.00"])
async def test_an_allowance_that_the_order_cannot_take_is_finance_s_to_clear_up(amount, company):
    await company.place()
    await company.run_to("closed")

    await grant(company, amount)

    (raised,) = company.announced(said.OrderExceptionRaised)
    assert (raised.kind, raised.detail.split()[0]) == ("payment", "ZK-2026-11-0007")
    assert (await company.order()).receivable.billed == Decimal("100000.00")


async def test_an_allowance_for_an_unknown_order_changes_nothing(company):
    await grant(company, "500.00", order_id=UUID(int=404), order_no="SO-404")

    assert company.announced(said.LedgerEntered) == []
