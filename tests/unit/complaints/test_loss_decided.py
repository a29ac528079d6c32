"""What our departments bear of a loss is decided by the deputy GM, by another than who counted and divided it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
import sight
from decide_page import matters, text

from complaints.api.history import PastStep, history
from complaints.domain.decisions.closing import close, withdraw
from complaints.domain.decisions.findings import assess_loss, assign_liability, decide_loss, involve_supplier
from complaints.domain.decisions.settlement import decline
from complaints.domain.parts.findings import LostItem, Share, SubmittedLoss
from shared.aggregate import Change, Overstepped, Refused
from shared.contracts.complaints import (
    BorneLoss,
    DeadlineMetByComplaints,
    DeadlineSetByComplaints,
    LossDecided,
    LossDecisionWithdrawn,
)
from shared.contracts.event import Actor, Money
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FINANCE = Actor(kind="staff", id="finance-02", role="finance")
HANDLER = Actor(kind="staff", id="handler-01", role="complaint_handler")
DEPUTY = Actor(kind="staff", id="deputy-01", role="deputy_gm")
FACTORY = "佛山某玻璃厂"
OURS = Share(unit="own_department", department="production", percent=50)
SALES = Share(unit="own_department", department="sales", percent=20)
THEIRS = Share(unit="supplier", supplier=FACTORY, percent=30)
FOUR_HOURS = (LostItem(code="rework_hour", quantity=4),)


def by(actor, at=AT):
    return cause(at, actor=actor)


def borne(department, amount):
    return BorneLoss(department=department, amount=Money(amount=Decimal(amount)))


def of(kind, change):
    return [event for event in change.events if isinstance(event, kind)]


@pytest.fixture
def counted(in_every_stage, rules):
    """A case whose loss of 240 yuan finance has counted; the judgement names production."""
    return assess_loss(in_every_stage["implemented"], FOUR_HOURS, rules, by(FINANCE))


@pytest.fixture
def divided(counted, rules):
    """The same case with its liability assigned by the handler: 50, 20 and, for a supplier, 30 percent."""
    involved = involve_supplier(counted.state, FACTORY, None, "purchasing", rules, by(HANDLER)).state
    return assign_liability(involved, (OURS, SALES, THEIRS), "返工", False, rules, by(HANDLER, AT + HOUR))


@pytest.mark.requirement("R155.a")
def test_a_counted_loss_waits_for_the_deputy_gm_as_what_the_judged_department_bears(counted):
    case = counted.state
    assert case.submitted_loss == SubmittedLoss(
        loss_id=case.submitted_loss.loss_id, borne=(borne("production", "240.00"),), prepared_by=("finance-02",), at=AT
    )
    (begun,) = of(DeadlineSetByComplaints, counted)
    assert (begun.kind, begun.assignee_role, begun.due_at) == ("loss", "deputy_gm", AT + timedelta(days=1))
    assert case.loss_waits


@pytest.mark.requirement("R154.a", "R155.a")
def test_once_the_liability_is_assigned_each_department_bears_its_share_and_the_duty_goes_on(counted, divided):
    submitted = divided.state.submitted_loss
    assert submitted == SubmittedLoss(
        loss_id=submitted.loss_id,
        borne=(borne("production", "120.00"), borne("sales", "48.00")),
        prepared_by=("finance-02", "handler-01"),
        at=AT + HOUR,
    )
    assert submitted.loss_id != counted.state.submitted_loss.loss_id
    assert divided.state.clock("loss").due_at == AT + timedelta(days=1)


def test_a_liability_before_the_loss_submits_nothing_and_the_loss_is_divided_by_it(in_every_stage, rules):
    assigned = assign_liability(
        in_every_stage["investigated"],
        (Share(unit="own_department", department="sales", percent=100),),
        "返工",
        False,
        rules,
        by(HANDLER),
    )
    assert (assigned.state.submitted_loss, assigned.state.clock("loss")) == (None, None)
    counted = assess_loss(assigned.state, FOUR_HOURS, rules, by(FINANCE)).state
    assert counted.submitted_loss.borne == (borne("sales", "240.00"),)


def test_what_no_department_of_ours_bears_is_nobodys_duty(counted, rules):
    others = (Share(unit="customer", percent=100), Share(unit="own_department", department="sales", percent=0))
    assigned = assign_liability(counted.state, others, "由客户自理", False, rules, by(HANDLER))
    assert (assigned.state.submitted_loss, assigned.state.clock("loss")) == (None, None)
    assert close(assigned.state, "已更换", rules, by(HANDLER)).state.stage == "closed"


@pytest.mark.requirement("R155.c")
@pytest.mark.parametrize("approved", [True, False])
def test_the_deputy_gm_decides_on_what_our_departments_bear_and_finance_hears_it(approved, divided, rules):
    change = decide_loss(*sight.lost(divided.state), approved, "责任清楚", rules, by(DEPUTY, AT + 2 * HOUR))

    decided = divided.state.submitted_loss.but(
        approved=approved, note="责任清楚", decided_by="deputy-01", decided_at=AT + 2 * HOUR
    )
    assert (change.state.submitted_loss, change.state.decided_losses) == (decided, (decided,))
    assert of(LossDecided, change) == [
        LossDecided(
            complaint_id=divided.state.id,
            complaint_no="2026-11-0001",
            loss_id=decided.loss_id,
            borne=(borne("production", "120.00"), borne("sales", "48.00")),
            approved=approved,
            by="deputy-01",
        )
    ]
    assert [event.kind for event in of(DeadlineMetByComplaints, change)] == ["loss"]
    assert (change.state.loss_waits, change.state.clock("loss")) == (False, None)


@pytest.mark.requirement("R155.c")
@pytest.mark.parametrize("id", ["finance-02", "FINANCE-02", "handler-01"])
def test_neither_who_counted_the_loss_nor_who_divided_it_decides_on_it(id, divided, rules):
    with pytest.raises(Overstepped) as refused:
        decide_loss(*sight.lost(divided.state), True, "同意", rules, by(Actor(kind="staff", id=id, role="deputy_gm")))
    assert refused.value.code == "four_eyes"


def test_another_loss_than_the_one_that_was_read_is_not_decided(counted, divided, rules):
    _, seen = sight.lost(counted.state)
    with pytest.raises(Refused) as refused:
        decide_loss(divided.state, seen, True, "同意", rules, by(DEPUTY))
    assert refused.value.code == "loss_changed"
    assert str(divided.state.submitted_loss.loss_id) in refused.value.detail


def test_a_loss_that_is_not_counted_or_is_decided_already_is_not_decided(in_every_stage, divided, rules):
    decided = decide_loss(*sight.lost(divided.state), True, "同意", rules, by(DEPUTY)).state
    for case, code in ((in_every_stage["investigated"], "loss_missing"), (decided, "loss_decided")):
        with pytest.raises(Refused) as refused:
            decide_loss(*sight.lost(case), True, "同意", rules, by(DEPUTY))
        assert refused.value.code == code


def test_a_loss_that_is_counted_anew_is_decided_anew(divided, rules):
    decided = decide_loss(*sight.lost(divided.state), True, "同意", rules, by(DEPUTY)).state

    anew = assess_loss(decided, (LostItem(code="site_visit"),), rules, by(FINANCE, AT + 3 * HOUR))

    assert anew.state.submitted_loss.borne == (borne("production", "100.00"), borne("sales", "40.00"))
    assert (anew.state.loss_waits, anew.state.submitted_loss.decided_by) == (True, None)
    assert [event.due_at for event in of(DeadlineSetByComplaints, anew)] == [AT + 3 * HOUR + timedelta(days=1)]


CUSTOMERS = Share(unit="customer", percent=100)


def withdrawn(decided, by):
    (each,) = decided.decided_losses
    return LossDecisionWithdrawn(complaint_id=decided.id, complaint_no="2026-11-0001", loss_id=each.loss_id, by=by)


@pytest.mark.requirement("R155.c")
@pytest.mark.parametrize("approved", [True, False])
def test_a_decided_loss_that_is_counted_or_divided_anew_loses_its_decision_at_once(approved, divided, rules):
    decided = decide_loss(*sight.lost(divided.state), approved, "责任清楚", rules, by(DEPUTY)).state
    counted = assess_loss(decided, FOUR_HOURS, rules, by(FINANCE))
    divided_anew = assign_liability(decided, (OURS, SALES, THEIRS), "返工", False, rules, by(HANDLER))
    borne_by_the_customer = assign_liability(decided, (CUSTOMERS,), "由客户自理", False, rules, by(HANDLER))

    assert of(LossDecisionWithdrawn, counted) == [withdrawn(decided, "finance-02")]
    for change in (divided_anew, borne_by_the_customer):
        assert of(LossDecisionWithdrawn, change) == [withdrawn(decided, "handler-01")]
    assert borne_by_the_customer.state.submitted_loss is None


def test_a_loss_that_nobody_has_decided_on_loses_no_decision(divided, rules):
    decided = decide_loss(*sight.lost(divided.state), True, "责任清楚", rules, by(DEPUTY)).state
    waits = assess_loss(decided, FOUR_HOURS, rules, by(FINANCE)).state
    for case in (divided.state, waits):
        counted = assess_loss(case, FOUR_HOURS, rules, by(FINANCE, AT + 3 * HOUR))
        assert of(LossDecisionWithdrawn, counted) == []


@pytest.mark.requirement("R155.c")
def test_a_case_is_not_closed_while_its_loss_waits_for_a_decision(divided, rules):
    with pytest.raises(Refused) as refused:
        close(divided.state, "已更换", rules, by(HANDLER))
    assert refused.value.code == "loss_undecided"
    for approved in (True, False):
        decided = decide_loss(*sight.lost(divided.state), approved, "已阅", rules, by(DEPUTY)).state
        assert close(decided, "已更换", rules, by(HANDLER)).state.stage == "closed"


@pytest.mark.requirement("R155.c")
@pytest.mark.parametrize(
    "submit_again",
    [
        lambda case, rules: assess_loss(case, FOUR_HOURS, rules, by(FINANCE)),
        lambda case, rules: assign_liability(case, (OURS, SALES, THEIRS), "返工", False, rules, by(HANDLER)),
    ],
)
def test_a_case_whose_submitted_loss_an_older_replica_lost_is_not_closed_before_it_is_decided(
    submit_again, divided, rules
):
    kept = divided.state.model_dump(mode="json", exclude={"submitted_loss", "decided_losses", "loss_waits"})
    lost = type(divided.state).model_validate(kept)

    for seek, code in (
        (lambda: close(lost, "已更换", rules, by(HANDLER)), "loss_undecided"),
        (lambda: decide_loss(*sight.lost(lost), True, "责任清楚", rules, by(DEPUTY)), "loss_missing"),
    ):
        with pytest.raises(Refused) as refused:
            seek()
        assert refused.value.code == code

    again = submit_again(lost, rules).state
    assert again.submitted_loss.borne == divided.state.submitted_loss.borne
    assert again.clock("loss").due_at == divided.state.clock("loss").due_at
    decided = decide_loss(*sight.lost(again), True, "责任清楚", rules, by(DEPUTY)).state
    assert close(decided, "已更换", rules, by(HANDLER)).state.stage == "closed"


@pytest.mark.parametrize(
    ("stage", "end"),
    [
        ("implemented", withdraw),
        ("approved", lambda case, rules, who: decline(case, "phone", None, rules, who)),
    ],
)
def test_what_the_customer_ends_leaves_no_loss_to_decide(stage, end, in_every_stage, rules):
    case = assess_loss(in_every_stage[stage], FOUR_HOURS, rules, by(FINANCE)).state
    ended = end(case, rules, by(HANDLER))
    (over,) = (event for event in of(DeadlineMetByComplaints, ended) if event.kind == "loss")
    assert over.outcome == "no_longer_needed"
    assert (ended.state.running, ended.state.loss_waits) == ((), False)


def test_the_history_says_who_decided_on_the_loss(divided, rules):
    at = AT + 2 * HOUR
    decided = decide_loss(*sight.lost(divided.state), False, "责任不清", rules, by(DEPUTY, at)).state
    refused = PastStep(at=at, what="不批准责任部门损失", by="deputy-01", words="责任不清")
    assert refused in history(decided)

    anew = assess_loss(decided, FOUR_HOURS, rules, by(FINANCE, AT + 3 * HOUR)).state
    again = decide_loss(*sight.lost(anew), True, "责任清楚", rules, by(DEPUTY, AT + 4 * HOUR)).state
    approved = PastStep(at=AT + 4 * HOUR, what="批准责任部门损失", by="deputy-01", words="责任清楚")
    assert [step for step in history(again) if step.what.endswith("责任部门损失")] == [refused, approved]


def shown(view, decision):
    return [role for each in view["possible"] if each["decision"] == decision for role in each["roles"]]


@pytest.mark.requirement("R155.c")
async def test_the_loss_goes_to_the_deputy_gm_over_http(ask, world, complaints, in_every_stage):
    case = in_every_stage["implemented"]
    await complaints.create(Change(case), cause(AT))
    path = f"/complaints/{case.id}"
    items = {"items": [{"code": "rework_hour", "quantity": 4}]}

    before = (await ask("gm", "GET", path)).json()
    counted = (await ask("finance", "POST", f"{path}/assess-loss", items)).json()
    (row,) = (await ask("gm", "GET", "/complaints")).json()["items"]
    own = (await world.ask("gm", "GET", path, by="FINANCE-01")).json()
    named = {"loss": counted["submitted_loss"]["loss_id"], "approved": True, "note": "由生产部承担"}
    refused = await ask("cs_manager", "POST", f"{path}/decide-loss", named)
    unread = await ask("deputy_gm", "POST", f"{path}/decide-loss", {**named, "loss": str(case.id)})
    open_still = await ask("cs_manager", "POST", f"{path}/close", {"result": "已更换"})
    decided = await ask("deputy_gm", "POST", f"{path}/decide-loss", named)
    closed = await ask("cs_manager", "POST", f"{path}/close", {"result": "已更换"})

    offered = [shown(each, "decide_loss") for each in (before, counted, row, own, decided.json())]
    assert offered == [[], ["deputy_gm", "gm"], ["deputy_gm", "gm"], [], []]
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert [each.json()["code"] for each in (unread, open_still)] == ["loss_changed", "loss_undecided"]
    assert decided.json()["submitted_loss"] == {
        **counted["submitted_loss"],
        "approved": True,
        "note": "由生产部承担",
        "decided_by": "deputy_gm-01",
        "decided_at": "2026-11-22T02:00:00.000000Z",
    }
    assert decided.json()["decided_losses"] == [decided.json()["submitted_loss"]]
    assert closed.json()["stage"] == "closed"


@pytest.fixture
async def kept(divided, stores):
    await stores.complaints.create(Change(divided.state), cause(AT))
    return divided.state


def read(html):
    return re.sub(r"\s+", "", unescape(re.sub(r"<[^>]*>", "", html)))


async def test_the_loss_is_among_what_waits_for_the_deputy_gm_with_what_each_department_bears(ask, kept):
    html = (await ask("deputy_gm", "GET", "/ui/decide")).text
    assert matters(html) == [("批示责任部门损失", "2026-11-0001", ["decide_loss"])]
    assert f'name="loss" value="{kept.submitted_loss.loss_id}"' in html
    for said in ("¥240.00", "返工工时×4", "生产部¥120.00，销售部¥48.00"):
        assert said in read(html), text(html)
    assert matters((await ask("cs_manager", "GET", "/ui/decide")).text) == []


async def test_a_decided_or_a_closed_case_waits_for_nobody(ask, kept, stores, rules):
    await stores.complaints.apply(kept.id, lambda case: withdraw(case, rules, by(HANDLER)), by(HANDLER))
    assert matters((await ask("gm", "GET", "/ui/decide")).text) == []


async def test_the_page_and_the_form_say_what_was_decided_on_the_loss(ask, kept, stores, rules):
    path = f"/ui/complaints/{kept.id}"
    waits = read((await ask("cs_manager", "GET", path)).text)
    form = (await ask("gm", "GET", path)).text
    await stores.complaints.apply(
        kept.id, lambda case: decide_loss(*sight.lost(case), True, "责任清楚", rules, by(DEPUTY)), by(DEPUTY)
    )
    decided = read((await ask("cs_manager", "GET", path)).text)
    printed = read((await ask("cs_manager", "GET", f"/ui/papers/complaints/{kept.id}")).text)

    assert "¥240.00；生产部¥120.00，销售部¥48.00；待批示" in waits
    (drawn,) = re.findall(r'<form id="form-decide_loss".*?</form>', form, re.DOTALL)
    assert f'type="hidden" name="loss" value="{kept.submitted_loss.loss_id}"' in drawn
    assert re.findall(r'name="approved" value="(.*?)"', drawn) == ["true", "false"]
    for said in (decided, printed):
        assert "¥240.00；生产部¥120.00，销售部¥48.00；同意：责任清楚" in said
    assert "deputy-012026-11-2210:00" in printed


async def test_the_page_and_the_form_say_who_decided_on_a_loss_that_was_counted_anew(ask, divided, stores, rules):
    decided = decide_loss(*sight.lost(divided.state), True, "责任清楚", rules, by(DEPUTY)).state
    anew = assess_loss(decided, (LostItem(code="site_visit"),), rules, by(FINANCE)).state
    await stores.complaints.create(Change(anew), cause(AT))
    for path in (f"/ui/complaints/{anew.id}", f"/ui/papers/complaints/{anew.id}"):
        said = read((await ask("cs_manager", "GET", path)).text)
        assert (
            "¥200.00；生产部¥100.00，销售部¥40.00；待批示；"
            "原批示（deputy-01，已失效）：生产部¥120.00，销售部¥48.00，同意：责任清楚"
        ) in said
