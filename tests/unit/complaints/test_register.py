"""The register gives numbers YYYY-MM-serial without a gap, each with its announcement."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.domain.decisions.register import enter
from complaints.domain.parts.form import Form
from complaints.domain.register import Register
from complaints.subscribers.forms import of_declined_conclusion
from shared.aggregate import Change
from shared.calendar import CHINA
from shared.contracts.complaints import ComplaintFiled, ComplaintResubmitted, ResolutionDeclined
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import cause

NOVEMBER = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CASE = UUID(int=1)
FILING = cause(NOVEMBER)


@pytest.mark.requirement("R109.a", "R145.a", "R151.a")
def test_a_complaint_gets_the_months_next_number_and_is_announced_with_all_that_was_said(form):
    anomaly = {"batch_no": "P20261101-2", "shipped_on": date(2026, 11, 20), "defect_quantity": 3, "sample_ref": "YP-1"}

    change = enter(Register.at(NOVEMBER, CHINA), CASE, form.but(**anomaly), FILING)

    assert change.state.entries == (CASE,)
    assert change.events == (
        ComplaintFiled(
            complaint_id=CASE,
            complaint_no="2026-11-0001",
            customer=form.customer,
            complainant="王建国",
            channel="phone",
            received_at=NOVEMBER,
            accepted_at=NOVEMBER,
            content="三樘玻璃边缘崩角",
            demand="更换三樘玻璃",
            order_id=form.concerning.order_id,
            order_no="SO-2026-0412",
            contract_no="JG20260930-017",
            **anomaly,
        ),
    )


@pytest.mark.requirement("R145.a")
@given(st.lists(st.integers(0, 8), max_size=30))
def test_however_often_complaints_are_entered_the_numbers_have_no_gap(arrivals):
    form = Form(
        customer=CustomerSnapshot(customer_id=CASE, name="恒达"),
        complainant="王建国",
        channel="phone",
        received_at=NOVEMBER,
        content="崩角",
    )
    register, announced = Register.at(NOVEMBER, CHINA), []
    for arrival in arrivals:
        change = enter(register, uuid5(CASE, str(arrival)), form, FILING)
        register, announced = change.state, [*announced, *change.events]

    assert [event.complaint_no for event in announced] == [
        f"2026-11-{serial:04d}" for serial in range(1, len(set(arrivals)) + 1)
    ]


@pytest.mark.requirement("R145.a")
@pytest.mark.parametrize(
    ("accepted_at", "number"),
    [
        (datetime(2026, 11, 30, 15, 59, tzinfo=UTC), "2026-11-0001"),
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), "2026-12-0001"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2027-01-0001"),
    ],
)
def test_the_month_is_the_one_in_shanghai(accepted_at, number, form):
    register = enter(Register.at(accepted_at, CHINA), CASE, form, cause(accepted_at)).state

    assert register.number(CASE) == number


def test_an_entered_complaint_is_not_announced_again(form):
    register = enter(Register.at(NOVEMBER, CHINA), CASE, form, FILING).state

    assert enter(register, CASE, form.but(demand="别的"), cause(NOVEMBER)) == Change(register)


def declined(number, form, reason):
    return ResolutionDeclined(
        complaint_id=CASE,
        complaint_no=number,
        customer=form.customer,
        proposal_id=UUID(int=2),
        via="phone",
        reason=reason,
        at=NOVEMBER,
    )


@pytest.mark.requirement("R156.b")
def test_a_complaint_taken_up_again_names_all_cases_before_it(form):
    once = of_declined_conclusion(form, declined("2026-10-0003", form, "要求另加折扣"))
    again = of_declined_conclusion(once, declined("2026-11-0001", form, None))

    filed, resubmitted = enter(Register.at(NOVEMBER, CHINA), CASE, again, FILING).events

    assert (filed.previous_no, filed.demand) == ("2026-11-0001", "要求另加折扣")
    assert resubmitted == ComplaintResubmitted(
        complaint_id=CASE,
        complaint_no="2026-11-0001",
        previous_no="2026-11-0001",
        chain=("2026-10-0003", "2026-11-0001"),
        customer=form.customer,
    )


def test_a_form_survives_being_announced(form, numbered):
    assert Form.of(numbered(CASE)) == form
