"""The ledger: whatever happens in whatever order, it adds up, and no customer is asked for more than is open."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from inspect import signature
from itertools import permutations
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from order_rules import RULES
from orders_as_read import cancel, review, sign, submit_for_review

from orders.domain.account import Account, account_id_of
from orders.domain.decisions.account import enter, issue_statement, set_credit
from orders.domain.decisions.cancellation import ask_to_cancel
from orders.domain.decisions.contract import amend, take_on
from orders.domain.decisions.ledger import credit, refund
from orders.domain.decisions.opening import open_order
from orders.domain.decisions.payment import fall_overdue, receive, remind, tell_ahead
from orders.domain.decisions.shipment import dispatch
from orders.domain.parts.contract import Draft
from orders.domain.route import CANCELLED, Milestone
from shared.aggregate import LARGEST_AMOUNT, Cause, Overstepped, Refused
from shared.contracts import orders as said
from shared.contracts.departments import GoodsDispatched, PaymentReceived
from shared.contracts.event import Actor, Money, PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of
from shared.testing import cause

BEGIN = datetime(2026, 9, 30, 1, tzinfo=UTC)
CUSTOMER = CustomerSnapshot(customer_id=UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01"), name="恒达")
TERMS = ("initial", "progress", "balance")


def yuan(amount, currency="CNY"):
    return Money(amount=Decimal(amount), currency=currency)


class Books:
    """Several orders of one customer and their account, as decisions leave them; the account hears late."""

    def __init__(self, orders):
        self.now, self.causes = BEGIN, 0
        self.unheard, self.statements, self.asked = [], [], []
        self.account = Account.blank(CUSTOMER, RULES, BEGIN)
        self.orders = {}
        for number, (kind, currency, signed) in enumerate(orders):
            no = f"SO-{number}"
            placed = OrderPlaced(
                order_id=order_id_of(no),
                order_no=no,
                customer=CUSTOMER,
                kind="custom" if kind == "custom" else "standard",
                lines=(OrderLine(description="高隔断", quantity=1),),
                total=yuan("1000.00", currency),
                requested_ship_date=date(2026, 12, 1) if kind != "stock" else None,
                promised_arrival_date=date(2026, 12, 1) if kind == "stock" else None,
                verified_by="cs-07",
                verified_at=BEGIN,
            )
            self.take(open_order(placed, RULES, self.cause()))
            if signed and kind != "stock":
                self.review(no)
                self.sign(no)

    def cause(self, role="cs_director", by="d-1"):
        self.causes += 1
        id = uuid5(CUSTOMER.customer_id, str(self.causes))
        return Cause(id=id, correlation=id, actor=Actor(kind="staff", id=by, role=role), at=self.now)

    def take(self, change):
        before = self.orders.get(change.state.order_no)
        if before is not None and before.delivered and not before.ended and change.state.stage == CANCELLED:
            assert before.receivable.billed == 0
            assert "cancellation" not in [entry.kind for entry in change.state.receivable.entries]
        self.orders[change.state.order_no] = change.state
        self.unheard += [event for event in change.events if type(event) is said.LedgerEntered]
        self.asked += [event for event in change.events if type(event) in ASKING]
        for event in change.events:
            if type(event) in ASKING:
                receivable = change.state.receivable
                assert event.amount.currency == receivable.currency
                assert event.amount.amount <= receivable.open
        self.check(change.state)

    def decide(self, no, decision, *given, role="cs_director", by="d-1"):
        no = no if no in self.orders else "SO-0"
        try:
            rules = (RULES,) if "rules" in signature(decision).parameters else ()
            self.take(decision(self.orders[no], *given, *rules, self.cause(role, by)))
        except (Refused, Overstepped):
            return

    def check(self, order):
        """What is billed, paid, open and asked for agrees with the entries of the order."""
        receivable = order.receivable
        sums = defaultdict(Decimal)
        for entry in receivable.entries:
            sums[entry.amount.currency] += entry.amount.amount
        if receivable.invoiced:
            assert receivable.billed == receivable.invoiced.get(receivable.currency, 0)
            assert receivable.billed - receivable.paid == sums[receivable.currency]
        assert sum(each.open for each in receivable.claims) <= receivable.open
        assert sum(each.open for each in receivable.instalments) == receivable.open
        assert all(0 <= each.paid <= each.amount for each in receivable.instalments)

    def hear(self, place):
        """The account hears of one of the entries that it has not heard of."""
        if self.unheard:
            event = self.unheard.pop(place % len(self.unheard))
            self.account = enter(self.account, event, RULES, self.cause()).state

    def state(self):
        change = issue_statement(self.account, RULES, self.cause())
        self.account = change.state
        self.statements += [each for each in change.events if type(each) is said.StatementIssued]

    def review(self, no):
        self.decide(no, take_on, role="regional_head")
        self.decide(no, submit_for_review, role="cs_supervisor")
        self.decide(no, review, "approved", (), by="d-2")

    def sign(self, no):
        self.decide(no, sign, PreciseDate(on=BEGIN.date()), "签订")

    def amend(self, no, draft):
        self.decide(no, amend, draft)

    def change(self, no, draft):
        """An amendment that is approved."""
        self.amend(no, draft)
        self.review(no)

    def pay(self, no, kind, amount, receipt):
        fact = PaymentReceived(order_no=no, kind=kind, amount=amount, received_at=self.now, receipt_no=receipt)
        self.decide(no, receive, fact)

    def credit(self, no, amount):
        self.decide(no, credit, amount, "补偿")

    def credit_in_full(self, no):
        billed = self.orders.get(no, self.orders["SO-0"]).receivable
        self.credit(no, billed.money(billed.billed))

    def refund(self, no, amount):
        self.decide(no, refund, amount, "退款", role="sales_vp", by="vp-1")

    def cancel(self, no, amount):
        if amount is not None:
            self.decide(no, ask_to_cancel, "取消", role="account_manager", by="am-1")
        self.decide(no, cancel, "取消", amount)

    def deliver(self, no):
        self.decide(no, dispatch, GoodsDispatched(order_no=no, left_at=self.now))

    def wait(self, days):
        """Days pass; what falls due with them is told, noted and reminded of."""
        self.now += timedelta(days=days)
        for no in tuple(self.orders):
            for passing in (tell_ahead, fall_overdue, remind):
                self.decide(no, passing)

    def ledger(self):
        sums = defaultdict(Decimal)
        for order in self.orders.values():
            for entry in order.receivable.entries:
                sums[entry.amount.currency] += entry.amount.amount
        return {currency: amount for currency, amount in sums.items() if amount}


ASKING = (said.PaymentDue, said.PaymentApproaching, said.PaymentOverdue, said.DunningIssued)
ROUTE = st.sampled_from(["standard", "custom", "stock"])
ORDER = st.sampled_from(["SO-0", "SO-1", "SO-2"])
AMOUNT = st.decimals(min_value="0.01", max_value="2000", places=2)
CURRENCY = st.sampled_from(["CNY", "CNY", "USD"])
MONEY = st.builds(Money, amount=AMOUNT, currency=CURRENCY)


@st.composite
def drafts(draw):
    total = draw(st.one_of(st.none(), MONEY))
    if total is None or total.amount < 3 or draw(st.booleans()):
        return Draft(revision=0, changes=("改",), total=total)
    third = (total.amount / 3).quantize(Decimal("0.01"))
    shares = (third, third, total.amount - 2 * third)
    terms = tuple(
        said.PaymentTerm(
            kind=kind,
            amount=Money(amount=share, currency=total.currency),
            due_on=draw(st.one_of(st.none(), st.dates(date(2026, 10, 1), date(2027, 3, 1)))),
        )
        for kind, share in zip(TERMS, shares, strict=True)
    )
    return Draft(revision=0, changes=("改",), total=total, terms=terms)


STEP = st.one_of(
    st.tuples(st.just("review"), ORDER),
    st.tuples(st.just("sign"), ORDER),
    st.tuples(st.just("amend"), ORDER, drafts()),
    st.tuples(st.just("change"), ORDER, drafts()),
    st.tuples(
        st.just("pay"), ORDER, st.sampled_from(TERMS), st.one_of(st.none(), MONEY), st.sampled_from(["1", "2", None])
    ),
    st.tuples(st.just("credit"), ORDER, MONEY),
    st.tuples(st.just("refund"), ORDER, MONEY),
    st.tuples(st.just("cancel"), ORDER, st.one_of(st.none(), MONEY)),
    st.tuples(st.just("deliver"), ORDER),
    st.tuples(st.just("credit_in_full"), ORDER),
    st.tuples(st.just("hear"), st.integers(0, 9)),
    st.tuples(st.just("state")),
    st.tuples(st.just("wait"), st.integers(1, 40)),
)


@pytest.mark.requirement("R203.a", "R201.a")
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["standard", "custom", "stock"]), CURRENCY, st.booleans()), min_size=1, max_size=3
    ),
    st.lists(STEP, min_size=5, max_size=40),
)
def test_all_statements_come_to_the_ledger_and_nobody_is_asked_for_more_than_is_open(orders, steps):
    books = Books(orders)
    for step, *details in steps:
        getattr(books, step)(*details)
    while books.unheard:
        books.hear(0)
    books.state()

    stated, balances = defaultdict(Decimal), {}
    for statement in books.statements:
        currency = statement.balance.currency
        assert statement.opening == Money(amount=balances.get(currency, Decimal()), currency=currency)
        entered = sum((entry.amount.amount for entry in statement.entries), Decimal())
        assert statement.opening.amount + entered == statement.balance.amount
        assert sum(line.billed.amount - line.paid.amount for line in statement.lines) == statement.balance.amount
        stated[currency] += entered
        balances[currency] = statement.balance.amount
    assert {currency: amount for currency, amount in stated.items() if amount} == books.ledger()
    assert {currency: amount for currency, amount in balances.items() if amount} == books.ledger()


def signed_in_four_parts():
    """The books of an order that is paid in four parts: 300, 200, 100 and 400."""
    parts = (
        ("initial", "300.00", None),
        ("progress", "200.00", 1),
        ("progress", "100.00", 2),
        ("balance", "400.00", None),
    )
    terms = tuple(
        said.PaymentTerm(kind=kind, amount=yuan(amount), due_on=day and date(2026, 11, day))
        for kind, amount, day in parts
    )
    books = Books([("custom", "CNY", True)])
    books.change("SO-0", Draft(revision=0, changes=("改",), total=yuan("1000.00"), terms=terms))
    assert books.orders["SO-0"].receivable.terms == terms
    return books


@given(
    st.tuples(*(st.sampled_from(["word", "amount", "both"]),) * 4),
    st.tuples(*(st.integers(1, 30),) * 4),
    st.randoms(use_true_random=False),
)
def test_the_ledger_says_the_same_in_whatever_order_receipts_with_and_without_an_amount_arrive(said_by, hours, chance):
    books, at = signed_in_four_parts(), BEGIN
    receipts = []
    for number, (term, how, after) in enumerate(
        zip(books.orders["SO-0"].receivable.terms, said_by, hours, strict=True)
    ):
        at += timedelta(hours=after)
        amounts = {"word": [None], "amount": [term.amount], "both": [None, term.amount]}[how]
        receipts += [(term.kind, amount, f"SK-{number}", at) for amount in amounts]
    chance.shuffle(receipts)
    for kind, amount, no, moment in receipts:
        fact = PaymentReceived(order_no="SO-0", kind=kind, amount=amount, received_at=moment, receipt_no=no)
        books.decide("SO-0", receive, fact)

    order = books.orders["SO-0"]
    assert order.receivable.paid == Decimal("1000.00")
    assert {no: entered(order, no) for no in ("SK-0", "SK-1", "SK-2", "SK-3")} == {
        "SK-0": Decimal("300.00"),
        "SK-1": Decimal("200.00"),
        "SK-2": Decimal("100.00"),
        "SK-3": Decimal("400.00"),
    }
    assert order.exceptions == 0 or "both" in said_by


def entered(order, no):
    return -sum((each.amount.amount for each in order.receivable.entered(no)), Decimal())


async def test_a_receipt_that_arrives_late_takes_its_share_of_what_a_later_word_booked(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    begin = company.now
    await company.pay("balance", None, receipt_no="SK-2")
    await company.pay("initial", None, receipt_no="SK-1", received_at=begin - timedelta(hours=2))
    await company.pay("initial", "500.00", receipt_no="SK-0", received_at=begin - timedelta(hours=3))

    order = await company.order()
    assert {no: entered(order, no) for no in ("SK-0", "SK-1", "SK-2")} == {
        "SK-0": Decimal("500.00"),
        "SK-1": Decimal("2500.00"),
        "SK-2": Decimal("7000.00"),
    }
    assert (order.receivable.open, order.exceptions) == (0, 0)
    account = await company.stores.accounts.get(account_id_of(CUSTOMER.customer_id))
    assert account.balance == yuan("0.00")


async def test_a_receipt_that_arrives_late_takes_no_more_back_than_it_brings_also_after_a_credit(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    begin = company.now
    await company.pay("balance", None, receipt_no="SK-2")
    await company.decide(credit, yuan("2000.00"), "补偿", role="cs_director")
    await company.pay("initial", "500.00", receipt_no="SK-1", received_at=begin - timedelta(hours=2))
    ledger = (await company.order()).receivable
    assert (ledger.paid, ledger.surplus) == (Decimal("10000.00"), Decimal("2000.00"))


async def test_the_balance_that_is_heard_of_first_leaves_the_deposit_s_receipt_its_own_amount(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("balance", "7000.00", receipt_no="SK-2")
    await company.pay("initial", None, receipt_no="SK-1")
    order = await company.order()
    assert (order.receivable.open, entered(order, "SK-1"), order.exceptions) == (0, Decimal("3000.00"), 0)


async def test_a_word_of_which_nothing_is_left_once_an_earlier_amount_arrives_is_looked_into(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("initial", None, receipt_no="SK-2")
    await company.pay("initial", "3000.00", receipt_no="SK-1", received_at=company.now - timedelta(hours=2))
    order = await company.order()
    assert (entered(order, "SK-1"), entered(order, "SK-2")) == (Decimal("3000.00"), 0)
    assert [raised.detail for raised in company.announced(said.OrderExceptionRaised)] == [
        "收据SK-2报首期款已收，未注明金额；本单此项已无应收，未另行入账，请核对是否与收据SK-1为同一笔款"
    ]


async def test_more_money_for_what_a_word_has_settled_is_entered_and_looked_into(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("initial", None, receipt_no="SK-1")
    await company.pay("initial", "3000.00", receipt_no="SK-2", received_at=company.now + timedelta(seconds=1))
    assert (await company.order()).receivable.paid == Decimal("6000.00")
    assert [raised.detail for raised in company.announced(said.OrderExceptionRaised)] == [
        "首期款有收据未注明金额、已按应收入账，连同收据SK-2已超出该项应收，请核对是否为同一笔款"
    ]


async def test_the_amount_of_a_receipt_takes_the_place_of_what_its_word_was_taken_for(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("initial", None, receipt_no="SK-1")
    await company.pay("initial", "2900.00", receipt_no="SK-1")
    await company.pay("initial", "2900.00", receipt_no="SK-1")
    assert (await company.order()).receivable.paid == Decimal("2900.00")
    assert [raised.detail for raised in company.announced(said.OrderExceptionRaised)] == [
        "收据SK-1先前未注明金额，按应收3000.00 CNY入账；现报2900.00 CNY，已改按所报入账，请核对"
    ]


async def test_an_order_is_paid_no_longer_when_a_receipt_turns_out_to_be_less_than_its_word_was_taken_for(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("initial", "3000.00", receipt_no="SK-1")
    await company.pay("balance", None, receipt_no="SK-2")
    assert (await company.order()).has(Milestone.PAID)

    await company.pay("balance", "1000.00", receipt_no="SK-2")

    order = await company.order()
    assert (order.has(Milestone.PAID), order.receivable.open) == (False, Decimal("6000.00"))


def test_goods_wait_for_the_money_again_that_turns_out_to_be_less_than_its_word_was_taken_for():
    books = Books([("stock", "CNY", False)])
    books.review("SO-0")
    books.pay("SO-0", "balance", None, "SK-1")
    assert books.orders["SO-0"].stage == "shipping"

    books.pay("SO-0", "balance", yuan("400.00"), "SK-1")

    order = books.orders["SO-0"]
    assert (order.stage, order.receivable.open, order.receivable.asked_of("balance")) == (
        "payment",
        Decimal("600.00"),
        Decimal("600.00"),
    )
    books.pay("SO-0", "balance", yuan("600.00"), "SK-2")
    assert books.orders["SO-0"].stage == "shipping"


def test_goods_that_have_left_do_not_come_back_for_money_that_turns_out_to_be_less():
    books = Books([("stock", "CNY", False)])
    books.pay("SO-0", "balance", None, "SK-1")
    books.deliver("SO-0")
    books.pay("SO-0", "balance", yuan("400.00"), "SK-1")

    order = books.orders["SO-0"]
    assert (order.stage, order.receivable.open) == ("transport", Decimal("600.00"))
    assert order.exceptions == 1


async def test_a_deposit_is_in_no_longer_when_it_turns_out_to_be_less_before_the_contract_is_signed(company):
    await company.place(total=yuan("10000.00"))
    await company.decide(review, "approved", ())
    await company.pay("initial", None, receipt_no="SK-1")
    assert (await company.order()).has(Milestone.INITIAL_PAID)

    await company.pay("initial", "100.00", receipt_no="SK-1")
    assert not (await company.order()).has(Milestone.INITIAL_PAID)


@pytest.mark.parametrize("amount", [yuan("0.01"), yuan("500.00", "USD")])
def test_what_was_paid_back_of_a_receipt_stands_when_its_amount_is_told_to_be_less(amount):
    books = Books([("standard", "CNY", True)])
    books.pay("SO-0", "balance", None, "SK-1")
    books.credit("SO-0", yuan("300.00"))
    books.refund("SO-0", yuan("300.00"))
    before = books.orders["SO-0"].receivable

    books.pay("SO-0", "balance", amount, "SK-1")

    order = books.orders["SO-0"]
    assert (order.receivable.entries, order.exceptions) == (before.entries, 1)
    assert order.receivable.paid == Decimal("700.00")


@pytest.mark.parametrize("sent", list(permutations(range(3))))
async def test_an_amount_that_says_what_its_word_was_taken_for_is_counted_and_gives_nothing_back(company, sent):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    words = ((None, "SK-1", 5), ("3000.00", "SK-1", 5), ("1000.00", "SK-2", 1))
    begin = company.now
    for amount, no, hours in (words[each] for each in sent):
        await company.pay("initial", amount, receipt_no=no, received_at=begin + timedelta(hours=hours))
    assert (await company.order()).receivable.paid == Decimal("4000.00")


async def test_a_receipt_whose_amount_is_told_before_the_price_is_known_is_booked_by_that_alone(company):
    await company.place(total=None)
    await company.pay("balance", None, receipt_no="SK-1")
    await company.pay("balance", "5000.00", receipt_no="SK-1")
    await company.decide(amend_draft, yuan("10000.00"), role="account_manager")
    await company.sign_contract()
    assert (await company.order()).receivable.paid == Decimal("5000.00")


def test_what_a_word_was_taken_for_goes_back_in_its_own_currency_after_the_contract_s_has_changed():
    books = Books([("custom", "USD", True)])
    books.pay("SO-0", "initial", None, "SK-1")
    books.change("SO-0", Draft(revision=0, changes=("改",), total=yuan("7000.00")))
    assert books.orders["SO-0"].receivable.sums("payment") == {"USD": Decimal("-300.00")}

    books.pay("SO-0", "initial", yuan("2100.00"), "SK-1")

    ledger = books.orders["SO-0"].receivable
    assert ledger.sums("payment") == {"USD": 0, "CNY": Decimal("-2100.00")}
    assert (ledger.paid, ledger.open) == (Decimal("2100.00"), Decimal("4900.00"))


async def test_words_that_waited_for_the_price_are_booked_by_their_moments(company):
    await company.place(total=None)
    await company.pay("balance", None, receipt_no="SK-2")
    await company.pay("initial", None, receipt_no="SK-1", received_at=company.now - timedelta(hours=2))
    await company.decide(amend_draft, yuan("10000.00"), role="account_manager")
    await company.sign_contract()
    order = await company.order()
    assert (entered(order, "SK-1"), entered(order, "SK-2")) == (Decimal("3000.00"), Decimal("7000.00"))
    assert order.exceptions == 0


async def test_a_confirmation_without_an_amount_books_what_was_due(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("initial", None)
    order = await company.run_to("balance")
    assert (order.receivable.paid, order.receivable.open) == (Decimal("3000.00"), Decimal("7000.00"))
    assert [due.amount for due in company.announced(said.PaymentDue)] == [yuan("3000.00"), yuan("7000.00")]

    await company.pay("balance", None)
    assert (await company.order()).stage == "closed"
    account = await company.stores.accounts.get(account_id_of(CUSTOMER.customer_id))
    assert account.balance == yuan("0.00")
    await company.until(company.now + timedelta(days=70))
    assert [statement.balance for statement in company.announced(said.StatementIssued)] == [yuan("0.00")]


async def test_a_confirmation_before_the_review_books_the_deposit_when_it_is_known(company):
    await company.place(total=yuan("10000.00"))
    await company.pay("initial", None)
    await company.decide(review, "approved", ())
    assert (await company.order()).receivable.paid == Decimal("3000.00")


async def test_a_due_that_is_paid_in_part_is_asked_for_by_its_open_part(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("initial", "1000.00")
    await company.until(company.now + timedelta(days=40))
    asked = [company.announced(kind) for kind in (said.PaymentApproaching, said.PaymentOverdue, said.DunningIssued)]
    assert [[event.amount for event in events] for events in asked] == [
        [yuan("2000.00")],
        [yuan("2000.00")],
        [yuan("2000.00")] * 3,
    ]


async def test_a_receipt_with_two_lines_is_entered_in_full_and_looked_into(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("initial", "3000.00", receipt_no="SK-1")
    await company.pay("balance", "7000.00", receipt_no="SK-1")
    await company.pay("balance", "7000.00", receipt_no="SK-1")
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert raised.detail == "收据SK-1此前已入账，现又作为尾款入账：7000.00 CNY，请核对"
    assert (await company.order()).receivable.open == 0


async def test_a_receipt_in_other_letters_is_the_same_receipt(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    for typed in ("SK-1", "sk-1", "ＳＫ－１", "SK - 1"):
        await company.pay("initial", "3000.00", receipt_no=typed)
    assert (await company.order()).receivable.paid == Decimal("3000.00")


async def test_a_receipt_with_another_amount_is_looked_into_and_not_entered(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("initial", "3000.00", receipt_no="SK-1")
    await company.pay("initial", "3300.00", receipt_no="SK-1")
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert raised.detail == "收据SK-1已入账3000.00 CNY，现报3300.00 CNY，未入账，请核对"
    assert (await company.order()).receivable.paid == Decimal("3000.00")


async def test_a_receipt_without_an_amount_is_looked_into_where_nothing_is_due_any_more(company):
    await company.place(total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("initial", "3000.00", receipt_no="SK-1")
    paid = (await company.order()).receivable.paid

    await company.pay("initial", None, receipt_no="SK-1")
    await company.pay("initial", None, receipt_no=None)
    assert company.announced(said.OrderExceptionRaised) == []

    await company.pay("initial", None, receipt_no="SK-2")
    await company.pay("balance", "7000.00", receipt_no="SK-3")
    await company.pay("initial", None, receipt_no="SK-2")
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert (raised.kind, raised.detail) == (
        "payment",
        "收据SK-2报首期款已收，未注明金额；本单此项已无应收，未另行入账，请核对是否与收据SK-1为同一笔款",
    )
    assert (await company.order()).receivable.paid == paid + Decimal("7000.00")


async def test_a_receipt_that_waited_for_the_price_is_looked_into_where_nothing_is_due_any_more(company):
    await company.place(total=None)
    await company.pay("initial", None, receipt_no="SK-1")
    await company.pay("initial", None, receipt_no="SK-2")
    assert company.announced(said.OrderExceptionRaised) == []

    await company.decide(amend_draft, yuan("10000.00"), role="account_manager")
    await company.sign_contract()
    await company.pay("initial", None, receipt_no="SK-2")

    assert [raised.detail for raised in company.announced(said.OrderExceptionRaised)] == [
        "收据SK-2报首期款已收，未注明金额；本单此项已无应收，未另行入账，请核对是否与收据SK-1为同一笔款"
    ]


async def test_a_receipt_that_was_said_twice_before_the_price_is_booked_once_and_not_looked_into(company):
    await company.place(total=None)
    await company.pay("initial", None, receipt_no="SK-1")
    await company.pay("initial", None, receipt_no="SK-1")
    await company.decide(amend_draft, yuan("10000.00"), role="account_manager")
    await company.sign_contract()

    assert [entry.reference for entry in (await company.order()).receivable.entered("SK-1")] == ["SK-1"]
    assert company.announced(said.OrderExceptionRaised) == []


async def test_money_in_the_contract_s_currency_counts_although_it_came_before_the_review(company):
    await company.place(total=None)
    await company.pay("initial", "3000.00", "USD")
    await company.decide(amend_draft, yuan("10000.00", "USD"), role="account_manager")
    await company.sign_contract()
    order = await company.order()
    assert (order.stage, order.receivable.paid) == ("release", Decimal("3000.00"))
    assert company.announced(said.OrderExceptionRaised) == []


@pytest.mark.requirement("R201.c")
async def test_a_statement_has_a_line_for_each_order(company):
    await company.place(order_no="SO-1", total=yuan("10000.00"))
    await company.sign_contract()
    await company.pay("initial", "3000.00")
    await company.place(order_no="SO-2", total=yuan("500.00"))
    await company.sign_contract()
    await company.until(datetime(2026, 10, 1, 2, tzinfo=UTC))
    (statement,) = company.announced(said.StatementIssued)
    assert [(line.order_no, line.billed, line.paid) for line in statement.lines] == [
        ("SO-1", yuan("10000.00"), yuan("3000.00")),
        ("SO-2", yuan("500.00"), yuan("0.00")),
    ]


@pytest.mark.parametrize(("credit", "paid"), [(True, ()), (False, (LARGEST_AMOUNT, LARGEST_AMOUNT, LARGEST_AMOUNT))])
def test_sums_that_are_larger_than_an_amount_are_told_as_the_largest_one(credit, paid):
    """Every entry is heard, and what is told beyond the largest amount is that amount, either way."""
    largest = Money(amount=LARGEST_AMOUNT)
    account = Account.blank(CUSTOMER, RULES, BEGIN)
    account = set_credit(account, largest, 30, cause=cause(BEGIN)).state
    heard = [("invoice", LARGEST_AMOUNT, number) for number in (1, 2, 3)] + [("payment", -each, 1) for each in paid]
    events = []
    for place, (kind, amount, number) in enumerate(heard, start=1):
        entered = said.LedgerEntered(
            order_id=UUID(int=number),
            order_no=f"SO-{number}",
            customer=CUSTOMER,
            number=place,
            kind=kind,
            amount=Money(amount=amount),
            at=BEGIN,
            on_credit=credit,
        )
        change = enter(account, entered, RULES, cause(BEGIN))
        account, events = change.state, [*events, *change.events]
    issued = issue_statement(account, RULES, cause(BEGIN))
    (statement,) = issued.events

    exceeded = [each.exposure for each in events if isinstance(each, said.CreditLimitExceeded)]
    assert exceeded == ([largest, largest] if credit else [])
    owed = Decimal(0) if paid else LARGEST_AMOUNT
    assert (statement.balance, statement.opening) == (Money(amount=owed), Money(amount=Decimal(0)))
    assert [(line.billed, line.paid) for line in statement.lines] == [
        (largest, largest if paid else Money(amount=Decimal(0))),
        (largest, Money(amount=Decimal(0))),
        (largest, Money(amount=Decimal(0))),
    ]


async def test_a_debt_in_another_currency_has_a_statement_of_its_own(company):
    await company.place(order_no="SO-1", total=yuan("10000.00"))
    await company.sign_contract()
    await company.place(order_no="SO-2", total=yuan("500.00", "USD"))
    await company.sign_contract()
    await company.until(datetime(2026, 10, 1, 2, tzinfo=UTC))
    balances = [statement.balance for statement in company.announced(said.StatementIssued)]
    assert balances == [yuan("10000.00"), yuan("500.00", "USD")]


@pytest.mark.requirement("R201.d", "R203.d")
async def test_what_was_paid_before_an_amendment_stays_paid(company):
    await company.place()
    await company.pay("initial", "30000.00")
    await company.sign_contract()
    await company.decide(amend_draft, yuan("120000.00"), role="account_manager")
    await company.decide(review, "approved", ())
    await company.until(datetime(2026, 10, 1, 2, tzinfo=UTC))
    (statement,) = company.announced(said.StatementIssued)
    (line,) = statement.lines
    assert (line.billed, line.paid, statement.balance) == (yuan("120000.00"), yuan("30000.00"), yuan("90000.00"))
    assert [entry.kind for entry in statement.entries] == ["payment", "invoice", "amendment"]


@pytest.mark.requirement("R193.a")
async def test_progress_payments_are_asked_for_on_their_day_and_fall_overdue_like_the_others(company):
    terms = [("initial", "30000.00", None), ("progress", "30000.00", date(2026, 11, 1)), ("balance", "40000.00", None)]
    draft = Draft(
        revision=0,
        changes=("付款方式",),
        terms=tuple(said.PaymentTerm(kind=kind, amount=yuan(amount), due_on=on) for kind, amount, on in terms),
    )
    await company.place()
    await company.decide(review, "amend", ())
    await company.decide(amend, draft, role="account_manager")
    await company.release()
    await company.until(datetime(2026, 11, 2, 2, tzinfo=UTC))
    due = [event for event in company.announced(said.PaymentDue) if event.kind == "progress"]
    assert [(each.amount, each.due_on) for each in due] == [(yuan("30000.00"), date(2026, 11, 1))]
    assert [(each.kind, each.due_on) for each in company.announced(said.PaymentApproaching)] == [
        ("progress", date(2026, 11, 1))
    ]
    assert [each.due_on for each in company.announced(said.PaymentOverdue)] == [date(2026, 11, 1)]


async def test_what_is_to_be_reminded_of_on_one_day_is_one_reminder_as_firm_as_the_firmest(company):
    terms = [("initial", "30000.00", None), ("progress", "20000.00", date(2026, 10, 7)), ("balance", "50000.00", None)]
    draft = Draft(
        revision=0,
        changes=("付款方式",),
        terms=tuple(said.PaymentTerm(kind=kind, amount=yuan(amount), due_on=on) for kind, amount, on in terms),
    )
    await company.place()
    await company.decide(review, "amend", ())
    await company.decide(amend, draft, role="account_manager")
    await company.sign_contract()
    await company.until(company.now + timedelta(days=40))
    assert {(each.kind, each.due_on) for each in company.announced(said.PaymentDue)} == {
        ("initial", date(2026, 10, 7)),
        ("progress", date(2026, 10, 7)),
    }
    assert [(each.level, each.amount, each.due_on) for each in company.announced(said.DunningIssued)] == [
        (level, yuan("50000.00"), date(2026, 10, 7)) for level in (1, 2, 3)
    ]


async def test_an_order_from_stock_is_asked_for_payment(company):
    await company.place(promised_arrival_date=date(2026, 10, 20), requested_ship_date=None)
    (due,) = company.announced(said.PaymentDue)
    assert (due.kind, due.amount, due.due_on) == ("balance", yuan("100000.00"), date(2026, 10, 7))


async def test_after_a_standstill_one_reminder_is_sent_and_the_next_one_after_the_days_between_two(company):
    await company.place()
    await company.run_to("balance")
    began = company.now = company.now + timedelta(days=60)
    reminded = []
    for day in range(20):
        await company.until(began + timedelta(days=day))
        reminded.append(len(company.announced(said.DunningIssued)))
    assert [(level, reminded.index(level)) for level in (1, 2, 3)] == [(1, 2), (2, 9), (3, 19)]
    assert len(company.announced(said.PaymentOverdue)) == 1


async def test_a_credit_lessens_what_is_owed_and_what_came_in_beyond_it_is_paid_back(company):
    await company.place()
    await company.run_to("closed")
    with pytest.raises(Refused) as refused:
        await company.decide(refund, yuan("100.00"), "多付")
    assert refused.value.code == "refund_too_high"
    await company.decide(credit, yuan("500.00"), "补偿")
    await company.decide(refund, yuan("500.00"), "退款", role="sales_vp")
    order = await company.order()
    assert (order.receivable.billed, order.receivable.paid) == (Decimal("99500.00"), Decimal("99500.00"))
    account = await company.stores.accounts.get(account_id_of(CUSTOMER.customer_id))
    assert account.balance == yuan("0.00")


async def test_money_that_came_in_for_a_cancelled_order_stays_on_the_account_until_it_is_paid_back(company):
    await company.place()
    await company.release()
    await company.decide(cancel, "取消", None)
    account_id = account_id_of(CUSTOMER.customer_id)
    assert (await company.stores.accounts.get(account_id)).balance == yuan("-30000.00")
    await company.decide(refund, yuan("30000.00"), "退首期款", role="sales_vp")
    assert (await company.stores.accounts.get(account_id)).balance == yuan("0.00")


def amend_draft(order, total, rules, cause):
    if order.contract.draft is not None:
        order = order.but(contract=order.contract.but(draft=None, returned=order.contract.draft))
    return amend(order, Draft(revision=0, changes=("改",), total=total), rules, cause)
