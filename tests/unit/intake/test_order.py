"""An order on its way in: recorded, verified with the customer, and only then handed on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest

from intake.domain.decisions.placement import take, verify, withdraw
from intake.domain.lifecycle import ORDER
from intake.domain.order import Order, must_be_ahead, order_no_of, possible
from intake.domain.parts.papers import Papers
from intake.domain.parts.verification import Verification
from intake.settings import Settings
from shared.aggregate import Change, Overstepped, Refused
from shared.calendar import CHINA
from shared.contracts.event import Actor, Money
from shared.contracts.intake import OrderPlaced, Wish
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of
from shared.testing import cause as caused
from shared.testing import nowhere, standing_in

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WANG = CustomerSnapshot(customer_id=UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01"), name="恒达装饰")
WISH = Wish(
    order_no="SO-2026-0412",
    kind="custom",
    lines=(OrderLine(description="80 款双玻百叶高隔断", special_spec="门洞加宽至 1100 mm", quantity=24, unit="樘"),),
    total=Money(amount=Decimal("12800.00")),
    requested_ship_date=date(2026, 11, 26),
)
VERIFIED = Verification(by="cs-07", at=NOW)
RULES = nowhere(Settings).rules(CHINA)
QUOTE, FORMS, PROJECT = (UUID(int=number) for number in (1, 2, 3))
IDS = {"quote": {"quote_id": QUOTE}, "design_intake": {"design_intake_id": FORMS}, "project": {"project_id": PROJECT}}


def papers(*ready, **named):
    return Papers(**{name: id for paper in ready for name, id in IDS[paper].items()} | named, ready=ready)


ALL = papers("quote", "design_intake", "project")


def cause(at, role=Role.CS_SUPERVISOR):
    return caused(at, actor=Actor(kind="staff", id="cs-09", role=role))


def new():
    return Order.blank(WISH, WANG, cause(NOW))


def taken(verification=None):
    return take(new(), WISH, verification, ALL, RULES, cause(NOW))


@pytest.mark.parametrize(("days", "code"), [(-1, "past_day"), (731, "far_day")])
def test_an_order_is_wanted_for_no_day_that_has_passed_or_lies_beyond_the_policy_s_horizon(days, code):
    today, horizon = NOW.date(), RULES.on(NOW).horizon_days
    must_be_ahead(today, today, horizon, "day")
    must_be_ahead(today + timedelta(days=horizon), today, horizon, "day")
    with pytest.raises(Refused) as refused:
        must_be_ahead(today + timedelta(days=days), today, horizon, "day")
    assert refused.value.code == code


@pytest.mark.requirement("R123.a", "R123.b")
def test_an_order_verified_with_the_customer_is_placed_with_spec_and_quantity():
    change = taken(VERIFIED)
    assert change.state.stage == "placed"
    assert change.events == (
        OrderPlaced(
            order_id=order_id_of("SO-2026-0412"),
            order_no="SO-2026-0412",
            customer=WANG,
            kind="custom",
            lines=WISH.lines,
            total=WISH.total,
            requested_ship_date=date(2026, 11, 26),
            quote_id=QUOTE,
            design_intake_id=FORMS,
            project_id=PROJECT,
            verified_by="cs-07",
            verified_at=NOW,
        ),
    )


@pytest.mark.requirement("R123.b")
def test_an_order_that_nobody_verified_is_recorded_but_not_placed():
    recorded = taken()
    assert (recorded.state.stage, recorded.events) == ("unverified", ())
    placed = verify(recorded.state, VERIFIED, ALL, RULES, cause(NOW))
    assert placed.state.stage == "placed"
    assert [type(event) for event in placed.events] == [OrderPlaced]


def test_an_order_is_not_verified_in_advance():
    with pytest.raises(Refused) as refused:
        taken(Verification(by="cs-07", at=NOW + timedelta(minutes=1)))
    assert refused.value.code == "not_yet_verified"


def test_an_order_is_placed_once():
    with pytest.raises(Refused) as refused:
        verify(taken(VERIFIED).state, VERIFIED, ALL, RULES, cause(NOW))
    assert refused.value.code == "illegal_transition"


def test_the_same_order_again_changes_nothing():
    placed = taken(VERIFIED).state.but(wish=WISH)
    assert take(placed, WISH, VERIFIED, ALL, RULES, cause(NOW)) == Change(placed)


def test_a_verification_that_comes_with_the_second_message_places_the_order():
    assert take(taken().state, WISH, VERIFIED, ALL, RULES, cause(NOW)).state.stage == "placed"


def test_another_order_under_a_taken_number_is_refused():
    other = WISH.but(kind="standard")
    with pytest.raises(Refused) as refused:
        take(taken(VERIFIED).state, other, VERIFIED, ALL, RULES, cause(NOW))
    assert refused.value.code == "order_differs"


def test_an_order_withdrawn_before_it_was_verified_goes_no_further():
    withdrawn = withdraw(taken().state, cause(NOW)).state
    assert withdrawn.stage == "withdrawn"
    with pytest.raises(Refused):
        verify(withdrawn, VERIFIED, ALL, RULES, cause(NOW))


def test_a_placed_order_is_not_ours_to_stop():
    placed = taken(VERIFIED).state
    assert withdraw(placed, cause(NOW)) == Change(placed)


def test_an_order_without_papers_gets_a_number_that_stays_the_same():
    id = UUID("3f0e4a52-6a0e-4f4e-9a57-6f0d6b0a8c11")
    assert order_no_of(id, date(2026, 11, 22)) == "SO-20261122-3F0E4A52"


@pytest.mark.requirement("R006.d", "R010.c")
@pytest.mark.parametrize("missing", ["quote", "design_intake", "project"])
def test_a_custom_order_is_not_placed_while_one_of_its_papers_is_missing_or_not_in_order(missing):
    rest = [paper for paper in IDS if paper != missing]
    for given in (papers(*rest), papers(*rest, **IDS[missing])):
        with pytest.raises(Refused) as refused:
            verify(taken().state, VERIFIED, given, RULES, cause(NOW))
        assert refused.value.code == "papers_open"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", ["standard", "custom"])
def test_each_route_is_verified_by_those_whom_the_policy_names(kind, role):
    rule = RULES.on(NOW).placing[kind]
    recorded = taken().state.but(wish=WISH.but(kind=kind))
    if role in rule.by:
        assert verify(recorded, VERIFIED, ALL, RULES, cause(NOW, role)).state.stage == "placed"
    else:
        with pytest.raises(Overstepped) as refused:
            verify(recorded, VERIFIED, ALL, RULES, cause(NOW, role))
        assert refused.value.code == "not_authorised"


@pytest.mark.parametrize("channel", ["phone", "department"])
@pytest.mark.parametrize("kind", ["standard", "custom"])
def test_what_is_possible_is_offered_to_exactly_those_from_whom_the_decision_takes_it(kind, channel):
    recorded = taken().state.but(wish=WISH.but(kind=kind, intake_channel=channel))
    for stage in ORDER.stages:
        order = recorded.but(stage=stage) if stage == "unverified" else standing_in(recorded, stage)
        offered = {each.decision: set(each.roles) for each in possible(kind, stage, RULES.on(NOW))}
        takers = {role for role in Role if is_verified(order, role)}
        assert offered.get("verify", set()) == takers, stage


def is_verified(order, role):
    try:
        return verify(order, VERIFIED, ALL, RULES, cause(NOW, role)).state.stage == "placed"
    except Refused:
        return False


def test_an_order_is_verified_by_the_policy_that_was_in_force_when_it_was_taken(tmp_path):
    first = Path(str(files("intake.domain").joinpath("policy", "intake_v1.toml"))).read_text(encoding="utf-8")
    begins, ends = first.index("[placing.standard]"), first.index("[placing.custom]")
    now_of_the_manager = '[placing.standard]\nby = ["cs_manager"]\n\n'
    second = first.replace("version = 1", "version = 2", 1).replace("2026-01-01", "2026-11-23", 1)
    (tmp_path / "second.toml").write_text(second.replace(first[begins:ends], now_of_the_manager), encoding="utf-8")
    rules = nowhere(Settings, intake_policy=tmp_path).rules(CHINA)
    later = NOW + timedelta(days=2)
    assert rules.on(later).placing["standard"].by == (Role.CS_MANAGER,)

    wish = WISH.but(kind="standard")
    before, after = (
        take(Order.blank(wish, WANG, cause(at)), wish, None, ALL, rules, cause(at)).state for at in (NOW, later)
    )

    assert verify(before, VERIFIED, ALL, rules, cause(later, Role.CS_SPECIALIST)).state.stage == "placed"
    with pytest.raises(Overstepped):
        verify(after, VERIFIED, ALL, rules, cause(later, Role.CS_SPECIALIST))


@pytest.mark.requirement("R010.c")
def test_a_standard_order_needs_no_paper_and_one_that_it_names_has_to_be_in_order():
    recorded = taken().state.but(wish=WISH.but(kind="standard"))
    assert verify(recorded, VERIFIED, Papers(), RULES, cause(NOW)).state.stage == "placed"
    with pytest.raises(Refused) as refused:
        verify(recorded, VERIFIED, Papers(quote_id=QUOTE), RULES, cause(NOW))
    assert refused.value.code == "papers_open"


def test_a_department_places_a_custom_order_with_papers_of_its_own():
    own = WISH.but(intake_channel="department", source_department="sales")
    told = replace(cause(NOW, None), kind="event")
    change = take(Order.blank(own, WANG, told), own, VERIFIED, Papers(), RULES, told)
    assert (change.state.stage, [type(event) for event in change.events]) == ("placed", [OrderPlaced])
