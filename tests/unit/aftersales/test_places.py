"""A technician is found by skill and by what lies near on the day; who leaves town needs an approval."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from aftersales.domain.decisions.dispatch import dispatch
from aftersales.domain.decisions.opening import open_requested
from aftersales.domain.decisions.trip import approve_remote, request_remote
from aftersales.domain.decisions.visit import complete_visit
from aftersales.domain.lifecycle import LIFECYCLE
from aftersales.domain.parts.crew import Candidate, Commitment
from aftersales.domain.parts.trip import Appointment
from aftersales.domain.policy.policy import Area, Rules
from shared.aggregate import Change, Refused
from shared.contracts.event import Actor, Money
from shared.policy import Policies
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CS = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
MANAGER = cause(AT, actor=Actor(kind="staff", id="manager-01", role="cs_manager"))
AREAS = (Area(name="tianhe", title="天河", words=("天河",)), Area(name="haizhu", title="海珠", words=("海珠",)))


@pytest.fixture
def town(rules, policy):
    """The rules of a company whose town is Tianhe and Haizhu."""
    return Rules(Policies((policy.but(areas=AREAS),)), rules.clocks)


def opened_at(address, request, rules):
    asked = request.but(form=request.form.but(address=address))
    return open_requested(UUID(int=60), asked, "C", None, rules, CS).state


@pytest.mark.parametrize(
    ("address", "area", "out_of_town"),
    [
        ("广州市天河区珠江东路 6 号", "tianhe", False),
        ("广州市海珠区新港东路 1 号", "haizhu", False),
        ("湖南省长沙市芙蓉区", None, True),
    ],
)
def test_an_order_says_in_which_area_its_address_is_or_that_it_is_out_of_town(
    address, area, out_of_town, request_with, town
):
    order = opened_at(address, request_with(), town)

    assert (order.area, order.out_of_town) == (area, out_of_town)


def test_no_address_is_out_of_town_before_the_company_names_its_areas(request_with, rules):
    order = opened_at("湖南省长沙市芙蓉区", request_with(), rules)

    assert (order.area, order.out_of_town) == (None, False)


@pytest.mark.requirement("R135.a")
def test_an_address_out_of_town_needs_an_application_that_the_manager_approved_before_a_technician_leaves(
    order_with, town
):
    order = order_with().but(out_of_town=True)
    asked = request_remote(order, "湖南长沙", Money(amount="800.00"), CS).state
    codes = []
    for each in (order, asked):
        with pytest.raises(Refused) as refused:
            dispatch(each, "tech-05", None, None, town, MANAGER)
        codes.append(refused.value.code)
    sent = dispatch(approve_remote(asked, asked.remote.id, MANAGER).state, "tech-05", None, None, town, MANAGER).state

    assert codes == ["remote_missing", "remote_unapproved"]
    assert sent.stage == "dispatched"


@pytest.mark.requirement("R135.a")
@pytest.mark.parametrize("by_address", [True, False], ids=["by the company's areas", "by an application alone"])
def test_a_second_trip_out_of_town_is_applied_for_and_approved_anew(by_address, order_with, town):
    asked = request_remote(order_with().but(out_of_town=by_address), "湖南长沙", Money(amount="800.00"), CS).state
    approved = approve_remote(asked, asked.remote.id, MANAGER).state
    sent = dispatch(approved, "tech-05", None, None, town, MANAGER).state

    back = complete_visit(sent, AT, AT + HOUR, "缺铰链", False, town, replace(MANAGER, at=AT + HOUR)).state

    again = request_remote(back, "海南海口", Money(amount="5000.00"), CS).state
    codes = []
    for each in (back, again):
        with pytest.raises(Refused) as refused:
            dispatch(each, "tech-05", None, None, town, MANAGER)
        codes.append(refused.value.code)
    assert codes == ["remote_missing", "remote_unapproved"]
    assert [each.remote for each in back.visits] == [approved.remote]


def test_whose_turn_it_is_says_that_an_application_is_missing_and_then_that_it_waits_for_the_manager(order_with):
    order = order_with().but(out_of_town=True)
    asked = request_remote(order, "湖南长沙", Money(amount="800.00"), CS).state

    assert [each.next_step for each in (order, asked)] == ["request_remote", "approve_remote"]
    assert order.waits_for == LIFECYCLE.roles("request_remote")


def test_skill_comes_first_then_what_is_near_then_who_has_less_to_do(policy):
    skilled = policy.but(
        areas=AREAS, technicians={"a": ("glass",), "b": ("glass",), "c": ("glass",), "d": (), "e": ("glass",)}
    )
    day = (
        Commitment(technician="b", voucher_no="FW-1", area="tianhe"),
        Commitment(technician="c", voucher_no="FW-2", area="haizhu"),
        Commitment(technician="d", voucher_no="FW-3", area="tianhe"),
        Commitment(technician="e", voucher_no="FW-4", area="tianhe"),
        Commitment(technician="e", voucher_no="FW-5", area="haizhu"),
    )

    assert skilled.candidates("tianhe", ("玻璃隔断", None), day) == (
        Candidate(technician="b", lacking=(), near=("FW-1",), visits=1),
        Candidate(technician="e", lacking=(), near=("FW-4",), visits=2),
        Candidate(technician="a", lacking=(), near=(), visits=0),
        Candidate(technician="c", lacking=(), near=(), visits=1),
        Candidate(technician="d", lacking=("玻璃",), near=("FW-3",), visits=1),
    )


async def test_a_dispatcher_sees_who_is_near_on_the_day_of_the_appointment(ask, stores, in_every_stage):
    day = date(2026, 11, 25)
    agreed = Appointment(day=day, begins=AT, ends=AT + timedelta(hours=1), agreed_with="王建国", by="cs-07")
    job = in_every_stage["open"].but(area="tianhe", appointment=agreed)
    visit = in_every_stage["dispatched"].but(appointment=agreed)
    near = visit.but(id=UUID(int=61), voucher_no="FW-NEAR", area="tianhe")
    far = visit.but(id=UUID(int=62), voucher_no="FW-FAR", area="haizhu", technician="tech-06")
    later = agreed.but(day=date(2026, 11, 26))
    other_day = visit.but(
        id=UUID(int=63), voucher_no="FW-LATER", area="tianhe", technician="tech-07", appointment=later
    )
    for order in (job, near, far, other_day):
        await stores.service_orders.create(Change(order), CS)

    found = (await ask("cs_manager", "GET", f"/service-orders/{job.id}/candidates")).json()
    tomorrow = (await ask("cs_manager", "GET", f"/service-orders/{job.id}/candidates?day=2026-11-26")).json()
    listed = (await ask("cs_manager", "GET", "/service-orders?stage=open&area=tianhe")).json()["items"]

    assert (found["day"], found["area"], found["out_of_town"]) == ("2026-11-25", "tianhe", False)
    assert [(each["technician"], each["near"]) for each in found["items"]] == [
        ("tech-05", ["FW-NEAR"]),
        ("tech-06", []),
    ]
    assert [each["technician"] for each in tomorrow["items"]] == ["tech-07"]
    assert [each["voucher_no"] for each in listed] == [job.voucher_no]


async def test_a_technician_who_was_sent_without_a_window_is_weighed_on_every_day(ask, stores, in_every_stage):
    job = in_every_stage["open"].but(area="tianhe")
    sent = in_every_stage["dispatched"].but(id=UUID(int=61), voucher_no="FW-ANY-DAY", area="tianhe")
    for order in (job, sent):
        await stores.service_orders.create(Change(order), CS)

    for day in ("", "?day=2026-11-26"):
        found = (await ask("cs_manager", "GET", f"/service-orders/{job.id}/candidates{day}")).json()["items"]
        assert [(each["technician"], each["near"], each["visits"]) for each in found] == [
            ("tech-05", ["FW-ANY-DAY"], 1)
        ]
