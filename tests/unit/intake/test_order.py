"""An order on its way in: recorded, verified with the customer, and only then handed on."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from intake.domain.decisions.placement import take, verify, withdraw
from intake.domain.order import Order, order_no_of
from intake.domain.parts.verification import Verification
from shared.aggregate import Change, Refused
from shared.contracts.event import Money
from shared.contracts.intake import OrderPlaced, Wish
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of
from shared.testing import cause

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


def new():
    return Order.blank(WISH, WANG, cause(NOW))


def taken(verification=None):
    return take(new(), WISH, verification, cause(NOW))


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
            verified_by="cs-07",
            verified_at=NOW,
        ),
    )


@pytest.mark.requirement("R123.b")
def test_an_order_that_nobody_verified_is_recorded_but_not_placed():
    recorded = taken()
    assert (recorded.state.stage, recorded.events) == ("unverified", ())
    placed = verify(recorded.state, VERIFIED, cause(NOW))
    assert placed.state.stage == "placed"
    assert [type(event) for event in placed.events] == [OrderPlaced]


def test_an_order_is_not_verified_in_advance():
    with pytest.raises(Refused) as refused:
        taken(Verification(by="cs-07", at=NOW + timedelta(minutes=1)))
    assert refused.value.code == "not_yet_verified"


def test_an_order_is_placed_once():
    with pytest.raises(Refused) as refused:
        verify(taken(VERIFIED).state, VERIFIED, cause(NOW))
    assert refused.value.code == "illegal_transition"


def test_the_same_order_again_changes_nothing():
    placed = taken(VERIFIED).state
    assert take(placed, WISH, VERIFIED, cause(NOW)) == Change(placed)


def test_a_verification_that_comes_with_the_second_message_places_the_order():
    assert take(taken().state, WISH, VERIFIED, cause(NOW)).state.stage == "placed"


def test_another_order_under_a_taken_number_is_refused():
    other = WISH.but(kind="standard")
    with pytest.raises(Refused) as refused:
        take(taken(VERIFIED).state, other, VERIFIED, cause(NOW))
    assert refused.value.code == "order_differs"


def test_an_order_withdrawn_before_it_was_verified_goes_no_further():
    withdrawn = withdraw(taken().state, cause(NOW)).state
    assert withdrawn.stage == "withdrawn"
    with pytest.raises(Refused):
        verify(withdrawn, VERIFIED, cause(NOW))


def test_a_placed_order_is_not_ours_to_stop():
    placed = taken(VERIFIED).state
    assert withdraw(placed, cause(NOW)) == Change(placed)


def test_an_order_without_papers_gets_a_number_that_stays_the_same():
    id = UUID("3f0e4a52-6a0e-4f4e-9a57-6f0d6b0a8c11")
    assert order_no_of(id, date(2026, 11, 22)) == "SO-20261122-3F0E4A52"
