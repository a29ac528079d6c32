"""What a department has to do is the duty of its head, who is urged until it is done."""

from datetime import UTC, datetime, timedelta

import pytest

from complaints.domain.corrective_action import CorrectiveAction, action_id_of
from complaints.domain.decisions.corrective_action import expect_plan
from complaints.domain.decisions.handling import assign_owner
from complaints.domain.decisions.investigation import assign_investigation, complete_investigation
from shared.aggregate import Change
from shared.contracts.complaints import DepartmentChased, InvestigationAssigned
from shared.contracts.event import Actor
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HANDLER = cause(AT, actor=Actor(kind="staff", id="handler-01", role="complaint_handler"))


def investigation(case):
    run = case.clock("step_investigate")
    return run.clock.role, run.assignee, run.due_at


@pytest.mark.requirement("R113.c", "R113.d")
@pytest.mark.parametrize(
    ("department", "head"),
    [
        ("production", Role.PLANT_MANAGER),
        ("engineering", Role.ENGINEERING_REGIONAL_HEAD),
        ("operations", Role.OPERATIONS_SUPERVISOR),
        ("cs", Role.CS_SPECIALIST),
        ("purchasing", Role.CS_MANAGER),
    ],
)
def test_an_investigation_is_the_duty_of_the_head_of_the_department_and_a_matter_of_service_the_specialist_s(
    department, head, in_every_stage, rules
):
    upheld = in_every_stage["upheld"]

    assigned = assign_investigation(upheld, department, (), None, rules, HANDLER).state
    by_hand = assign_investigation(upheld, department, (), AT + DAY, rules, HANDLER).state

    assert investigation(upheld) == (Role.CS_MANAGER, "handler-01", AT + 2 * DAY)
    assert investigation(assigned) == (head, None, AT + 2 * DAY)
    assert investigation(by_hand) == (head, None, AT + DAY)


@pytest.mark.requirement("R152.b")
def test_each_department_that_joins_an_investigation_is_named_once_beside_the_one_that_has_it(in_every_stage, rules):
    change = assign_investigation(
        in_every_stage["upheld"], "production", ("rd", "production", "rd", "design"), None, rules, HANDLER
    )

    (told,) = [event for event in change.events if isinstance(event, InvestigationAssigned)]
    assert told.joint_with == change.state.investigation.joint_with == ("rd", "design")


def test_an_investigation_that_goes_on_keeps_the_end_that_a_person_named(in_every_stage, rules):
    by_hand = assign_investigation(in_every_stage["upheld"], "rd", (), AT + DAY, rules, HANDLER).state

    again = assign_investigation(by_hand, "production", (), None, rules, HANDLER).state

    assert investigation(again) == (Role.PLANT_MANAGER, None, AT + DAY)
    assert (again.clock("step_investigate").started_at, again.clock("step_investigate").set_by_hand) == (AT, True)


@pytest.mark.parametrize("due_at", [None, AT + DAY])
def test_who_took_an_investigation_keeps_it_when_a_department_under_the_same_head_joins(due_at, in_every_stage, rules):
    assigned = assign_investigation(in_every_stage["upheld"], "production", (), None, rules, HANDLER).state
    taken = rules.clocks.reassign(assigned.clock("step_investigate").id, "plant-02", "接手", HANDLER)(assigned).state

    joined = assign_investigation(taken, "production", ("purchasing",), due_at, rules, HANDLER).state
    moved = assign_investigation(taken, "engineering", (), due_at, rules, HANDLER).state

    assert investigation(joined) == (Role.PLANT_MANAGER, "plant-02", due_at or AT + 2 * DAY)
    assert investigation(moved) == (Role.ENGINEERING_REGIONAL_HEAD, None, due_at or AT + 2 * DAY)


def test_an_owner_has_what_customer_service_has_to_do_and_not_what_a_department_or_the_leaders_have(
    in_every_stage, rules
):
    for stage, others in (("investigating", {"step_investigate"}), ("appealed", {"appeal"})):
        owned = assign_owner(in_every_stage[stage], "cs-manager-01", False, rules, HANDLER).state

        kept = {run.clock.name for run in owned.running if run.assignee != "cs-manager-01"}
        assert (kept, owned.clock("close_6d").assignee) == (others, "cs-manager-01")


@pytest.fixture
def chased(world):
    """When who was urged to do what."""
    return lambda: [
        (event.at, event.role, event.title) for event in world.announced if isinstance(event, DepartmentChased)
    ]


@pytest.mark.requirement("R143.a")
async def test_a_department_that_is_late_is_urged_every_day_until_it_is_done(
    in_every_stage, complaints, world, chased, rules
):
    case = await complaints.create(Change(in_every_stage["investigating"]), cause(AT))
    miss = AT + 2 * DAY

    await world.until(miss + 2 * DAY + timedelta(hours=1))
    urged = [(miss + DAY, "plant_manager", "调查投诉原因"), (miss + 2 * DAY, "plant_manager", "调查投诉原因")]
    assert chased() == urged

    found = cause(world.now, actor=Actor(kind="staff", id="plant-01", role="plant_manager"))
    await complaints.apply(
        case.id, lambda case: complete_investigation(case, "护角不足", ("p/1.jpg",), (), rules, found), found
    )
    await world.until(miss + 5 * DAY)
    assert chased() == urged
    assert (await complaints.get(case.id)).deadline("chase") is None


@pytest.mark.requirement("R143.a")
async def test_a_department_that_owes_an_improvement_is_urged_until_it_is_planned(
    in_every_stage, stores, world, chased, rules
):
    case = in_every_stage["closed"]
    owed = CorrectiveAction(id=action_id_of(case.id, "design"), case=case.about, policy_version=1, department="design")
    await stores.actions.create(expect_plan(owed, rules, cause(AT)), cause(AT))

    await world.until(AT + 5 * DAY)

    assert chased() == [
        (AT + 4 * DAY, "design_director", "拟定改善措施"),
        (AT + 5 * DAY, "design_director", "拟定改善措施"),
    ]


async def test_a_leader_who_has_to_decide_is_not_urged_as_a_department(in_every_stage, complaints, world, chased):
    waits = in_every_stage["proposed"]
    runs = [run.but(clock=run.clock.but(role=Role.DEPUTY_GM)) for run in waits.running]
    await complaints.create(Change(waits.but(clocks=tuple(runs))), cause(AT))

    await world.until(AT + 20 * DAY)

    assert chased() == []


async def test_customer_service_itself_goes_up_the_ladder_and_is_not_urged(in_every_stage, complaints, world, chased):
    await complaints.create(Change(in_every_stage["filed"]), cause(AT))

    await world.until(AT + 5 * DAY)

    assert chased() == []
