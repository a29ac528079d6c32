"""What has to be done by when: the clocks of jobs and months, whose duty they are, and how they explain themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from aftersales.domain.decisions.dispatch import await_dispatch, dispatch
from aftersales.domain.decisions.opening import open_requested
from aftersales.domain.policy.policy import Rules
from shared.aggregate import Change, Refused
from shared.clocks import CLOCKS
from shared.contracts.aftersales import (
    DeadlineApproachingAtAftersales,
    DeadlineHeldByAftersales,
    DeadlineMetByAftersales,
    DeadlineReassignedByAftersales,
    DeadlineSetByAftersales,
    ServiceOrderOpened,
)
from shared.contracts.event import Actor
from shared.contracts.roles import Department, Role
from shared.policy import Policies
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))


def with_dispatch(rules: Rules, **fields: object) -> Rules:
    """The company's rules with another clock for dispatching."""
    policy = rules.policies.version(1)
    return replace(rules, policies=Policies([policy.but(dispatch=policy.dispatch.but(**fields))]))


@pytest.mark.requirement("R130.a")
def test_a_job_waits_from_its_opening_to_its_dispatch_under_one_deadline(request_with, rules, prepare):
    opened = open_requested(UUID(int=60), request_with(), "C", None, rules, NOW)
    sent = dispatch(prepare(opened.state), "tech-05", None, None, rules, cause(AT + timedelta(hours=1)))

    assert [type(event) for event in opened.events] == [ServiceOrderOpened, DeadlineSetByAftersales]
    begun, met = opened.events[-1], sent.events[-1]
    assert (begun.kind, begun.about, begun.due_at, begun.policy_version) == (
        "dispatch",
        "FW-20261122-AAAAAA",
        MIDNIGHT,
        1,
    )
    assert (type(met), met.deadline_id, met.outcome) == (DeadlineMetByAftersales, begun.deadline_id, "in_time")
    assert sent.state.running == sent.state.deadlines == ()


def test_a_job_that_waits_already_keeps_its_deadline(order_with, rules):
    order = order_with()

    assert await_dispatch(order, rules, cause(AT + timedelta(hours=1))) == Change(order)


def test_a_job_keeps_the_version_of_the_policy_that_it_began_with(request_with, rules, prepare):
    first = rules.policies.version(1)
    later = first.but(version=2, in_force_from=datetime(2026, 12, 1, tzinfo=UTC).date())
    both = replace(rules, policies=Policies([first, later]))

    before = open_requested(UUID(int=60), request_with(), "C", None, both, NOW).state
    after = open_requested(UUID(int=61), request_with(), "C", None, both, cause(AT + timedelta(days=9))).state

    assert (before.policy_version, after.policy_version) == (1, 2)
    sent = dispatch(prepare(before), "tech-05", None, None, both, cause(AT + timedelta(days=20)))
    assert sent.state.clocks[-1].policy_version == 1


def test_the_end_of_the_day_is_called_to_mind_where_the_company_wants_that(request_with, rules):
    heedful = with_dispatch(rules, warn_before=(timedelta(hours=4),))
    order = open_requested(UUID(int=60), request_with(), "C", None, heedful, NOW).state

    (warned,) = heedful.clocks.tick()(order.done_with(CLOCKS), cause(MIDNIGHT - timedelta(hours=4))).events

    assert (type(warned), warned.kind, warned.remaining) == (
        DeadlineApproachingAtAftersales,
        "dispatch",
        timedelta(hours=4),
    )


def test_a_clock_stands_still_only_where_the_company_allows_it(request_with, order_with, rules):
    lenient = with_dispatch(rules, may_be_held=True)
    order = open_requested(UUID(int=60), request_with(), "C", None, lenient, NOW).state

    held = lenient.clocks.hold("dispatch", "客户改约", NOW)(order)

    assert (type(held.events[0]), held.events[0].reason) == (DeadlineHeldByAftersales, "客户改约")
    with pytest.raises(Refused):
        rules.clocks.hold("dispatch", "客户改约", NOW)(order_with())


@pytest.mark.requirement("R130.b")
async def test_the_voucher_of_an_open_job_is_a_duty_of_the_manager_who_takes_it_and_dispatches(
    world, stores, request_with, rules, prepare
):
    opened = open_requested(UUID(int=60), request_with(), "C", None, rules, NOW).then(
        lambda order: Change(prepare(order))
    )
    path = f"/service-orders/{(await stores.service_orders.create(opened, NOW)).id}"

    shown = (await world.ask(Role.CS_MANAGER, "GET", path)).json()
    (duty,) = (await world.ask(Role.CS_MANAGER, "GET", "/duties?kind=dispatch")).json()["items"]
    reason = {"reason": "我来安排"}
    taken = await world.ask(Role.CS_MANAGER, "POST", f"/duties/{duty['id']}/take", reason, by="cs-09")
    given = world.announced[-1]
    refused = await world.ask(Role.CS_SPECIALIST, "POST", f"{path}/dispatch", {"technician": "tech-05"})
    await world.ask(Role.CS_MANAGER, "POST", f"{path}/dispatch", {"technician": "tech-05"}, by="cs-09")

    assert shown["deadlines"] == [{"kind": "dispatch", "at": "2026-11-22T16:00:00.000000Z"}]
    assert (duty["about"], duty["role"], duty["assignee"]) == ("FW-20261122-AAAAAA", "cs_manager", None)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (taken.status_code, taken.json()["assignee"]) == (200, "cs-09")
    assert (type(given), given.assignee, given.before) == (DeadlineReassignedByAftersales, "cs-09", None)
    assert (await world.ask(Role.CS_MANAGER, "GET", "/duties")).json()["items"] == []


async def test_the_clocks_of_a_job_explain_themselves(world, stores, order_with):
    order = await stores.service_orders.create(Change(order_with()), cause(AT))

    (clock,) = (await world.ask(Role.CS_MANAGER, "GET", f"/service-orders/{order.id}/clocks")).json()

    assert (clock["name"], clock["policy"], clock["policy_version"]) == ("dispatch", "aftersales", 1)
    assert (clock["due_at"], clock["outcome"]) == ("2026-11-22T16:00:00.000000Z", None)


@pytest.mark.parametrize("department", list(Department))
async def test_no_departments_system_reads_anything_here(department, world):
    for path in (
        "/service-requests",
        f"/service-requests/{UUID(int=1)}",
        "/service-orders",
        f"/service-orders/{UUID(int=1)}",
        f"/service-orders/{UUID(int=1)}/clocks",
        "/settlements/2026-11",
        "/settlements/2026-11/clocks",
        "/warranty-checks",
        f"/warranty-checks/{UUID(int=1)}",
        "/duties",
    ):
        assert (await world.ask(department, "GET", path)).status_code == 403, path
