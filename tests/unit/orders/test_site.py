"""Dispatch, arrival, installation, acceptance."""

from datetime import UTC, date, datetime, timedelta

import pytest
from order_rules import RULES
from pydantic import ValidationError

from orders.domain.decisions.installation import fail_acceptance, pass_acceptance, schedule_installation
from orders.domain.decisions.shipment import issue_delivery_note
from orders.domain.parts.installation import Acceptance, Installer
from orders.domain.route import Milestone
from shared.aggregate import Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.vocabulary import OrderLine, ShippedPart

SIGNED = Acceptance(signatory="王建国", aftersales_contact="李师傅 020-88886666")
ISSUES = ({"description": "玻璃门关不严"},)


@pytest.mark.requirement("R060.a", "R186.a", "R197.a")
async def test_goods_that_leave_are_announced_with_their_arrival(company):
    await company.place()
    await company.run_to("shipping")
    eta = company.now + timedelta(days=2)
    await company.fact(facts.GoodsDispatched, left_at=company.now, eta=eta, carrier="德邦物流", delivery_note_no="CH-1")
    (left,) = company.announced(said.ShipmentDispatched)
    assert (left.eta, left.carrier, left.delivery_note_no, left.partial) == (eta, "德邦物流", "CH-1", False)


async def test_a_part_that_leaves_first_is_announced_and_the_order_waits_for_the_rest(company):
    await company.place()
    await company.run_to("shipping")
    await company.fact(facts.GoodsDispatched, left_at=company.now, partial=True)
    assert (await company.order()).stage == "shipping"
    company.later(days=1)
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    assert [event.partial for event in company.announced(said.ShipmentDispatched)] == [True, False]
    assert (await company.order()).stage == "transport"


async def test_a_departure_reported_twice_under_two_ids_is_one_departure(company):
    await company.place()
    await company.run_to("shipping")
    for _ in range(2):
        await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="CH-1")
    assert len(company.announced(said.ShipmentDispatched)) == 1


async def test_a_departure_that_comes_early_is_announced_when_its_turn_comes(company):
    await company.place()
    left_at = company.now + timedelta(hours=1)
    await company.fact(facts.GoodsDispatched, left_at=left_at)
    assert company.announced(said.ShipmentDispatched) == []
    await company.run_to("transport")
    assert [event.left_at for event in company.announced(said.ShipmentDispatched)] == [left_at]


@pytest.mark.requirement("R202.a")
async def test_a_delivery_note_goes_with_the_goods(company):
    await company.place()
    await company.run_to("shipping")
    await company.decide(issue_delivery_note, "CH-2026-1126-03", (), role="statistics_clerk")
    (issued,) = company.announced(said.DeliveryNoteIssued)
    assert (issued.note_no, issued.lines[0].quantity, issued.issued_by) == (
        "CH-2026-1126-03",
        24,
        "statistics_clerk-1",
    )


@pytest.mark.requirement("R017.b", "R024.a", "R024.b")
@pytest.mark.parametrize(("kind", "skill"), [("standard", "ordinary"), ("custom", "senior")])
async def test_installers_of_the_route_s_skill_come_by_the_time_of_arrival(company, kind, skill):
    await company.place(kind)
    await company.run_to("transport")
    eta, crew = company.now, (Installer(staff="i-1", skill="senior"),)
    await company.fact(facts.ShipmentArrived, arrived_at=eta)
    begin, finish = eta + timedelta(hours=2), eta + timedelta(days=3)
    with pytest.raises(Refused) as early:
        await company.decide(schedule_installation, eta - timedelta(hours=1), finish, crew)
    await company.decide(schedule_installation, begin, finish, crew)

    assert early.value.code == "before_arrival"
    (scheduled,) = company.announced(said.InstallationScheduled)
    assert (scheduled.required_skill, scheduled.crew, scheduled.begin) == (skill, ("i-1",), begin)


@pytest.mark.requirement("R024.a")
async def test_an_ordinary_installer_may_not_put_up_a_custom_order(company):
    await company.place("custom")
    await company.run_to("transport")
    crew = (Installer(staff="i-1", skill="senior"), Installer(staff="i-2"))
    with pytest.raises(Refused) as refused:
        await company.decide(
            schedule_installation, company.now + timedelta(days=9), company.now + timedelta(days=10), crew
        )
    assert (refused.value.code, "i-2" in refused.value.detail) == ("unskilled", True)


@pytest.mark.requirement("R061.b", "R062.a")
async def test_the_foreman_s_hour_is_the_customer_s_invitation(company):
    await company.place(site_address="广州市天河区珠江东路 6 号")
    await company.run_to("installation")
    expected = company.now + timedelta(days=2)
    await company.fact(facts.CompletionExpected, expected_at=expected, foreman="foreman-02")

    (forecasted,) = company.announced(said.CompletionForecasted)
    (invited,) = company.announced(said.AcceptanceInvited)
    assert (forecasted.forecast_at, forecasted.foreman) == (expected, "foreman-02")
    assert (invited.invited_for, invited.site_address) == (expected, "广州市天河区珠江东路 6 号")


@pytest.mark.requirement("R062.b", "R062.c")
async def test_completion_and_acceptance_have_times_of_their_own_and_the_customer_is_expected_from_and_until(company):
    await company.place()
    await company.run_to("installation")
    done = company.now + timedelta(days=2)
    await company.fact(facts.CompletionExpected, expected_at=done, foreman="f-2")
    hours = {"acceptance_from": done + timedelta(hours=18), "acceptance_until": done + timedelta(hours=21)}
    for _ in range(2):
        await company.fact(facts.CompletionExpected, expected_at=done, foreman="f-2", **hours)

    invited = company.announced(said.AcceptanceInvited)
    assert [(each.completion_at, each.invited_for, each.invited_until) for each in invited] == [
        (done, done, done + timedelta(hours=2)),
        (done, done + timedelta(hours=18), done + timedelta(hours=21)),
    ]


@pytest.mark.parametrize(("begin", "end"), [(-1, 2), (4, 3), (None, -1)])
def test_the_customer_is_expected_after_the_completion_and_for_some_time(begin, end):
    done = datetime(2026, 11, 29, 8, tzinfo=UTC)
    hours = {"acceptance_until": done + timedelta(hours=end)}
    if begin is not None:
        hours["acceptance_from"] = done + timedelta(hours=begin)
    with pytest.raises(ValidationError, match="expected after the completion"):
        facts.CompletionExpected(order_no="SO-1", expected_at=done, foreman="f-2", **hours)


@pytest.mark.requirement("R062.a")
async def test_an_hour_named_before_the_goods_are_there_is_told_when_they_are(company):
    await company.place()
    await company.run_to("transport")
    expected = company.now + timedelta(days=4)
    await company.fact(facts.CompletionExpected, expected_at=expected, foreman="foreman-02")
    assert company.announced(said.AcceptanceInvited) == []
    await company.arrive()
    await company.fact(facts.CompletionExpected, expected_at=expected, foreman="foreman-02")

    assert [event.invited_for for event in company.announced(said.AcceptanceInvited)] == [expected]
    promised = (await company.order()).promises.current("accept")
    assert (promised.on, promised.given_by) == ((expected + timedelta(hours=8)).date(), "foreman-02")


async def test_damage_on_arrival_is_an_exception(company):
    await company.place()
    await company.run_to("transport")
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, damages=[{"description": "两箱受潮"}])
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert (raised.kind, raised.detail) == ("quality", "到货破损：两箱受潮")


@pytest.mark.parametrize(("note", "hours"), [(None, 0), (None, 2), ("CH-1", 0), ("CH-1", 2)])
async def test_damage_that_is_found_after_the_arrival_was_reported_is_an_exception_once(company, note, hours):
    await company.place()
    await company.run_to("shipping")
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no=note)
    company.later(days=1)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no=note)
    later = {"arrived_at": company.now + timedelta(hours=hours), "delivery_note_no": note}
    company.later(hours=3)

    await company.fact(facts.ShipmentArrived, **later, damages=[{"description": "两箱受潮"}])
    await company.fact(facts.ShipmentArrived, **later, damages=[{"description": "两箱受潮"}, {"description": "缺角"}])
    await company.fact(facts.ShipmentArrived, **later, damages=[{"description": "两箱受潮"}])

    raised = [each.detail for each in company.announced(said.OrderExceptionRaised)]
    assert raised == ["到货破损：两箱受潮", "到货破损：缺角"]
    shipment = (await company.order()).shipment
    assert [each.description for each in shipment.damages] == ["两箱受潮", "缺角"]
    assert [each.description for each in shipment.consignments[0].damages] == ["两箱受潮", "缺角"]


@pytest.mark.requirement("R066.a")
@pytest.mark.parametrize("kind", ["end", "intermediary"])
async def test_acceptance_says_what_kind_of_customer_it_was_and_whom_to_call_afterwards(company, kind):
    await company.place(customer={"customer_id": "018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01", "kind": kind, "name": "恒达"})
    await company.run_to("acceptance")
    await company.decide(pass_acceptance, SIGNED)
    (passed,) = company.announced(said.AcceptancePassed)
    assert (passed.customer_kind, passed.aftersales_contact, passed.signatory) == (
        kind,
        "李师傅 020-88886666",
        "王建国",
    )


@pytest.mark.requirement("R088.a", "R088.b")
@pytest.mark.parametrize(("days", "early", "verdict"), [(1, 2, "reward"), (3, 0, "neutral"), (5, -2, "penalty")])
async def test_a_crew_that_is_early_is_rewarded_and_one_that_is_late_is_not(company, days, early, verdict):
    await company.place()
    await company.run_to("installation")
    crew = (Installer(staff="i-1"),)
    await company.decide(schedule_installation, company.now, company.now + timedelta(days=3), crew)
    company.later(days=days)
    await company.fact(facts.InstallationCompleted, completed_at=company.now)
    await company.decide(pass_acceptance, SIGNED)
    (assessed,) = company.announced(said.InstallPerformanceAssessed)
    assert (assessed.days_early, assessed.verdict, assessed.quality_ok) == (early, verdict, True)


@pytest.mark.requirement("R088.a")
async def test_early_but_refused_is_not_rewarded(company):
    await company.place()
    await company.run_to("installation")
    await company.decide(schedule_installation, company.now, company.now + timedelta(days=9), (Installer(staff="i-1"),))
    await company.fact(facts.InstallationCompleted, completed_at=company.now)
    company.later(hours=1)
    await company.decide(fail_acceptance, ISSUES, ())
    company.later(hours=1)
    await company.fact(facts.InstallationCompleted, completed_at=company.now)
    await company.decide(pass_acceptance, SIGNED)
    (assessed,) = company.announced(said.InstallPerformanceAssessed)
    assert (assessed.days_early, assessed.verdict, assessed.quality_ok) == (9, "penalty", False)


async def test_a_failed_acceptance_is_announced_and_the_installers_come_back(company):
    await company.place()
    await company.run_to("acceptance")
    done = company.now
    await company.decide(fail_acceptance, ISSUES, ("a.jpg",))
    assert (await company.order()).stage == "installation"
    await company.fact(facts.InstallationCompleted, completed_at=done)
    assert (await company.order()).stage == "installation"

    (failed,) = company.announced(said.AcceptanceFailed)
    assert [issue.description for issue in failed.issues] == ["玻璃门关不严"]
    company.later(days=1)
    await company.fact(facts.InstallationCompleted, completed_at=company.now)
    await company.decide(pass_acceptance, SIGNED)
    assert (await company.order()).stage == "balance"


async def test_completion_by_the_promised_day_keeps_the_promise(company):
    await company.place()
    await company.run_to("acceptance")
    kept = {promise.kind: promise.stage for promise in (await company.order()).promises.given}
    assert kept["complete"] == "kept"


async def test_a_stage_s_own_time_is_that_of_the_fact_that_opened_it(company):
    await company.place()
    await company.run_to("transport")
    arrived = company.now - timedelta(hours=2)
    await company.fact(facts.ShipmentArrived, arrived_at=arrived)
    passage = (await company.order()).passages[-1]
    assert passage.stage == "transport"
    assert passage.left == max(arrived, passage.entered)
    assert date(2026, 9, 30) <= passage.left.date()


async def test_the_order_has_arrived_when_the_last_of_a_complete_dispatch_has(company):
    await company.place()
    await company.run_to("shipping")
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="CH-1", partial=True)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no="CH-1")
    eta = company.now + timedelta(days=3)
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="CH-2", eta=eta)
    assert (await company.order()).stage == "transport"
    begin, crew = company.now + timedelta(days=1), (Installer(staff="i-1"),)
    with pytest.raises(Refused) as refused:
        await company.decide(schedule_installation, begin, begin + timedelta(days=1), crew)
    assert refused.value.code == "before_arrival"

    company.later(days=3)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no="CH-2")
    order = await company.order()
    assert (order.stage, order.shipment.arrived_at) == ("installation", company.now)


@pytest.mark.parametrize("typed", ["ch-1", " CH-1 ", "ＣＨ－１", "CH -1"])
async def test_a_delivery_note_is_known_in_whatever_letters_its_number_is_typed(company, typed):
    await company.place()
    await company.run_to("shipping")
    await company.decide(issue_delivery_note, "CH-1", (), role="statistics_clerk")
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no=typed)
    await company.fact(facts.PaymentReceived, kind="balance", received_at=company.now, delivery_note_no="ch-1")
    company.later(days=1)
    for note in ("CH-1", typed):
        await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no=note)
    order = await company.order()
    assert (order.stage, len(order.shipment.consignments)) == ("installation", 1)
    (left,) = company.announced(said.ShipmentDispatched)
    assert [part.quantity for part in left.parts] == [24]


async def test_two_trucks_are_announced_each_and_the_second_is_waited_for(company):
    await company.place()
    await company.run_to("shipping")
    for note, days in (("T-A", 1), ("T-B", 3)):
        eta = company.now + timedelta(days=days)
        await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no=note, eta=eta)
    assert [each.delivery_note_no for each in company.announced(said.ShipmentDispatched)] == ["T-A", "T-B"]
    company.later(days=1)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no="T-A")
    order = await company.order()
    promised = order.promises.current("arrive")
    assert (order.stage, promised.stage, promised.on) == ("transport", "open", RULES.calendar.day(eta))

    company.later(days=2)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now)
    order = await company.order()
    assert (order.stage, order.promises.current("arrive").stage) == ("installation", "kept")


async def test_an_order_from_stock_is_closed_when_the_rest_has_arrived_and_its_promise_is_kept_then(company):
    await company.place(promised_arrival_date=date(2026, 10, 5), requested_ship_date=None)
    await company.pay("balance", "100000.00")
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="A", partial=True)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no="A")
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="B")
    order = await company.order()
    assert (order.stage, order.promises.current("arrive").stage) == ("transport", "open")
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no="B")
    order = await company.order()
    assert (order.stage, order.promises.current("arrive").stage) == ("closed", "kept")


@pytest.mark.parametrize("minutes", [0, 1])
async def test_a_corrected_time_of_arrival_is_told_and_moves_the_promise(company, minutes):
    await company.place()
    await company.run_to("shipping")
    left, first, second = company.now, company.now + timedelta(days=1), company.now + timedelta(days=4)
    for at, eta in ((left, first), (left + timedelta(minutes=minutes), second)):
        await company.fact(facts.GoodsDispatched, left_at=at, eta=eta, delivery_note_no="CH-1")
        await company.fact(facts.GoodsDispatched, left_at=at, eta=eta, delivery_note_no="CH-1")
    told = company.announced(said.ShipmentDispatched)
    assert [(each.eta, each.revision) for each in told] == [(first, 1), (second, 2)]
    assert len({each.shipment_id for each in told}) == 1
    order = await company.order()
    assert (len(order.shipment.consignments), order.promises.current("arrive").on) == (1, RULES.calendar.day(second))


async def test_goods_that_leave_after_the_others_have_arrived_are_waited_for(company):
    await company.place()
    await company.run_to("installation")
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="T-B")
    assert (await company.order()).stage == "transport"
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no="T-B")
    assert (await company.order()).stage == "installation"


async def test_an_arrival_that_is_heard_before_its_departure_counts_with_it(company):
    await company.place()
    await company.run_to("shipping")
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no="CH-1")
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="CH-1", partial=True)
    assert (await company.order()).stage == "shipping"
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="CH-2")
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no="CH-2")
    assert (await company.order()).stage == "installation"


@pytest.mark.requirement("R202.b")
async def test_a_delivery_note_is_not_issued_before_the_goods_can_leave(company):
    await company.place()
    await company.run_to("production")
    lines = (OrderLine(description="门", quantity=2, unit="樘"),)
    with pytest.raises(Refused) as refused:
        await company.decide(issue_delivery_note, "CH-1", lines, role="statistics_clerk")
    assert (refused.value.code, (await company.order()).shipment.notes) == ("illegal_transition", ())


@pytest.mark.requirement("R202.b", "R202.c", "R197.a")
async def test_a_delivery_note_is_on_the_order_and_says_what_its_shipment_carries(company):
    await company.place()
    await company.run_to("shipping")
    lines = (OrderLine(description="门", quantity=2, unit="樘"),)
    await company.decide(issue_delivery_note, "CH-1", lines, role="statistics_clerk")
    with pytest.raises(Refused) as refused:
        await company.decide(issue_delivery_note, "CH-1", lines, role="statistics_clerk")
    assert refused.value.code == "note_issued"
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="CH-1", partial=True)
    parts = (ShippedPart(what="门", quantity=2, unit="樘"),)
    order = await company.order()
    assert [(note.no, note.parts, note.issued_by) for note in order.shipment.notes] == [
        ("CH-1", parts, "statistics_clerk-1")
    ]
    assert [each.parts for each in company.announced(said.ShipmentDispatched)] == [parts]


@pytest.mark.parametrize("note", [None, "CH-2"])
async def test_goods_that_were_made_again_have_not_arrived_with_those_that_came_back(company, note):
    await company.place("custom")
    await company.run_to("transport")
    await company.fact(facts.GoodsInspected, inspector="d-4", outcome="failed")
    company.later(days=1)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now)
    company.later(days=1)
    await company.run_to("shipping")
    company.later(days=1)

    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no=note)

    assert (await company.order()).stage == "transport"
    company.later(days=1)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now, delivery_note_no=note)
    assert (await company.order()).stage == "installation"


async def test_an_arrival_that_is_reported_before_the_goods_leave_is_not_theirs(company):
    await company.place()
    await company.run_to("production")
    await company.fact(facts.ShipmentArrived, arrived_at=company.now)
    await company.run_to("shipping")
    company.later(days=1)
    await company.fact(facts.GoodsDispatched, left_at=company.now, partial=True)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now)
    assert not (await company.order()).has(Milestone.ARRIVED)
    company.later(days=1)

    await company.fact(facts.GoodsDispatched, left_at=company.now)

    assert (await company.order()).stage == "transport"
