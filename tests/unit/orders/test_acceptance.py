"""Acceptance is a period agreed with the customer: accepted, refused or silent, each has its consequence."""

from datetime import date, timedelta

import pytest
from order_rules import RULES

from orders.domain.decisions.acceptance import agree_acceptance
from orders.domain.decisions.installation import fail_acceptance, pass_acceptance, schedule_installation
from orders.domain.parts.installation import Acceptance, Installer
from shared.aggregate import Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from tests.unit.orders.test_duties import ended, owed

SIGNED = Acceptance(signatory="王建国")


async def agreed(company, days=3):
    """Installed, and the days of acceptance are agreed: from today on."""
    await company.place()
    await company.run_to("acceptance")
    today = RULES.calendar.day(company.now)
    await company.decide(
        agree_acceptance, today, today + timedelta(days=days), "王建国", role="order_specialist", by="os-2"
    )
    return today + timedelta(days=days)


async def test_the_days_of_acceptance_are_agreed_with_whom_by_whom_and_promised(company):
    last = await agreed(company)
    (event,) = company.announced(said.AcceptancePeriodAgreed)
    assert (event.begins_on, event.ends_on, event.agreed_with, event.agreed_by, event.revision) == (
        last - timedelta(days=3),
        last,
        "王建国",
        "os-2",
        1,
    )
    order = await company.order()
    assert (order.installation.period.agreed_at, order.promises.current("accept").on) == (company.now, last)
    end = RULES.calendar.moment(last)
    await company.until(end - timedelta(days=1))
    approaching = [each.kind for each in company.announced(said.DeadlineApproachingAtOrders)]
    assert "accept_by" in approaching


async def test_to_agree_on_them_is_a_duty_until_it_is_done(company):
    await company.place()
    await company.run_to("installation")
    assert await owed(company, "agree_acceptance") == []
    finish = company.now + timedelta(days=4)
    await company.decide(
        schedule_installation, company.now, finish, (Installer(staff="i-1"),), role="engineering_regional_head"
    )
    order = await company.order()
    eve = RULES.of(order).morning(RULES.calendar, RULES.calendar.day(finish) - timedelta(days=1))
    ((role, due_at),) = await owed(company, "agree_acceptance")
    assert (role, due_at) == ("order_specialist", eve)
    await company.decide(
        agree_acceptance, RULES.calendar.day(finish), RULES.calendar.day(finish), "王建国", role="order_specialist"
    )
    assert (await owed(company, "agree_acceptance"), ended(company, "agree_acceptance")) == ([], ["in_time"])


async def test_who_accepts_within_the_days_has_kept_them(company):
    last = await agreed(company)
    await company.decide(pass_acceptance, SIGNED)
    order = await company.order()
    assert (order.promises.current("accept").stage, order.stage) == ("kept", "balance")
    await company.until(RULES.calendar.moment(last + timedelta(days=2)))
    assert await owed(company, "ask_acceptance") == []


async def test_a_customer_who_is_silent_has_accepted_nothing_and_is_asked(company):
    last = await agreed(company)
    order = await company.order()
    await company.until(RULES.calendar.moment(last))
    order = await company.order()
    assert (order.stage, order.promises.current("accept").stage) == ("acceptance", "broken")
    assert [role for role, _ in await owed(company, "ask_acceptance")] == ["order_specialist"]
    assert company.announced(said.AcceptancePassed) == []

    await company.decide(pass_acceptance, SIGNED)
    assert (await owed(company, "ask_acceptance"), ended(company, "ask_acceptance")) == ([], ["in_time"])


async def test_refused_work_needs_an_agreement_anew(company):
    await agreed(company)
    company.later(hours=1)
    await company.decide(fail_acceptance, ({"description": "关不严"},), ())
    order = await company.order()
    assert (order.stage, order.installation.period) == ("installation", None)
    assert [role for role, _ in await owed(company, "agree_acceptance")] == ["order_specialist"]
    company.later(days=1)
    await company.fact(facts.InstallationCompleted, completed_at=company.now)
    day = RULES.calendar.day(company.now) + timedelta(days=1)
    await company.decide(agree_acceptance, day, day, "王建国", role="order_specialist")
    assert [event.revision for event in company.announced(said.AcceptancePeriodAgreed)] == [1, 2]


async def test_the_foreman_s_hour_does_not_replace_the_agreed_days(company):
    await company.place()
    await company.run_to("installation")
    last = RULES.calendar.day(company.now) + timedelta(days=6)
    await company.decide(agree_acceptance, last, last, "王建国", role="order_specialist")
    hour = company.now + timedelta(days=2)
    await company.fact(facts.CompletionExpected, expected_at=hour, foreman="foreman-02")
    assert [event.invited_for for event in company.announced(said.AcceptanceInvited)] == [hour]
    assert (await company.order()).promises.current("accept").on == last


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [(2, 1, "impossible_plan"), (-3, -1, "past_day"), (1, 4000, "far_day")],
)
async def test_days_that_cannot_be_are_not_agreed(company, begins, ends, code):
    await company.place()
    await company.run_to("acceptance")
    today: date = RULES.calendar.day(company.now)
    with pytest.raises(Refused) as refused:
        await company.decide(
            agree_acceptance,
            today + timedelta(days=begins),
            today + timedelta(days=ends),
            "王",
            role="order_specialist",
        )
    assert refused.value.code == code
