"""Review, change, signature, seal, ledger: nothing is valid that was not reviewed."""

from datetime import date, timedelta

import pytest
from orders_as_read import countersign, review, sign, sign_notice, use_seal

from orders.domain.decisions import contract
from orders.domain.decisions.contract import amend, take_on
from orders.domain.parts.contract import Draft, contract_no_of
from shared.aggregate import Overstepped, Refused
from shared.contracts import orders as said
from shared.contracts.event import Money, PreciseDate
from shared.contracts.orders import Finding, PaymentTerm

SIGNED_ON = PreciseDate(on=date(2026, 9, 30))
FINDING = Finding(clause="付款方式", issue="尾款期限超出公司政策")


async def test_the_contract_of_a_custom_order_waits_two_days_for_the_director(company):
    order = await company.place(kind="custom")

    (asked,) = [each for each in company.announced(said.DeadlineSetByOrders) if each.kind == "contract_review"]
    assert (asked.kind, asked.about, asked.due_at, asked.assignee_role) == (
        "contract_review",
        order.order_no,
        company.now + timedelta(days=2),
        "cs_director",
    )


@pytest.mark.requirement("R178.a", "R179.a")
async def test_an_approved_contract_may_be_signed_and_the_customer_is_told(company):
    await company.place()
    events = await company.decide(review, "approved", ())

    (told,) = company.announced(said.ContractReviewed)
    assert (told.outcome, told.revision, told.customer.name) == ("approved", 1, "广州恒达装饰")
    assert [type(event) for event in events] == [said.ContractReviewed, said.OrderStageChanged]
    assert (await company.order()).stage == "signing"


@pytest.mark.requirement("R178.a", "R179.b")
async def test_a_contract_to_amend_waits_for_a_new_revision_and_its_review(company):
    await company.place()
    await company.decide(review, "amend", (FINDING,))
    with pytest.raises(Refused) as nothing:
        await company.decide(review, "approved", ())
    await company.decide(amend, Draft(revision=0, changes=("尾款改为安装后七天",)), role="account_manager")
    await company.decide(review, "approved", ())

    assert nothing.value.code == "nothing_to_review"
    outcomes = [(told.revision, told.outcome) for told in company.announced(said.ContractReviewed)]
    assert outcomes == [(1, "amend"), (2, "approved")]
    assert (await company.order()).stage == "signing"


@pytest.mark.requirement("R029.b")
async def test_the_customer_is_called_about_the_contract_once_however_often_it_is_reviewed(company):
    await company.place()
    await company.decide(review, "approved", ())
    await company.decide(amend, Draft(revision=0, changes=("尾款改为安装后七天",)), role="account_manager")
    await company.decide(review, "approved", ())

    moves = [(told.before, told.stage_group) for told in company.announced(said.OrderStageChanged)]
    assert moves == [("review", "contract"), ("signing", None), ("review", None)]


async def test_a_contract_that_comes_back_keeps_what_the_amendment_does_not_change(company):
    await company.place()
    await company.decide(review, "amend", (FINDING,))
    await company.decide(amend, Draft(revision=0, changes=("尾款改为安装后七天",)), role="account_manager")
    await company.decide(review, "amend", (FINDING,))
    await company.decide(
        amend, Draft(revision=0, changes=("价格",), total=Money(amount="90000.00")), role="account_manager"
    )
    await company.sign_contract()

    (signed,) = company.announced(said.ContractSigned)
    assert (signed.promised_ship_date, signed.total) == (date(2026, 11, 26), Money(amount="90000.00"))


@pytest.mark.parametrize(
    "draft",
    [
        Draft(revision=0, total=Money(amount="0.00")),
        Draft(revision=0, total=Money(amount="-5.00")),
        Draft(revision=0, terms=(PaymentTerm(kind="initial", amount=Money(amount="5.00")),)),
        Draft(revision=0, terms=(PaymentTerm(kind="initial", amount=Money(amount="100000.00", currency="USD")),)),
        Draft(
            revision=0,
            terms=(
                PaymentTerm(kind="initial", amount=Money(amount="-1.00")),
                PaymentTerm(kind="balance", amount=Money(amount="100001.00")),
            ),
        ),
    ],
)
async def test_a_price_is_something_and_its_terms_come_to_it(company, draft):
    await company.place()
    await company.decide(review, "amend", ())
    with pytest.raises(Refused) as refused:
        await company.decide(amend, draft, role="account_manager")
    assert refused.value.code == "wrong_amount"


async def test_a_contract_is_not_signed_tomorrow(company):
    await company.place()
    await company.decide(review, "approved", ())
    with pytest.raises(Refused) as refused:
        await company.decide(sign, PreciseDate(on=date(2026, 10, 1)), "签订")
    assert refused.value.code == "future_day"


@pytest.mark.requirement("R179.c")
async def test_a_terminated_contract_ends_the_order_and_the_customer_is_told_both(company):
    await company.place()
    events = await company.decide(review, "terminate", (FINDING,))

    assert [type(event) for event in events] == [said.ContractReviewed, said.OrderCancelled]
    assert events[0].outcome == "terminate"
    assert (events[1].reason, events[1].stage) == ("尾款期限超出公司政策", "review")
    assert (await company.order()).ended


@pytest.mark.requirement("R178.b")
async def test_a_contract_that_changes_after_approval_goes_back_to_review(company):
    await company.place()
    await company.decide(review, "approved", ())
    await company.decide(
        amend, Draft(revision=0, changes=("数量改为 30",), total=Money(amount="125000.00")), role="account_manager"
    )

    assert (await company.order()).stage == "review"
    await company.decide(review, "approved", ())
    order = await company.order()
    assert (order.stage, order.total, order.contract.revision) == ("signing", Money(amount="125000.00"), 2)


@pytest.mark.requirement("R178.b", "R181.b")
async def test_a_change_of_a_signed_contract_counts_once_it_is_reviewed(company):
    await company.place()
    await company.release()
    change = Draft(revision=0, changes=("发货日期改为 2026-12-05",), ship_on=date(2026, 12, 5))
    await company.decide(amend, change, role="account_manager")
    assert (await company.order()).ship_on == date(2026, 11, 26)
    await company.decide(review, "approved", ())

    (amended,) = company.announced(said.ContractAmended)
    assert (amended.revision, amended.promised_ship_date) == (2, date(2026, 12, 5))
    assert [told.amends for told in company.announced(said.ContractReviewed)] == [False, True]
    order = await company.order()
    assert (order.ship_on, order.stage) == (date(2026, 12, 5), "plan")
    assert [promise.stage for promise in order.promises.given] == ["superseded", "open"]


async def test_a_second_change_waits_until_the_first_is_reviewed(company):
    await company.place()
    await company.sign_contract()
    await company.decide(amend, Draft(revision=0, changes=("一",)), role="account_manager")
    with pytest.raises(Refused) as refused:
        await company.decide(amend, Draft(revision=0, changes=("二",)), role="account_manager")
    assert refused.value.code == "under_review"


@pytest.mark.requirement("R178.b")
async def test_a_rejected_change_of_a_signed_contract_leaves_the_contract_as_it_was(company):
    await company.place()
    await company.sign_contract()
    before = await company.order()
    await company.decide(
        amend, Draft(revision=0, changes=("降价",), total=Money(amount="1.00")), role="account_manager"
    )
    await company.decide(review, "amend", (FINDING,))

    after = await company.order()
    assert (after.total, after.contract.revision, after.stage) == (before.total, 1, before.stage)


@pytest.mark.requirement("R180.a", "R181.a", "R198.a")
async def test_signing_seals_promises_and_puts_the_contract_into_the_ledger(company):
    await company.place()
    await company.sign_contract()
    await company.decide(use_seal, "补充协议盖章", by="cs-08")

    (signed,) = company.announced(said.ContractSigned)
    assert signed.contract_no == "JG20260930-SO-2026-0412"
    assert [(term.kind, str(term.amount.amount)) for term in signed.payment_terms] == [
        ("initial", "30000.00"),
        ("balance", "70000.00"),
    ]
    assert signed.promised_ship_date == date(2026, 11, 26)
    order = await company.order()
    assert [(use.staff, use.purpose) for use in order.contract.seals] == [
        ("cs_director-1", "签订销售合同"),
        ("cs-08", "补充协议盖章"),
    ]
    assert [used.purpose for used in company.announced(said.SealUsed)] == ["签订销售合同", "补充协议盖章"]


def test_a_contract_number_carries_its_day_and_fits_whatever_the_order_is_called():
    assert contract_no_of("SO-2026-0412", date(2026, 9, 30)) == "JG20260930-SO-2026-0412"
    assert len(contract_no_of("9" * 64, date(2026, 9, 30))) == 64


async def test_a_contract_that_came_with_the_order_keeps_its_number_and_date(company):
    await company.place(contract_no="HT-77", contract_date={"on": "2026-08-01", "precision": "month"})
    contract = (await company.order()).contract
    assert (contract.no, contract.on) == ("HT-77", PreciseDate(on=date(2026, 8, 1), precision="month"))


async def test_the_contracts_own_terms_are_kept(company):
    await company.place()
    terms = (
        PaymentTerm(kind="initial", amount=Money(amount="50000.00"), due_on=date(2026, 10, 3)),
        PaymentTerm(kind="balance", amount=Money(amount="50000.00")),
    )
    await company.decide(review, "amend", ())
    await company.decide(amend, Draft(revision=0, changes=("五五付款",), terms=terms), role="account_manager")
    await company.sign_contract()

    (due,) = company.announced(said.PaymentDue)
    assert (due.kind, due.amount, due.due_on) == ("initial", Money(amount="50000.00"), date(2026, 10, 3))


async def test_the_usual_terms_are_amounts_that_can_be_paid_in_the_currency(company):
    await company.place()
    await company.decide(review, "amend", ())
    yen = Money(amount="99999.00", currency="JPY")
    await company.decide(amend, Draft(revision=0, changes=("价格",), total=yen), role="account_manager")

    await company.sign_contract()

    terms = (await company.order()).receivable.terms
    assert [str(term.amount.amount) for term in terms] == ["30000.00", "69999.00"]


@pytest.mark.requirement("R008.a")
async def test_no_order_notice_leaves_without_three_signatures_in_order(company):
    await company.place()
    await company.sign_contract()
    await company.pay("initial", "30000.00")
    with pytest.raises(Refused) as early:
        await company.decide(sign_notice, "approved", by="cs-09")
    await company.decide(sign_notice, "prepared", by="cs-07")
    with pytest.raises(Overstepped) as prepared:
        await company.decide(sign_notice, "reviewed", by="cs-07")
    await company.decide(sign_notice, "reviewed", by="cs-08")
    assert company.announced(said.OrderReleased) == []
    with pytest.raises(Overstepped) as own:
        await company.decide(sign_notice, "approved", by="cs-07")
    with pytest.raises(Overstepped) as reviewed:
        await company.decide(sign_notice, "approved", by="cs-08")
    await company.decide(sign_notice, "approved", by="cs-09")

    assert early.value.code == "notice_not_prepared"
    assert {prepared.value.code, own.value.code, reviewed.value.code} == {"four_eyes"}
    (released,) = company.announced(said.OrderReleased)
    assert (released.prepared_by, released.reviewed_by, released.approved_by) == ("cs-07", "cs-08", "cs-09")


@pytest.mark.requirement("R014.a")
@pytest.mark.parametrize(("kind", "to"), [("standard", "project_team"), ("custom", "design_director")])
async def test_a_released_order_goes_to_the_route_s_own_designers(company, kind, to):
    await company.place(kind)
    await company.release()
    (released,) = company.announced(said.OrderReleased)
    assert released.to == to


@pytest.mark.requirement("R011.a")
async def test_a_released_order_is_in_the_project_register(company):
    await company.place()
    await company.release()
    page = await company.orders.find({"released_on": date(2026, 9, 30)})
    assert [order.order_no for order in page.items] == ["SO-2026-0412"]


@pytest.mark.requirement("R055.a")
async def test_a_contract_signed_but_not_paid_releases_nothing(company):
    await company.place()
    await company.sign_contract()
    for signature, who in (("prepared", "cs-07"), ("reviewed", "cs-08"), ("approved", "cs-09")):
        await company.decide(sign_notice, signature, by=who)
    assert (await company.order()).stage == "deposit"
    assert company.announced(said.OrderReleased) == []
    await company.pay("initial", "30000.00")
    assert len(company.announced(said.OrderReleased)) == 1


@pytest.mark.requirement("R196.a")
async def test_a_stage_that_takes_longer_than_planned_is_told_to_whoever_follows_the_order_up(company):
    await company.place()
    await company.release()
    await company.until(company.now + timedelta(days=20))
    missed = company.announced(said.DeadlineMissedByOrders)
    assert [(each.kind, each.about, each.assignee_role) for each in missed] == [
        ("stage_plan", "SO-2026-0412", "order_specialist")
    ]


@pytest.mark.requirement("R065.a", "R183.a")
async def test_every_stage_is_announced_with_how_late_it_is_left(company):
    await company.place()
    company.later(days=3)
    await company.decide(review, "approved", ())
    (changed,) = company.announced(said.OrderStageChanged)
    assert (changed.before, changed.after, changed.variance_hours) == ("review", "signing", 24.0)


async def test_signing_needs_an_approved_contract(company):
    await company.place()
    with pytest.raises(Refused) as refused:
        await company.decide(sign, SIGNED_ON, "签订")
    assert refused.value.code == "illegal_transition"


@pytest.mark.parametrize("outcome", ["approved", "amend", "terminate"])
async def test_another_revision_than_the_one_that_was_read_is_not_decided_about(company, outcome):
    await company.place()
    await company.decide(review, "amend", (FINDING,))
    await company.decide(amend, Draft(revision=0, changes=("尾款改为安装后七天",)), role="account_manager")
    before, told = await company.order(), company.published

    with pytest.raises(Refused) as refused:
        await company.decide(contract.review, 1, outcome, ())

    assert (refused.value.code, await company.order(), company.published) == ("contract_changed", before, told)


async def test_the_supervisor_submits_the_revision_that_was_read(company):
    await company.place("custom")
    await company.decide(take_on, role="regional_head")
    before, told = await company.order(), company.published

    with pytest.raises(Refused) as refused:
        await company.decide(contract.submit_for_review, 2, role="cs_supervisor")

    assert (refused.value.code, await company.order(), company.published) == ("contract_changed", before, told)


async def test_a_contract_is_signed_in_the_revision_that_was_read(company):
    await company.place()
    await company.approve()
    await company.decide(amend, Draft(revision=0, changes=("尾款改为安装后七天",)), role="account_manager")
    await company.approve()
    before, told = await company.order(), company.published

    with pytest.raises(Refused) as refused:
        await company.decide(contract.sign, 1, SIGNED_ON, "签订")

    assert (refused.value.code, await company.order(), company.published) == ("contract_changed", before, told)


@pytest.mark.parametrize("spelling", ["CS-07", "ｃｓ-07", " cs-07 "])
async def test_a_person_signs_a_notice_once_in_whatever_spelling(company, spelling):
    await company.place()
    await company.sign_contract()
    await company.decide(sign_notice, "prepared", by="cs-07")
    before = await company.order()

    with pytest.raises(Overstepped) as own:
        await company.decide(sign_notice, "reviewed", by=spelling)

    assert (own.value.code, await company.order()) == ("four_eyes", before)


@pytest.mark.parametrize("spelling", ["cs-07", "CS-07"])
async def test_a_change_of_a_contract_is_reviewed_by_another_person_than_the_one_who_wrote_it(company, spelling):
    await company.place()
    await company.approve()
    await company.decide(amend, Draft(revision=0, changes=("降价",), total=Money(amount="1.00")), by="cs-07")
    before, told = await company.order(), company.published

    with pytest.raises(Overstepped) as own:
        await company.decide(review, "approved", (), by=spelling)
    assert (own.value.code, await company.order(), company.published) == ("four_eyes", before, told)

    await company.decide(review, "approved", (), by="cs-08")
    assert (await company.order()).total == Money(amount="1.00")


async def test_a_price_that_came_back_is_not_approved_by_its_author_under_the_name_of_another_person(company):
    await company.place()
    await company.decide(review, "amend", (FINDING,))
    await company.decide(amend, Draft(revision=0, changes=("降价",), total=Money(amount="9000.00")), by="cs-07")
    await company.decide(review, "amend", (FINDING,), by="cs-08")
    await company.decide(amend, Draft(revision=0, changes=("措辞",)), by="cs-09")
    before = await company.order()
    assert before.contract.draft.total == Money(amount="9000.00")

    for author in ("cs-07", "cs-09"):
        with pytest.raises(Overstepped) as own:
            await company.decide(review, "approved", (), by=author)
        assert (own.value.code, await company.order()) == ("four_eyes", before)

    await company.decide(review, "approved", (), by="cs-08")
    assert (await company.order()).contract.reviews[-1].lowered_by[-1] == "cs-08"


@pytest.mark.parametrize("spelling", ["cs-07", "ＣＳ-07"])
async def test_a_change_is_countersigned_and_reviewed_by_two_people_neither_of_whom_wrote_it(company, spelling):
    await company.place()
    await company.approve()
    await company.decide(amend, Draft(revision=0, changes=("降价",), total=Money(amount="1.00")), by="cs-07")
    before = await company.order()

    with pytest.raises(Overstepped) as own:
        await company.decide(countersign, True, "", role="planner", by=spelling)
    assert (own.value.code, await company.order()) == ("four_eyes", before)

    await company.decide(countersign, True, "", role="planner", by="planner-1")
    with pytest.raises(Overstepped) as planners:
        await company.decide(review, "approved", (), by="PLANNER-1")
    assert planners.value.code == "four_eyes"
