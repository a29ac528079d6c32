"""Root cause, loss, suppliers and liability: what is announced, what is a duty, and what is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from complaints.domain.cause_list import AddedCause, CauseList
from complaints.domain.decisions.causes import add_cause
from complaints.domain.decisions.findings import (
    assess_loss,
    assign_liability,
    identify_root_cause,
    involve_supplier,
)
from complaints.domain.parts.findings import Liability, LostItem, RootCause, Share
from complaints.domain.policy.standards import KnownCause
from shared.aggregate import Change, Refused
from shared.contracts.complaints import (
    DeadlineMetByComplaints,
    DeadlineSetByComplaints,
    LiabilityAssigned,
    LossAssessed,
    LossItemCounted,
    RootCauseIdentified,
    SupplierInvolved,
)
from shared.contracts.event import Actor, Money
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HANDLER = Actor(kind="staff", id="handler-01", role="complaint_handler")
BY_HANDLER = cause(AT, actor=HANDLER)
PACKAGING = KnownCause(code="packaging", title="包装不足")
FACTORY = "佛山某玻璃厂"
OURS = Share(unit="own_department", department="production", percent=70)
THEIRS = Share(unit="supplier", supplier=FACTORY, percent=30)


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


@pytest.fixture
def investigated(in_every_stage):
    return in_every_stage["investigated"]


@pytest.mark.requirement("R107.c")
def test_the_root_cause_is_named_from_the_list_with_the_earlier_cases_of_the_same_cause(investigated, form):
    change = identify_root_cause(investigated, PACKAGING, "包装", ("2026-10-0004",), BY_HANDLER)

    assert change.state.root_cause == RootCause(
        code="packaging", title="包装不足", stage="包装", recurrence_of=("2026-10-0004",), by="handler-01", at=AT
    )
    assert change.events == (
        RootCauseIdentified(
            complaint_id=investigated.id,
            complaint_no="2026-11-0001",
            cause_code="packaging",
            stage="包装",
            recurrence_of=("2026-10-0004",),
            order_id=form.concerning.order_id,
        ),
    )


def test_the_list_grows_by_a_cause_with_its_reason_and_by_none_that_it_has(policy):
    storage = KnownCause(code="storage", title="仓储受潮")
    grown = add_cause(CauseList.empty(), storage, "雨季漏水", policy.causes, BY_HANDLER).state

    assert grown.added == (AddedCause(code="storage", title="仓储受潮", reason="雨季漏水", by="handler-01", at=AT),)
    assert grown.named("storage", policy.causes) == storage
    for again in (storage, KnownCause(code="wet", title="仓储受潮"), PACKAGING):
        with pytest.raises(Refused) as refused:
            add_cause(grown, again, "再加", policy.causes, BY_HANDLER)
        assert refused.value.code == "cause_known"


@pytest.mark.requirement("R155.a")
def test_a_loss_is_counted_item_by_item_by_the_version_of_the_standard(investigated, rules):
    lost = (
        LostItem(code="rework_hour", quantity=4),
        LostItem(code="goods", amount=yuan("1260.50"), evidence="loss/1.pdf"),
    )

    change = assess_loss(investigated, lost, rules, BY_HANDLER)

    assert [event for event in change.events if isinstance(event, LossAssessed)] == [
        LossAssessed(
            complaint_id=investigated.id,
            complaint_no="2026-11-0001",
            total=yuan("1500.50"),
            standard_version=1,
            items=(
                LossItemCounted(code="rework_hour", title="返工工时", quantity=4, amount=yuan("240.00")),
                LossItemCounted(code="goods", title="货品损失", quantity=1, amount=yuan("1260.50")),
            ),
        ),
    ]
    assert (change.state.loss.total, change.state.loss.lines[1].evidence) == (yuan("1500.50"), "loss/1.pdf")


@pytest.mark.parametrize(
    ("lost", "code"),
    [
        (LostItem(code="luck"), "no_such_loss_item"),
        (LostItem(code="rework_hour", amount=yuan("5.00")), "loss_has_a_rate"),
        (LostItem(code="goods"), "loss_not_proved"),
        (LostItem(code="goods", amount=yuan("5.00")), "loss_not_proved"),
        (LostItem(code="goods", amount=yuan("-5.00"), evidence="loss/1.pdf"), "loss_not_proved"),
        (
            LostItem(code="goods", amount=Money(amount=Decimal(5), currency="USD"), evidence="loss/1.pdf"),
            "other_currency",
        ),
    ],
)
def test_a_loss_that_the_standard_does_not_know_or_nothing_proves_is_refused(lost, code, investigated, rules):
    with pytest.raises(Refused) as refused:
        assess_loss(investigated, (lost,), rules, BY_HANDLER)
    assert refused.value.code == code


@pytest.mark.requirement("R159.a")
def test_a_supplier_is_involved_and_to_settle_its_share_is_a_duty_until_the_liability_is_assigned(investigated, rules):
    involved = involve_supplier(investigated, FACTORY, yuan("900.00"), "purchasing", rules, BY_HANDLER)

    assert involved.events[0] == SupplierInvolved(
        complaint_id=investigated.id,
        complaint_no="2026-11-0001",
        supplier=FACTORY,
        claim=yuan("900.00"),
        with_department="purchasing",
    )
    (begun,) = (event for event in involved.events if isinstance(event, DeadlineSetByComplaints))
    assert (begun.kind, begun.due_at) == ("supplier", AT + timedelta(days=3))
    settled = assign_liability(involved.state, (OURS, THEIRS), "返工", False, rules, BY_HANDLER)
    (met,) = (event for event in settled.events if isinstance(event, DeadlineMetByComplaints))
    assert met.deadline_id == begun.deadline_id


def test_a_second_supplier_does_not_begin_the_duty_anew_and_the_same_one_is_refused(investigated, rules):
    first = involve_supplier(investigated, FACTORY, None, "purchasing", rules, BY_HANDLER).state
    later = cause(AT + timedelta(days=1), actor=HANDLER)

    second = involve_supplier(first, "德邦物流", None, "purchasing", rules, later).state

    assert second.clock("supplier").due_at == AT + timedelta(days=3)
    with pytest.raises(Refused) as refused:
        involve_supplier(second, FACTORY, None, "purchasing", rules, later)
    assert refused.value.code == "supplier_involved"


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_a_claim_of_nothing_is_refused(amount, investigated, rules):
    with pytest.raises(Refused) as refused:
        involve_supplier(investigated, FACTORY, yuan(amount), "purchasing", rules, BY_HANDLER)
    assert refused.value.code == "claim_not_positive"


@pytest.mark.requirement("R154.a", "R154.b", "R154.c")
@pytest.mark.parametrize("negligence", [False, True])
def test_the_liability_says_who_bears_what_and_improvement_is_tracked_but_for_negligence(
    negligence, investigated, rules
):
    assessed = assess_loss(investigated, (LostItem(code="site_visit"),), rules, BY_HANDLER).state
    involved = involve_supplier(assessed, FACTORY, None, "purchasing", rules, BY_HANDLER).state

    change = assign_liability(involved, (OURS, THEIRS), "返工并加装护角", negligence, rules, BY_HANDLER)

    about = {"complaint_id": involved.id, "complaint_no": "2026-11-0001"}
    assert [event for event in change.events if isinstance(event, LiabilityAssigned)] == [
        LiabilityAssigned(
            **about,
            unit="own_department",
            department="production",
            share_percent=70,
            loss=yuan("140.00"),
            tracked=not negligence,
        ),
        LiabilityAssigned(**about, unit="supplier", supplier=FACTORY, share_percent=30, loss=yuan("60.00")),
    ]
    assert change.state.liability == Liability(
        shares=(OURS, THEIRS), handling="返工并加装护角", human_negligence=negligence, by="handler-01", at=AT
    )


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ((OURS,), "shares_not_100"),
        ((OURS, THEIRS), "supplier_not_involved"),
        ((Share(unit="own_department", percent=100),), "responsible_department"),
        ((Share(unit="carrier", department="sales", percent=100),), "responsible_department"),
        ((Share(unit="supplier", percent=100),), "responsible_supplier"),
        ((Share(unit="customer", supplier=FACTORY, percent=100),), "responsible_supplier"),
        ((OURS.but(percent=50), OURS.but(percent=50)), "unit_twice"),
    ],
)
def test_a_liability_that_leaves_open_who_bears_it_is_refused(shares, code, investigated, rules):
    with pytest.raises(Refused) as refused:
        assign_liability(investigated, shares, "返工", False, rules, BY_HANDLER)
    assert refused.value.code == code


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(cents=2, cuts=[25, 50, 75])
@given(cents=st.integers(1, 999_999), cuts=st.lists(st.integers(0, 100), max_size=6))
def test_however_a_loss_is_divided_its_parts_are_the_whole_and_none_is_below_zero(cents, cuts, rules, investigated):
    bounds = [0, *sorted(cuts), 100]
    departments = ("production", "sales", "design", "engineering", "finance", "rd", "warehouse")
    shares = tuple(
        Share(unit="own_department", department=department, percent=after - before)
        for department, (before, after) in zip(departments, pairwise(bounds), strict=False)
    )
    lost = LostItem(code="goods", amount=yuan(Decimal(cents) / 100), evidence="losses/1.pdf")
    assessed = assess_loss(investigated, (lost,), rules, BY_HANDLER).state

    change = assign_liability(assessed, shares, "返工", False, rules, BY_HANDLER)

    losses = [event.loss.amount for event in change.events if isinstance(event, LiabilityAssigned)]
    assert sum(losses) == assessed.loss.total.amount
    assert min(losses) >= 0


@pytest.mark.requirement("R107.c", "R154.a", "R155.a", "R159.a")
async def test_findings_are_entered_over_http_and_the_earlier_case_is_found(ask, world, complaints, in_every_stage):
    first, second = in_every_stage["investigated"], in_every_stage["investigated"].but(id=UUID(int=555))
    second = second.but(number="2026-11-0002", form=second.form.but(received_at=AT + timedelta(hours=1)))
    for case in (first, second):
        await complaints.create(Change(case), cause(AT))
    added = await ask("cs_manager", "POST", "/root-causes", {"code": "storage", "title": "仓储受潮", "reason": "漏水"})
    named = {"code": "storage", "stage": "仓储"}
    steps = [
        (first, "rd_team", "identify-root-cause", named),
        (second, "rd_team", "identify-root-cause", named),
        (second, "finance", "assess-loss", {"items": [{"code": "rework_hour", "quantity": 2}]}),
        (second, "complaint_handler", "involve-supplier", {"supplier": FACTORY}),
        (
            second,
            "complaint_handler",
            "assign-liability",
            {"handling": "返工", "shares": [{"unit": "supplier", "supplier": FACTORY, "percent": 100}]},
        ),
    ]

    answers = [await ask(role, "POST", f"/complaints/{case.id}/{verb}", body) for case, role, verb, body in steps]
    unknown = await ask("rd_team", "POST", f"/complaints/{first.id}/identify-root-cause", {"code": "luck"})

    assert [answer.status_code for answer in answers] == [200] * 5
    assert added.json()["causes"][-1] == {"code": "storage", "title": "仓储受潮"}
    assert (await ask("cs_manager", "GET", "/root-causes")).json() == added.json()
    shown = answers[-1].json()
    assert shown["root_cause"]["recurrence_of"] == ["2026-11-0001"]
    assert shown["loss"]["total"]["amount"] == "120.00"
    assert shown["liability"]["shares"][0]["supplier"] == FACTORY
    assert (unknown.status_code, unknown.json()["code"]) == (409, "no_such_cause")


async def test_a_case_that_is_taken_up_again_is_no_earlier_case_of_the_same_cause(ask, complaints, in_every_stage):
    found = in_every_stage["investigated"]
    other = found.but(id=UUID(int=554), number="2026-11-0002")
    again = found.but(
        id=UUID(int=555),
        number="2026-11-0003",
        form=found.form.but(received_at=AT + timedelta(hours=1), chain=("2026-11-0001",)),
    )
    for case in (found, other, again):
        await complaints.create(Change(case), cause(AT))

    answers = [
        await ask("rd_team", "POST", f"/complaints/{case.id}/identify-root-cause", {"code": "packaging"})
        for case in (found, other, again)
    ]

    assert answers[-1].json()["root_cause"]["recurrence_of"] == ["2026-11-0002"]
