"""The planner takes part in contracts' reviews, engineering issues the work order, and planning follows it."""

from datetime import date, timedelta

import pytest
from orders_as_read import countersign

from orders.domain.decisions.contract import amend
from orders.domain.decisions.contract import countersign as countersign_revision
from orders.domain.decisions.contract import review as review_contract
from orders.domain.decisions.production import issue_work_order, release, schedule
from orders.domain.parts.contract import Draft
from orders.domain.parts.works import ProductionPlan
from shared.aggregate import Overstepped, Refused
from shared.contracts import orders as said
from tests.unit.orders.conftest import BEGIN
from tests.unit.orders.test_duties import ended, owed

DAY = timedelta(days=1)


async def refusal(company, decision, *given, role):
    with pytest.raises(Refused) as refused:
        await company.decide(decision, *given, role=role)
    return refused.value.code


@pytest.mark.requirement("R178.c")
@pytest.mark.parametrize(("kind", "approver"), [("standard", "cs_specialist"), ("custom", "cs_director")])
async def test_no_contract_is_approved_without_the_planner_s_word(company, kind, approver):
    await company.place(kind)
    await company.submit()
    assert await owed(company, "countersign") == [("planner", BEGIN + DAY)]
    assert await refusal(company, review_contract, 1, "approved", (), role=approver) == "not_countersigned"
    with pytest.raises(Overstepped):
        await company.decide(countersign, True, "", role="cs_director")

    await company.decide(countersign, True, "", role="planner")
    assert (await owed(company, "countersign"), ended(company, "countersign")) == ([], ["in_time"])
    assert await refusal(company, countersign, True, "", role="planner") == "countersigned_already"
    await company.decide(review_contract, 1, "approved", (), role=approver)
    (told,) = company.announced(said.ContractReviewed)
    assert [(each.staff, each.role) for each in told.reviewers] == [
        ("planner-1", "planner"),
        (f"{approver}-1", approver),
    ]


@pytest.mark.requirement("R178.c")
async def test_a_contract_whose_day_the_planner_cannot_keep_is_amended_and_planned_anew(company):
    await company.place()
    await company.decide(countersign, False, "11 月产能已满", role="planner")
    assert await refusal(company, review_contract, 1, "approved", (), role="cs_specialist") == "not_feasible"
    await company.decide(review_contract, 1, "amend", (), role="cs_specialist")
    later = Draft(revision=0, changes=("发货日期改为 2026-12-05",), ship_on=date(2026, 12, 5))
    await company.decide(amend, later, role="cs_specialist", by="cs_specialist-2")

    assert [role for role, _ in await owed(company, "countersign")] == ["planner"]
    assert await refusal(company, countersign_revision, 1, True, "", role="planner") == "contract_changed"
    await company.decide(countersign, True, "", role="planner")
    await company.decide(review_contract, 2, "approved", (), role="cs_specialist")
    assert (await company.order()).stage == "signing"


@pytest.mark.requirement("R178.c")
async def test_the_planner_takes_part_in_the_review_of_a_change_too(company):
    await company.place()
    await company.sign_contract()
    earlier = Draft(revision=0, changes=("提前发货",), ship_on=date(2026, 11, 10))
    await company.decide(amend, earlier, role="cs_specialist", by="cs_specialist-2")
    assert await refusal(company, review_contract, 2, "approved", (), role="cs_specialist") == "not_countersigned"


async def test_the_planner_s_duty_is_not_needed_once_the_review_ends_without_it(company):
    await company.place()
    await company.decide(review_contract, 1, "terminate", (), role="cs_specialist")
    assert ended(company, "countersign") == ["no_longer_needed"]


@pytest.mark.requirement("R198.c")
@pytest.mark.parametrize(("kind", "releaser"), [("standard", "plant_manager"), ("custom", "cs_supervisor")])
async def test_engineering_issues_the_work_order_and_planning_schedules_it(company, kind, releaser):
    await company.place(kind)
    await company.run_to("making")
    assert await refusal(company, issue_work_order, "GD-1", role="engineering_regional_head") == "illegal_transition"
    assert await owed(company, "issue_work_order") == []
    await company.decide(release, role=releaser)
    assert await owed(company, "issue_work_order") == [("engineering_regional_head", company.now + DAY)]

    await company.decide(issue_work_order, "GD-1", role="engineering_regional_head")
    (issued,) = company.announced(said.WorkOrderIssued)
    assert (issued.order_no, issued.work_order_no, issued.issued_by) == (
        company.order_no,
        "GD-1",
        "engineering_regional_head-1",
    )
    assert await refusal(company, issue_work_order, "GD-2", role="engineering_regional_head") == "work_order_issued"
    assert await owed(company, "plan_production") == [("planner", company.now + DAY)]

    plan = ProductionPlan(begin=date(2026, 10, 10), finish=date(2026, 11, 20), delivery_on=date(2026, 11, 25))
    await company.decide(schedule, plan, role="planner")
    assert (ended(company, "issue_work_order"), ended(company, "plan_production")) == (["in_time"], ["in_time"])
