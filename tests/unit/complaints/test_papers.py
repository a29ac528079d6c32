"""Discount certificates and return notes: every stage and decision, four eyes, quantities, duties and copies."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import get_args
from uuid import UUID

import pytest
import sight
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaints.domain import lifecycle
from complaints.domain.decisions import allowance as on_allowance
from complaints.domain.decisions import goods_return as on_return
from complaints.domain.decisions.closing import close
from complaints.domain.decisions.papers import expect_allowance, expect_return
from complaints.domain.decisions.resolution import approve, propose
from complaints.domain.decisions.settlement import accept, implement
from complaints.domain.parts.papers import PartCount, Receipt
from shared.aggregate import Change, NotFound, Overstepped, Refused
from shared.contracts.complaints import (
    AllowanceGranted,
    ApprovedLine,
    ComplaintClosed,
    Difference,
    Remediation,
    ReturnAuthorized,
    ReturnDiscrepancyFound,
    ReturnPosted,
    ReturnReconciled,
)
from shared.contracts.departments import ReturnedLine, ReturnReceived
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import AboutComplaint
from shared.lifecycle import IllegalTransition
from shared.testing import cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ABOUT = AboutComplaint(complaint_id=UUID(int=100), complaint_no="2026-11-0001")
GLASS = "80 款双玻百叶高隔断"


def by(role, id=None):
    return cause(AT, actor=Actor(kind="staff", id=id or f"{role}-01", role=role))


SALES, VP, FINANCE = by("account_manager"), by("sales_vp"), by("finance")
WAREHOUSE, CS = by("warehouse"), by("cs_manager")


def yuan(amount):
    return Money(amount=Decimal(amount))


def counted(quantity, part=GLASS):
    return (PartCount(part=part, quantity=quantity),)


def receipt(quantity, part=GLASS):
    return Receipt(lines=counted(quantity, part), received_at=AT, signed_by="warehouse-01")


def duties(paper):
    return {run.clock.name: run.clock.role for run in paper.running}


@pytest.fixture
def closed_with(in_every_stage, rules):
    """A case that was closed with this solution."""

    def closed(kind, amount):
        option = Remediation(kind=kind, amount=yuan(amount), description="按方案处理")
        handler, deputy = by("complaint_handler"), by("deputy_gm")
        case = propose(in_every_stage["investigated"], (option,), 0, False, rules, handler).state
        case = accept(
            approve(*sight.proposed(case), 0, "", rules, deputy).state, "signature", "s/1.png", rules, handler
        ).state
        return close(implement(case, (), rules, handler).state, "已处理", rules, handler).state

    return closed


@pytest.fixture
def allowances(closed_with, rules):
    """A certificate in every stage, each reached by the decisions that lead there."""
    case = closed_with("allowance", "1800.00")
    due = expect_allowance(case, case.settlement, rules, CS).state
    drawn = on_allowance.draw_up(due, "玻璃崩角", rules, SALES).state
    countersigned = on_allowance.countersign(*sight.drawn(drawn), rules, VP).state
    granted = on_allowance.stamp(countersigned, "zk/1.pdf", rules, SALES).state
    filed = on_allowance.file_copy(granted, rules, SALES).state
    done = on_allowance.post(filed, "PZ-1", rules, FINANCE).state
    return {"due": due, "drawn": drawn, "countersigned": countersigned, "granted": granted, "done": done}


@pytest.fixture
def returns(closed_with, rules):
    """A return note in every stage: three were approved; where they differ two came back."""
    case = closed_with("return", "1800.00")
    due = expect_return(case, case.settlement, rules, CS).state
    drawn = on_return.draw_up(due, counted(3), "玻璃崩角", "return", "处理决定", rules, SALES).state
    authorized = on_return.authorize(*sight.drawn(drawn), rules, VP).state
    received = on_return.receive(authorized, receipt(3), rules, WAREHOUSE).state
    short = on_return.receive(authorized, receipt(2), rules, WAREHOUSE).state
    reconciled = on_return.reconcile(received, rules, FINANCE).state
    return {
        "due": due,
        "drawn": drawn,
        "authorized": authorized,
        "received": received,
        "differing": on_return.reconcile(short, rules, FINANCE).state,
        "reconciled": reconciled,
        "posted": on_return.post(reconciled, "PZ-1", None, rules, FINANCE).state,
    }


@pytest.fixture
def decide(rules):
    """Every decision about either paper, with everything it needs."""
    return {
        "allowance": {
            "draw_up": lambda paper: on_allowance.draw_up(paper, "玻璃崩角", rules, SALES),
            "countersign": lambda paper: on_allowance.countersign(*sight.drawn(paper), rules, VP),
            "send_back": lambda paper: on_allowance.send_back(*sight.drawn(paper), "请附决定", rules, VP),
            "stamp": lambda paper: on_allowance.stamp(paper, "zk/1.pdf", rules, SALES),
            "file_copy": lambda paper: on_allowance.file_copy(paper, rules, SALES),
            "post": lambda paper: on_allowance.post(paper, "PZ-1", rules, FINANCE),
        },
        "goods return": {
            "draw_up": lambda paper: on_return.draw_up(
                paper, counted(3), "玻璃崩角", "return", "处理决定", rules, SALES
            ),
            "authorize": lambda paper: on_return.authorize(*sight.drawn(paper), rules, VP),
            "send_back": lambda paper: on_return.send_back(*sight.drawn(paper), "数量不符", rules, VP),
            "receive": lambda paper: on_return.receive(paper, receipt(1), rules, WAREHOUSE),
            "reconcile": lambda paper: on_return.reconcile(paper, rules, FINANCE),
            "settle_difference": lambda paper: on_return.settle_difference(
                *sight.compared(paper), "客户留用一樘", rules, CS
            ),
            "post": lambda paper: on_return.post(paper, "PZ-2", None, rules, FINANCE),
            "file_copy": lambda paper: on_return.file_copy(paper, rules, SALES),
        },
    }


@pytest.mark.parametrize(
    ("table", "stage", "decision"),
    [
        *product([lifecycle.ALLOWANCE], get_args(lifecycle.AllowanceStage), lifecycle.ALLOWANCE.moves),
        *product([lifecycle.GOODS_RETURN], get_args(lifecycle.ReturnStage), lifecycle.GOODS_RETURN.moves),
    ],
    ids=lambda each: each if isinstance(each, str) else each.noun,
)
def test_every_decision_leads_where_its_table_says_or_is_refused(table, stage, decision, allowances, returns, decide):
    paper = (allowances if table is lifecycle.ALLOWANCE else returns)[stage]
    assert paper.stage == stage

    if table.allows(stage, decision):
        assert decide[table.noun][decision](paper).state.stage in (table.move(stage, decision).to or (stage,))
    else:
        with pytest.raises(IllegalTransition) as refused:
            decide[table.noun][decision](paper)
        assert stage in refused.value.detail


@pytest.mark.parametrize("stage", ["due", "drawn", "granted", "done"])
async def test_a_certificate_is_offered_to_another_than_who_drew_it_up_and_its_copies_once(
    stage, allowances, ask, stores, rules
):
    paper = allowances[stage]
    if stage == "granted":
        paper = on_allowance.file_copy(paper, rules, SALES).state
    await stores.allowances.create(Change(paper), cause(AT))
    view = (await ask("sales_vp", "GET", f"/allowances/{paper.id}")).json()["possible"]
    (row,) = (await ask("sales_vp", "GET", "/allowances")).json()["items"]
    drew_up = ["account_manager-01"]
    offered = {
        "due": {"draw_up": []},
        "drawn": {"countersign": drew_up, "send_back": drew_up},
        "granted": {"post": []},
        "done": {},
    }
    assert row["possible"] == view
    assert {each["decision"]: each["another_than"] for each in view} == offered[stage]


@pytest.mark.parametrize("stage", ["due", "drawn", "differing", "posted"])
async def test_a_return_note_is_offered_to_another_than_who_prepared_what_is_decided(
    stage, returns, ask, stores, rules
):
    note = returns[stage]
    if stage == "posted":
        note = on_return.file_copy(note, rules, SALES).state
    await stores.returns.create(Change(note), cause(AT))
    view = (await ask("sales_vp", "GET", f"/returns/{note.id}")).json()["possible"]
    (row,) = (await ask("sales_vp", "GET", "/returns")).json()["items"]
    drew_up = ["account_manager-01"]
    offered = {
        "due": {"draw_up": []},
        "drawn": {"authorize": drew_up, "send_back": drew_up},
        "differing": {"receive": [], "settle_difference": ["finance-01"], "file_copy": []},
        "posted": {"receive": []},
    }
    assert row["possible"] == view
    assert {each["decision"]: each["another_than"] for each in view} == offered[stage]


@pytest.mark.parametrize("stage", get_args(lifecycle.AllowanceStage))
def test_a_stored_certificate_comes_back_as_it_was(stage, allowances):
    paper = allowances[stage]
    assert type(paper).model_validate(paper.model_dump(mode="json")) == paper


@pytest.mark.parametrize("stage", get_args(lifecycle.ReturnStage))
def test_a_stored_return_note_comes_back_as_it_was(stage, returns):
    paper = returns[stage]
    assert type(paper).model_validate(paper.model_dump(mode="json")) == paper


@pytest.mark.requirement("R166.a", "R166.b", "R166.c", "R166.d")
def test_a_certificate_is_granted_with_both_seals_and_each_copy_is_its_holder_s_duty(allowances, rules, form):
    change = on_allowance.stamp(allowances["countersigned"], "zk/1.pdf", rules, SALES)

    assert [event for event in change.events if isinstance(event, AllowanceGranted)] == [
        AllowanceGranted(
            complaint_id=ABOUT.complaint_id,
            complaint_no=ABOUT.complaint_no,
            customer=form.customer,
            order_id=form.concerning.order_id,
            order_no=form.order_no,
            certificate_no="ZK-2026-11-0001",
            amount=yuan("1800.00"),
            signed_by="sales_vp-01",
            customer_stamped=True,
            decided_by=("complaint_handler-01", "deputy_gm-01", "account_manager-01"),
        )
    ]
    assert duties(change.state) == {"allowance_file": Role.SALES_ASSISTANT, "allowance_post": Role.FINANCE}
    assert [copy.holder for copy in change.state.copies] == ["sales", "finance"]
    assert (change.state.countersigned.by, change.state.stamped.file) == ("sales_vp-01", "zk/1.pdf")


@pytest.mark.requirement("R166.a")
def test_each_step_of_a_certificate_is_one_duty_and_none_is_left_in_the_end(allowances):
    assert {stage: duties(paper) for stage, paper in allowances.items()} == {
        "due": {"allowance_draw": Role.ACCOUNT_MANAGER},
        "drawn": {"allowance_countersign": Role.SALES_VP},
        "countersigned": {"allowance_stamp": Role.ACCOUNT_MANAGER},
        "granted": {"allowance_file": Role.SALES_ASSISTANT, "allowance_post": Role.FINANCE},
        "done": {},
    }


def test_a_copy_is_filed_and_booked_once_in_whatever_order(allowances, rules):
    granted = allowances["granted"]
    booked = on_allowance.post(granted, "PZ-1", rules, FINANCE).state
    filed = on_allowance.file_copy(granted, rules, SALES).state

    assert on_allowance.file_copy(booked, rules, SALES).state.stage == "done"
    with pytest.raises(Refused) as again:
        on_allowance.post(booked, "PZ-2", rules, FINANCE)
    assert again.value.code == "posted_already"
    with pytest.raises(Refused) as again:
        on_allowance.file_copy(filed, rules, SALES)
    assert again.value.code == "filed_already"


@pytest.mark.requirement("R166.b", "R167.b")
def test_a_paper_is_approved_by_another_person_than_the_one_who_drew_it_up(allowances, returns, rules):
    both = by("sales_vp", id="account_manager-01")

    for decision in (
        lambda: on_allowance.countersign(*sight.drawn(allowances["drawn"]), rules, both),
        lambda: on_allowance.send_back(*sight.drawn(allowances["drawn"]), "再议", rules, both),
        lambda: on_return.authorize(*sight.drawn(returns["drawn"]), rules, both),
        lambda: on_return.send_back(*sight.drawn(returns["drawn"]), "再议", rules, both),
    ):
        with pytest.raises(Overstepped) as refused:
            decision()
        assert refused.value.code == "four_eyes"


def test_a_paper_that_was_sent_back_is_drawn_up_anew(allowances, returns, rules):
    certificate = on_allowance.send_back(*sight.drawn(allowances["drawn"]), "请附决定", rules, VP).state
    note = on_return.send_back(*sight.drawn(returns["drawn"]), "数量不符", rules, VP).state

    assert (certificate.stage, certificate.drawn, certificate.sent_back) == ("due", None, ("请附决定",))
    assert duties(certificate) == {"allowance_draw": Role.ACCOUNT_MANAGER}
    assert (note.stage, note.note, note.sent_back) == ("due", None, ("数量不符",))
    assert duties(note) == {"return_draw": Role.ACCOUNT_MANAGER}


@pytest.mark.requirement("R167.a", "R167.b", "R167.c")
def test_an_authorized_note_says_what_comes_back_why_how_and_on_which_basis(returns, rules, form):
    change = on_return.authorize(*sight.drawn(returns["drawn"]), rules, VP)

    assert [event for event in change.events if isinstance(event, ReturnAuthorized)] == [
        ReturnAuthorized(
            complaint_id=ABOUT.complaint_id,
            complaint_no=ABOUT.complaint_no,
            customer=form.customer,
            order_id=form.concerning.order_id,
            order_no=form.order_no,
            return_no="TH-2026-11-0001",
            lines=(ApprovedLine(part=GLASS, quantity=3),),
            reason="玻璃崩角",
            method="return",
            basis="处理决定",
            approved_by="sales_vp-01",
        )
    ]
    assert [(copy.number, copy.holder, copy.done) for copy in change.state.copies] == [
        (1, "sales", False),
        (2, "warehouse", False),
        (3, "finance", False),
        (4, "sales", False),
    ]


@pytest.mark.requirement("R167.c", "R168.b", "R169.b")
def test_what_each_holder_of_a_copy_still_has_to_do_is_a_duty(returns, rules):
    files = {"return_file": Role.SALES_ASSISTANT}
    assert {stage: duties(paper) for stage, paper in returns.items()} == {
        "due": {"return_draw": Role.ACCOUNT_MANAGER},
        "drawn": {"return_authorize": Role.SALES_VP},
        "authorized": {"return_chase": Role.ACCOUNT_MANAGER, "return_receive": Role.WAREHOUSE},
        "received": {"return_post": Role.FINANCE, **files},
        "differing": {"return_difference": Role.CS_MANAGER, **files},
        "reconciled": {"return_post": Role.FINANCE, **files},
        "posted": files,
    }
    filed = on_return.file_copy(returns["posted"], rules, SALES).state
    assert duties(filed) == {}
    assert [copy.done for copy in filed.copies] == [True] * 4
    with pytest.raises(Refused) as again:
        on_return.file_copy(filed, rules, SALES)
    assert again.value.code == "filed_already"


@pytest.mark.requirement("R168.a", "R168.b")
def test_quantities_that_agree_may_be_posted_and_the_customer_is_credited(returns, rules, form):
    reconciled = on_return.reconcile(returns["received"], rules, FINANCE)
    posted = on_return.post(reconciled.state, "PZ-1", None, rules, FINANCE)

    lines = (ApprovedLine(part=GLASS, quantity=3),)
    assert reconciled.events == (ReturnReconciled.of(ABOUT, return_no="TH-2026-11-0001", lines=lines),)
    assert [event for event in posted.events if isinstance(event, ReturnPosted)] == [
        ReturnPosted.of(
            ABOUT,
            form.concerning,
            return_no="TH-2026-11-0001",
            lines=lines,
            credit=yuan("1800.00"),
            voucher_no="PZ-1",
            decided_by=("complaint_handler-01", "deputy_gm-01", "account_manager-01", "sales_vp-01", "finance-01"),
        )
    ]


@pytest.mark.requirement("R168.a", "R168.b")
@pytest.mark.parametrize(
    ("came", "differences"),
    [
        (receipt(2), (Difference(part=GLASS, approved=3, received=2),)),
        (receipt(4), (Difference(part=GLASS, approved=3, received=4),)),
        (
            receipt(3, "五金"),
            (Difference(part=GLASS, approved=3, received=0), Difference(part="五金", approved=0, received=3)),
        ),
    ],
)
def test_a_difference_is_announced_and_cannot_be_posted_before_it_is_explained(came, differences, returns, rules):
    received = on_return.receive(returns["authorized"], came, rules, WAREHOUSE).state

    change = on_return.reconcile(received, rules, FINANCE)

    assert change.events[0] == ReturnDiscrepancyFound.of(
        ABOUT, return_no="TH-2026-11-0001", differences=tuple(sorted(differences, key=lambda each: each.part))
    )
    with pytest.raises(IllegalTransition):
        on_return.post(change.state, "PZ-1", None, rules, FINANCE)
    with pytest.raises(Overstepped) as same:
        on_return.settle_difference(*sight.compared(change.state), "核实", rules, by("cs_manager", id="finance-01"))
    assert same.value.code == "four_eyes"
    explained = on_return.settle_difference(*sight.compared(change.state), "核实", rules, CS).state
    assert duties(explained) == {"return_file": Role.SALES_ASSISTANT, "return_post": Role.FINANCE}
    assert on_return.post(explained, "PZ-1", yuan("1200.00"), rules, FINANCE).state.creditable == yuan("600.00")


def test_what_comes_later_is_compared_again_and_all_vouchers_credit_at_most_what_was_approved(returns, rules):
    explained = on_return.settle_difference(*sight.compared(returns["differing"]), "一樘晚到", rules, CS).state
    posted = on_return.post(explained, "PZ-1", yuan("1200.00"), rules, FINANCE).state
    late = on_return.receive(posted, receipt(1), rules, WAREHOUSE).state
    agreed = on_return.reconcile(late, rules, FINANCE).state

    with pytest.raises(Refused) as refused:
        on_return.post(agreed, "PZ-2", yuan("600.01"), rules, FINANCE)
    again = on_return.post(agreed, "PZ-2", None, rules, FINANCE).state

    assert refused.value.code == "wrong_amount"
    assert [posting.credit for posting in again.postings] == [yuan("1200.00"), yuan("600.00")]


def test_goods_that_go_back_reworked_are_posted_without_a_credit(returns, rules):
    paper = on_return.draw_up(returns["due"], counted(3), "玻璃崩角", "rework", "处理决定", rules, SALES).state
    paper = on_return.authorize(*sight.drawn(paper), rules, VP).state
    paper = on_return.reconcile(on_return.receive(paper, receipt(3), rules, WAREHOUSE).state, rules, FINANCE).state

    with pytest.raises(Refused) as refused:
        on_return.post(paper, "PZ-1", yuan("1.00"), rules, FINANCE)

    assert refused.value.code == "wrong_amount"
    assert on_return.post(paper, "PZ-1", None, rules, FINANCE).state.postings[0].credit is None


@pytest.mark.parametrize("amount", [yuan("-0.01"), yuan("1800.01"), Money(amount=Decimal(5), currency="USD")])
def test_a_credit_beyond_what_was_approved_or_below_nothing_is_refused(amount, returns, rules):
    with pytest.raises(Refused) as refused:
        on_return.post(returns["reconciled"], "PZ-1", amount, rules, FINANCE)
    assert refused.value.code == "wrong_amount"


def test_a_part_is_named_once_on_a_note(returns, rules):
    with pytest.raises(Refused) as refused:
        on_return.draw_up(returns["due"], counted(1) + counted(2), "崩角", "return", "决定", rules, SALES)
    assert refused.value.code == "part_twice"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=st.lists(st.sampled_from(sorted(lifecycle.GOODS_RETURN.moves)), max_size=25))
def test_whatever_is_tried_no_return_is_credited_beyond_what_was_approved(steps, returns, decide):
    paper = returns["authorized"]
    for step in steps:
        try:
            paper = decide["goods return"][step](paper).state
        except Refused:
            continue
    credited = sum(posting.credit.amount for posting in paper.postings if posting.credit)
    assert 0 <= credited <= Decimal("1800.00")
    assert len([run for run in paper.running if run.clock.name == "return_difference"]) == (paper.stage == "differing")


@pytest.mark.requirement("R166.e")
@pytest.mark.parametrize(
    ("kind", "amount", "kept"),
    [
        ("allowance", "1800.00", (1, 0)),
        ("compensation", "1800.00", (1, 0)),
        ("explain", "0.00", (0, 0)),
        ("return", "1800.00", (0, 1)),
        ("rework", "0.00", (0, 1)),
        ("replace", "1800.00", (0, 0)),
    ],
)
async def test_the_papers_start_from_a_closed_case_by_what_was_approved(kind, amount, kept, closed_with, on, stores):
    case = closed_with(kind, amount)
    await stores.complaints.create(Change(case), cause(AT))
    closed = closing(case)

    await deliver(on, closed, at=AT, id=UUID(int=77))
    await deliver(on, closed, at=AT, id=UUID(int=77))

    assert (await stores.allowances.count(), await stores.returns.count()) == kept


@pytest.mark.requirement("R166.e")
@pytest.mark.parametrize("outcome", ["withdrawn", "not_upheld", "resubmitted"])
async def test_a_case_that_ended_otherwise_has_no_papers(outcome, closed_with, on, stores):
    case = closed_with("allowance", "1800.00")
    await stores.complaints.create(Change(case), cause(AT))

    await deliver(on, closing(case).but(outcome=outcome), at=AT)

    assert await stores.allowances.count() == 0


def closing(case):
    return ComplaintClosed.of(
        case.about_customer,
        case.concerning,
        closed_at=AT,
        days_used=0,
        within_six_days=True,
        outcome="resolved",
        result="已处理",
    )


@pytest.mark.requirement("R169.a")
async def test_the_warehouse_reports_what_it_counted_and_signed_for(returns, on, stores):
    await stores.returns.create(Change(returns["authorized"]), cause(AT))
    fact = ReturnReceived(
        return_no="TH-2026-11-0001",
        lines=(ReturnedLine(part=GLASS, quantity=2),),
        received_at=AT - timedelta(hours=1),
        signed_by="warehouse-02",
    )

    await deliver(on, fact, at=AT, id=UUID(int=78))
    await deliver(on, fact, at=AT, id=UUID(int=78))

    note = await stores.returns.get(returns["due"].id)
    assert (note.stage, note.received) == ("received", counted(2))
    assert [each.signed_by for each in note.receipts] == ["warehouse-02"]
    with pytest.raises(NotFound):
        await deliver(on, fact.but(return_no="TH-0000-00-0000"), at=AT)


@pytest.mark.requirement("R166.a", "R166.b", "R166.c", "R166.d")
async def test_a_certificate_goes_through_over_http(ask, stores, allowances):
    due = allowances["due"]
    await stores.allowances.create(Change(due), cause(AT))
    steps = [
        ("account_manager", "draw-up", {"reason": "玻璃崩角"}),
        ("sales_vp", "send-back", lambda shown: {"paper": shown["drawn"]["paper_id"], "note": "请附处理决定"}),
        ("account_manager", "draw-up", {"reason": "玻璃崩角，附处理决定"}),
        ("sales_vp", "countersign", lambda shown: {"paper": shown["drawn"]["paper_id"]}),
        ("account_manager", "stamp", {"file": "zk/1.pdf"}),
        ("sales_assistant", "file-copy", None),
        ("finance", "post", {"voucher_no": "PZ-2026-1187"}),
    ]

    listed = await ask("finance", "GET", "/allowances?stage=due&complaint_no=2026-11-0001")
    answers = await sight.walk(ask, f"/allowances/{due.id}", steps)

    assert [row["certificate_no"] for row in listed.json()["items"]] == ["ZK-2026-11-0001"]
    assert [answer.status_code for answer in answers] == [200] * len(steps)
    shown = answers[-1].json()
    assert (shown["stage"], shown["possible"], [copy["done"] for copy in shown["copies"]]) == ("done", [], [True, True])
    assert (await ask("finance", "GET", f"/allowances/{due.id}")).json() == shown
    clocks = (await ask("finance", "GET", f"/allowances/{due.id}/clocks")).json()
    assert {clock["name"] for clock in clocks} == {run.clock.name for run in allowances["done"].clocks}


@pytest.mark.requirement("R167.a", "R167.b", "R168.a", "R168.b", "R169.a", "R169.b")
async def test_a_return_with_a_difference_goes_through_over_http(ask, stores, returns):
    due = returns["due"]
    await stores.returns.create(Change(due), cause(AT))
    lines = [{"part": GLASS, "quantity": 3}]

    def explained(shown):
        return {"comparison": shown["compared"]["comparison_id"], "explanation": "一樘由客户留用"}

    steps = [
        ("account_manager", "draw-up", {"lines": lines, "reason": "崩角", "method": "return", "basis": "处理决定"}),
        ("sales_vp", "send-back", lambda shown: {"paper": shown["note"]["paper_id"], "note": "数量不符"}),
        ("account_manager", "draw-up", {"lines": lines, "reason": "崩角", "method": "return", "basis": "处理决定"}),
        ("sales_vp", "authorize", lambda shown: {"paper": shown["note"]["paper_id"]}),
        ("warehouse", "receive", {"lines": [{"part": GLASS, "quantity": 2}]}),
        ("finance", "reconcile", None),
        ("cs_manager", "settle-difference", explained),
        ("finance", "post", {"voucher_no": "PZ-2026-1188", "credit": {"amount": "1200.00"}}),
        ("sales_assistant", "file-copy", None),
    ]

    answers = await sight.walk(ask, f"/returns/{due.id}", steps)

    assert [answer.status_code for answer in answers] == [200] * len(steps)
    shown = answers[-1].json()
    assert (shown["stage"], shown["differences"]) == ("posted", [{"part": GLASS, "approved": 3, "received": 2}])
    assert [shown["note"][each] for each in ("reason", "method", "basis")] == ["崩角", "return", "处理决定"]
    assert (shown["authorized"]["by"], shown["receipts"][0]["signed_by"]) == ("sales_vp-01", "warehouse-01")
    assert (shown["explanations"][0]["text"], shown["postings"][0]["voucher_no"]) == (
        "一樘由客户留用",
        "PZ-2026-1188",
    )
    assert [(copy["holder"], copy["done"]) for copy in shown["copies"]] == [
        ("sales", True),
        ("warehouse", True),
        ("finance", True),
        ("sales", True),
    ]
    assert (await ask("warehouse", "GET", f"/returns/{due.id}")).json() == shown
    (row,) = (await ask("warehouse", "GET", "/returns?stage=posted")).json()["items"]
    assert (row["return_no"], row["complaint_no"]) == ("TH-2026-11-0001", "2026-11-0001")
    assert len((await ask("warehouse", "GET", f"/returns/{due.id}/clocks")).json()) == 10


@pytest.mark.parametrize(("table", "path"), [(lifecycle.ALLOWANCE, "allowances"), (lifecycle.GOODS_RETURN, "returns")])
async def test_each_decision_is_open_to_its_roles_alone(table, path, ask, stores, allowances, returns):
    await stores.allowances.create(Change(allowances["due"]), cause(AT))
    await stores.returns.create(Change(returns["due"]), cause(AT))
    id = (allowances if path == "allowances" else returns)["due"].id

    for decision, role in product(table.moves, Role):
        answer = await ask(role.value, "POST", f"/{path}/{id}/{decision.replace('_', '-')}", {})
        assert (answer.status_code == 403) == (role not in table.roles(decision)), (decision, role)


async def test_a_step_that_is_late_goes_to_the_cs_manager(world, stores, returns):
    await stores.returns.create(Change(returns["authorized"]), cause(AT))

    said = await world.until(AT + timedelta(days=8))

    assert {(event.kind, event.supervisor_role) for event in said if event.key == "complaints.deadline_missed.v1"} == {
        ("return_chase", "cs_manager"),
        ("return_receive", "cs_manager"),
    }


def test_lines_of_one_part_add_up_within_an_arrival_and_over_several_as_far_as_a_line_can_count(returns, rules) -> None:
    some = PartCount(part=GLASS, quantity=40_000_000)
    came = Receipt(lines=(some, some), received_at=AT, signed_by="warehouse-01")
    received = on_return.receive(returns["authorized"], came, rules, WAREHOUSE).state
    assert received.received == (some.but(quantity=80_000_000),)
    with pytest.raises(Refused, match=f"at most 99999999 of a part .*: {GLASS}") as refused:
        on_return.receive(received, came, rules, WAREHOUSE)
    assert refused.value.code == "beyond_count"
