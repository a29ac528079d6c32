"""What follows from a case for our own people: punishments and improvements, who decides, and when they come back."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import get_args
from uuid import UUID

import pytest
import sight

from complaints.domain import lifecycle
from complaints.domain.corrective_action import CorrectiveAction, action_id_of
from complaints.domain.decisions import corrective_action as on_action
from complaints.domain.decisions import penalty as on_penalty
from complaints.domain.decisions.findings import assign_liability, identify_root_cause
from complaints.domain.parts.findings import Share
from complaints.domain.policy.policy import ComplaintPolicy
from complaints.domain.policy.standards import KnownCause, Measure
from complaints.domain.roles import PENALTY_READERS
from complaints.store import Penalties
from shared.aggregate import Change, Overstepped, Refused
from shared.contracts.complaints import (
    CorrectiveActionOpened,
    CorrectiveActionReopened,
    CorrectiveActionVerified,
    DepartmentChased,
    LiabilityAssigned,
    Penalised,
    PenaltyDecided,
    PenaltyProposed,
    RootCauseIdentified,
)
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Department, Role
from shared.contracts.vocabulary import AboutComplaint
from shared.lifecycle import IllegalTransition
from shared.testing import cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ABOUT = AboutComplaint(complaint_id=UUID(int=100), complaint_no="2026-11-0001")
PACKAGING = KnownCause(code="packaging", title="包装不足")
OURS = (Share(unit="own_department", department="production", percent=100),)


def by(role, id=None, at=AT):
    return cause(at, actor=Actor(kind="staff", id=id or f"{role}-01", role=role))


CS, DEPUTY, GM = by("cs_manager"), by("deputy_gm"), by("gm")
PLANT, RD = by("plant_manager"), by("rd_team")


def yuan(amount):
    return Money(amount=Decimal(amount))


def duties(what):
    return {run.clock.name: run.clock.role for run in what.running}


@pytest.fixture
def case(in_every_stage, rules):
    named = identify_root_cause(in_every_stage["implemented"], PACKAGING, None, (), CS).state
    return assign_liability(named, OURS, "返工", False, rules, CS).state


@pytest.fixture
def punish(case, rules):
    """A punishment of this kind as it is proposed."""

    def proposed(kind="admin", part="direct"):
        code, amount = ("warning", None) if kind == "admin" else ("bonus", yuan("300.00"))
        return on_penalty.propose_penalty(
            case, "packer-07", "production", part, code, amount, "未加护角", (), rules, CS
        )

    return proposed


@pytest.fixture
def punished(punish, rules):
    """An administrative punishment in every stage."""
    proposed = punish().state
    approved = on_penalty.approve(proposed, "同意", rules, DEPUTY).state
    return {
        "proposed": proposed,
        "approved": approved,
        "rejected": on_penalty.reject(proposed, "证据不足", rules, DEPUTY).state,
        "noticed": on_penalty.issue_notice(approved, "RS-1", rules, by("human_resources")).state,
    }


@pytest.fixture
def improved(rules):
    """An improvement in every stage."""
    owed = CorrectiveAction(
        id=action_id_of(ABOUT.complaint_id, "production"), case=ABOUT, policy_version=1, department="production"
    )
    due = on_action.expect_plan(owed, rules, CS).state
    opened = on_action.plan(due, "packaging", "增加护角", AT + timedelta(days=10), rules, PLANT).state
    done = on_action.carry_out(opened, ("photos/1.jpg",), rules, PLANT).state
    return {
        "due": due,
        "open": opened,
        "done": done,
        "effective": on_action.verify(*sight.tried(done), True, "无崩角", rules, RD).state,
    }


@pytest.fixture
def decide(rules):
    hr = by("human_resources")
    return {
        "penalty": {
            "approve": lambda each: on_penalty.approve(each, "同意", rules, DEPUTY),
            "reject": lambda each: on_penalty.reject(each, "证据不足", rules, DEPUTY),
            "issue_notice": lambda each: on_penalty.issue_notice(each, "RS-1", rules, hr),
        },
        "corrective action": {
            "plan": lambda each: on_action.plan(each, "packaging", "改箱", AT + timedelta(days=1), rules, PLANT),
            "carry_out": lambda each: on_action.carry_out(each, (), rules, PLANT),
            "verify": lambda each: on_action.verify(*sight.tried(each), True, "有效", rules, RD),
            "reopen": lambda each: on_action.reopen(each, "2026-12-0003", AT, rules, CS),
        },
    }


@pytest.mark.parametrize(
    ("table", "stage", "decision"),
    [
        *product([lifecycle.PENALTY], get_args(lifecycle.PenaltyStage), lifecycle.PENALTY.moves),
        *product([lifecycle.CORRECTIVE_ACTION], get_args(lifecycle.ActionStage), lifecycle.CORRECTIVE_ACTION.moves),
    ],
    ids=lambda each: each if isinstance(each, str) else each.noun,
)
def test_every_decision_leads_where_its_table_says_or_is_refused(table, stage, decision, punished, improved, decide):
    what = (punished if table is lifecycle.PENALTY else improved)[stage]
    assert what.stage == stage

    if table.allows(stage, decision):
        assert decide[table.noun][decision](what).state.stage in table.move(stage, decision).to
    elif decision == "reopen":
        assert decide[table.noun][decision](what) == Change(what)
    else:
        with pytest.raises(IllegalTransition) as refused:
            decide[table.noun][decision](what)
        assert stage in refused.value.detail


def test_what_is_stored_comes_back_as_it_was(punished, improved):
    for what in (*punished.values(), *improved.values()):
        assert type(what).model_validate(what.model_dump(mode="json")) == what


@pytest.mark.requirement("R115.a", "R115.b", "R155.b", "R155.c", "R164.b")
@pytest.mark.parametrize("part", ["direct", "department_head"])
def test_a_punishment_by_the_standard_is_proposed_decided_and_put_on_a_personnel_notice(part, punish, rules):
    proposed = punish(part=part)
    approved = on_penalty.approve(proposed.state, "同意", rules, DEPUTY)
    noticed = on_penalty.issue_notice(approved.state, "RS-2026-118", rules, by("human_resources")).state

    what = Penalised(
        penalty_id=proposed.state.id,
        target="packer-07",
        department="production",
        part=part,
        kind="admin",
        measure="warning",
    )
    assert proposed.events[0] == PenaltyProposed.of(ABOUT, what, standard_version=1)
    assert duties(proposed.state) == {"penalty_admin": Role.DEPUTY_GM}
    assert approved.events[0] == PenaltyDecided.of(ABOUT, what, approved=True, by="deputy_gm-01")
    assert duties(approved.state) == {"personnel_notice": Role.HUMAN_RESOURCES}
    assert (noticed.stage, noticed.notice_no, duties(noticed)) == ("noticed", "RS-2026-118", {})


@pytest.mark.parametrize(("kind", "stage"), list(product(["admin", "bonus"], get_args(lifecycle.PenaltyStage))))
def test_a_punishment_is_offered_to_those_who_may_decide_it_and_publish_it(kind, stage, punish, punished, rules):
    """In each stage and of each kind: what is shown to a role is what the decision takes from that role."""
    penalty = punished[stage].but(what=punish(kind).state.what)
    decisions = {
        "approve": lambda asked: on_penalty.approve(penalty, "同意", rules, asked),
        "reject": lambda asked: on_penalty.reject(penalty, "证据不足", rules, asked),
        "issue_notice": lambda asked: on_penalty.issue_notice(penalty, "JF-1", rules, asked),
    }
    taken = set()
    for (name, decide), role in product(decisions.items(), Role):
        if role in lifecycle.PENALTY.roles(name):
            with suppress(Refused):
                decide(by(role))
                taken.add((name, role))

    assert {(each.decision, role) for each in penalty.possible for role in each.roles} == taken


@pytest.mark.requirement("R165.a", "R165.b")
def test_a_deduction_from_a_bonus_is_the_gm_s_to_decide_and_stands_on_a_reward_and_penalty_notice(punish, rules):
    proposed = punish("bonus").state
    with pytest.raises(Overstepped) as refused:
        on_penalty.approve(proposed, "", rules, DEPUTY)
    with pytest.raises(Overstepped):
        on_penalty.reject(proposed, "不准", rules, DEPUTY)
    approved = on_penalty.approve(proposed, "", rules, GM).state

    assert refused.value.code == "not_authorised"
    assert duties(proposed) == {"penalty_bonus": Role.GM}
    assert duties(approved) == {"penalty_notice": Role.GM_OFFICE}
    with pytest.raises(Overstepped) as other:
        on_penalty.issue_notice(approved, "RS-1", rules, by("human_resources"))
    assert other.value.code == "not_authorised"
    assert on_penalty.issue_notice(approved, "JF-1", rules, by("gm_office")).state.notice_no == "JF-1"


def test_an_administrative_notice_is_not_the_gm_s_office_s(punished, rules):
    with pytest.raises(Overstepped) as other:
        on_penalty.issue_notice(punished["approved"], "JF-1", rules, by("gm_office"))
    assert other.value.code == "not_authorised"


@pytest.mark.parametrize("id", ["cs_manager-01", "packer-07"])
def test_a_punishment_is_decided_by_another_than_the_proposer_and_the_one_whom_it_concerns(id, punished, rules):
    for decision in (on_penalty.approve, on_penalty.reject):
        with pytest.raises(Overstepped) as refused:
            decision(punished["proposed"], "同意", rules, by("gm", id=id))
        assert refused.value.code == "four_eyes"


@pytest.mark.parametrize(
    ("department", "code", "amount", "refusal"),
    [
        ("sales", "warning", None, "department_not_liable"),
        ("production", "prison", None, "no_such_measure"),
        ("production", "warning", yuan("1.00"), "wrong_amount"),
        ("production", "bonus", None, "wrong_amount"),
        ("production", "bonus", yuan("0.00"), "wrong_amount"),
        ("production", "bonus", yuan("1000.01"), "wrong_amount"),
        ("production", "bonus", Money(amount=Decimal(5), currency="USD"), "wrong_amount"),
    ],
)
def test_a_punishment_that_the_standard_or_the_liability_does_not_bear_is_refused(
    department, code, amount, refusal, case, rules
):
    with pytest.raises(Refused) as refused:
        on_penalty.propose_penalty(case, "packer-07", department, "direct", code, amount, "原因", (), rules, CS)
    assert refused.value.code == refusal


def test_a_case_without_a_liability_has_no_punishment(in_every_stage, rules):
    for stage in ("draft", "filed", "closed"):
        with pytest.raises(Refused) as refused:
            on_penalty.propose_penalty(
                in_every_stage[stage], "packer-07", "production", "direct", "warning", None, "原因", (), rules, CS
            )
        assert refused.value.code == "department_not_liable"


@pytest.mark.parametrize("broken", [{"kind": "admin", "at_most": 5}, {"kind": "bonus"}])
def test_a_measure_has_a_largest_amount_if_and_only_if_it_is_a_deduction(broken):
    with pytest.raises(ValueError, match="largest amount"):
        Measure(code="fine", title="罚", **broken)


@pytest.mark.parametrize("table", ["papers", "follow_ups"])
def test_a_policy_without_a_clock_for_each_follow_up_is_not_taken(table, policy):
    rules = policy.model_dump()
    step = next(iter(rules[table]))
    del rules[table][step]

    with pytest.raises(ValueError, match=f"missing: {step}"):
        ComplaintPolicy.model_validate(rules)


async def test_that_a_punishment_waits_for_a_decision_is_seen_by_its_readers_alone(ask, stores, case):
    await stores.complaints.create(Change(case), cause(AT))
    body = {"target": "packer-07", "department": "production", "part": "direct", "measure": "warning", "reason": "漏装"}
    await ask("cs_manager", "POST", f"/complaints/{case.id}/propose-penalty", body)

    async def seen(role):
        listed = (await ask(role, "GET", "/duties")).json()["items"]
        return {duty["kind"] for duty in listed}, (await ask(role, "GET", "/duties/count")).json()["count"]

    shown = {role: await seen(role) for role in Role}

    assert {role for role, (kinds, _) in shown.items() if "penalty_admin" in kinds} == set(PENALTY_READERS)
    duties = (await ask("gm", "GET", "/duties?kind=penalty_admin")).json()["items"]
    explained = {role: await ask(role, "GET", f"/duties/{duties[0]['id']}") for role in ("gm", "cs_specialist")}
    assert {role: answer.status_code for role, answer in explained.items()} == {"gm": 200, "cs_specialist": 404}
    assert explained["gm"].json()["title"] == "批示行政处分"
    hidden, whole = shown[Role.CS_SPECIALIST], shown[Role.DEPUTY_GM]
    assert (whole[0] - hidden[0], whole[1] - hidden[1]) == ({"penalty_admin"}, 1)


@pytest.mark.requirement("R115.a", "R164.b")
async def test_a_punishment_goes_through_over_http_and_few_may_read_it(ask, stores, case):
    await stores.complaints.create(Change(case), cause(AT))
    body = {"target": "packer-07", "department": "production", "part": "direct", "measure": "warning", "reason": "漏装"}

    proposed = await ask("cs_manager", "POST", f"/complaints/{case.id}/propose-penalty", body)
    demerit = body | {"measure": "demerit"}
    other = await ask("gm_office", "POST", f"/complaints/{case.id}/propose-penalty", demerit)
    id = proposed.json()["penalty_id"]
    approved = await ask("deputy_gm", "POST", f"/penalties/{id}/approve", {"note": "同意"})
    noticed = await ask("human_resources", "POST", f"/penalties/{id}/issue-notice", {"notice_no": "RS-2026-118"})
    rejected = await ask("gm", "POST", f"/penalties/{other.json()['penalty_id']}/reject", {"note": "重复"})

    answers = (proposed, other, approved, noticed, rejected)
    assert [answer.status_code for answer in answers] == [201, 201, 200, 200, 200]
    assert (noticed.json()["stage"], rejected.json()["stage"]) == ("noticed", "rejected")
    assert (await ask("human_resources", "GET", f"/penalties/{id}")).json() == noticed.json()
    listed = (await ask("gm", "GET", "/penalties?stage=noticed&target=packer-07")).json()["items"]
    assert [row["penalty_id"] for row in listed] == [id]
    assert (await ask("gm", "GET", "/penalty-standard")).json()["version"] == 1
    clocks = (await ask("gm", "GET", f"/penalties/{id}/clocks")).json()
    assert [(clock["name"], clock["outcome"]) for clock in clocks] == [
        ("penalty_admin", "in_time"),
        ("personnel_notice", "in_time"),
    ]
    assert (await ask("complaint_handler", "GET", f"/penalties/{id}/clocks")).status_code == 403
    assert (await ask("complaint_handler", "GET", f"/penalties/{id}")).status_code == 403
    assert (await ask("account_manager", "GET", "/penalties")).status_code == 403
    shown = (await ask("cs_manager", "GET", f"/complaints/{case.id}/customer-view")).text
    assert "packer-07" not in shown


@pytest.mark.requirement("R155.b")
async def test_nobody_is_punished_twice_by_one_measure_for_one_case_unless_it_was_rejected(ask, stores, case):
    await stores.complaints.create(Change(case), cause(AT))
    path = f"/complaints/{case.id}/propose-penalty"
    body = {"target": "packer-07", "department": "production", "part": "direct", "measure": "bonus", "reason": "漏装"}
    most = body | {"amount": {"amount": "1000.00"}}

    first = await ask("cs_manager", "POST", path, most, key="k")
    repeated = await ask("cs_manager", "POST", path, most, key="k")
    again = await ask("gm_office", "POST", path, most | {"target": "PACKER-07"})
    head = await ask("gm_office", "POST", path, most | {"target": "plant-01", "part": "department_head"})
    await ask("gm", "POST", f"/penalties/{first.json()['penalty_id']}/reject", {"note": "证据不足"})
    anew = await ask("gm_office", "POST", path, most)
    late = await ask("cs_manager", "POST", path, most, key="k")

    answers = (first, repeated, again, head, anew, late)
    assert [answer.status_code for answer in answers] == [201, 201, 409, 201, 201, 201]
    assert repeated.json() == first.json()
    assert (late.json()["penalty_id"], late.json()["stage"]) == (first.json()["penalty_id"], "rejected")
    assert again.json()["code"] == "punished_already"


async def test_of_two_punishments_by_one_measure_at_one_moment_one_is_refused(ask, stores, case, monkeypatch):
    await stores.complaints.create(Change(case), cause(AT))
    both_are_proposed, create = asyncio.Barrier(2), Penalties.create

    async def create_together(penalties, change, cause):
        await both_are_proposed.wait()
        return await create(penalties, change, cause)

    monkeypatch.setattr(Penalties, "create", create_together)
    path = f"/complaints/{case.id}/propose-penalty"
    body = {"target": "packer-07", "department": "production", "part": "direct", "measure": "warning", "reason": "漏装"}

    answers = await asyncio.gather(
        ask("cs_manager", "POST", path, body), ask("gm_office", "POST", path, body | {"target": "PACKER-07"})
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [answer.json()["code"] for answer in answers if answer.status_code == 409] == ["punished_already"]
    assert len([each async for each in stores.penalties.each()]) == 1


async def test_no_department_s_system_reads_a_punishment(world):
    for department in Department:
        assert (await world.ask(department, "GET", "/penalties")).status_code == 403


@pytest.mark.parametrize(
    ("table", "path"), [(lifecycle.PENALTY, "penalties"), (lifecycle.CORRECTIVE_ACTION, "corrective-actions")]
)
async def test_each_decision_is_open_to_its_roles_alone(table, path, ask, stores, punished, improved):
    await stores.penalties.create(Change(punished["proposed"]), cause(AT))
    await stores.actions.create(Change(improved["due"]), cause(AT))
    id = punished["proposed"].id if path == "penalties" else improved["due"].id

    for decision, role in product([each for each in table.moves if table.roles(each)], Role):
        answer = await ask(role.value, "POST", f"/{path}/{id}/{decision.replace('_', '-')}", {})
        assert (answer.status_code == 403) == (role not in table.roles(decision)), (decision, role)


@pytest.mark.requirement("R154.c")
async def test_a_department_whose_quality_was_at_fault_owes_an_improvement_once(on, stores, case):
    await stores.complaints.create(Change(case), cause(AT))
    assigned = LiabilityAssigned.of(
        ABOUT, unit="own_department", department="production", share_percent=100, tracked=True
    )

    await deliver(on, assigned, at=AT, id=UUID(int=5))
    await deliver(on, assigned, at=AT + timedelta(hours=1), id=UUID(int=6))
    await deliver(on, assigned.but(department="sales", tracked=False), at=AT, id=UUID(int=7))

    (owed,) = (await stores.actions.find()).items
    assert (owed.department, owed.stage) == ("production", "due")
    assert [(run.clock.name, run.started_at) for run in owed.clocks] == [("action_plan", AT)]


@pytest.mark.requirement("R190.a", "R190.b", "R149.c", "R149.b")
def test_an_improvement_is_planned_carried_out_and_verified_and_then_watched(improved, rules):
    planned = on_action.plan(improved["due"], "packaging", "增加护角", AT + timedelta(days=10), rules, PLANT)
    verified = on_action.verify(*sight.tried(improved["done"]), True, "抽检无崩角", rules, RD)

    assert planned.events[0] == CorrectiveActionOpened.of(
        ABOUT,
        action_id=improved["due"].id,
        cause_code="packaging",
        action="增加护角",
        department="production",
        due_at=AT + timedelta(days=10),
    )
    assert verified.events[0] == CorrectiveActionVerified.of(
        ABOUT,
        action_id=improved["due"].id,
        action="增加护角",
        effective=True,
        watched_until=AT + timedelta(days=90),
        by="rd_team-01",
    )
    assert {stage: duties(action) for stage, action in improved.items()} == {
        "due": {"action_plan": Role.PLANT_MANAGER},
        "open": {"action_do": Role.PLANT_MANAGER},
        "done": {"action_verify": Role.RD_TEAM},
        "effective": {},
    }
    assert improved["open"].clock("action_do").due_at == AT + timedelta(days=10)


@pytest.mark.requirement("R150.d")
async def test_customer_service_proposes_an_improvement_urges_the_department_and_confirms_that_it_worked(
    world, stores, case, improved
):
    await stores.complaints.create(Change(case), cause(AT))
    await stores.actions.create(Change(improved["due"]), cause(AT))
    path, until = f"/corrective-actions/{improved['due'].id}", AT + timedelta(days=1)

    proposed = await world.ask(
        Role.COMPLAINT_HANDLER, "POST", f"{path}/plan", {"action": "增加护角", "due_at": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    )
    await world.until(until + timedelta(days=2))
    carried = await world.ask(Role.PLANT_MANAGER, "POST", f"{path}/carry-out", {"evidence": ["photos/1.jpg"]})
    finding = {"attempt": carried.json()["attempts"][-1]["attempt_id"], "effective": True, "finding": "抽检无崩角"}
    await world.ask(Role.CS_MANAGER, "POST", f"{path}/verify", finding)

    (opened,) = (each for each in world.announced if isinstance(each, CorrectiveActionOpened))
    urged = [each for each in world.announced if isinstance(each, DepartmentChased)]
    (confirmed,) = (each for each in world.announced if isinstance(each, CorrectiveActionVerified))
    assert proposed.json()["attempts"][-1]["planned"]["by"] == "complaint_handler-1"
    assert (opened.action, opened.department) == ("增加护角", "production")
    assert [(each.at - until, each.role, each.title) for each in urged] == [
        (timedelta(days=1), "plant_manager", "落实改善措施"),
        (timedelta(days=2), "plant_manager", "落实改善措施"),
    ]
    assert (confirmed.effective, confirmed.by) == (True, "cs_manager-1")


@pytest.mark.requirement("R190.b")
def test_an_improvement_that_did_not_work_is_planned_anew_and_the_attempt_is_kept(improved, rules):
    failed = on_action.verify(*sight.tried(improved["done"]), False, "仍有崩角", rules, RD).state
    again = on_action.plan(failed, "packaging", "改用木箱", AT + timedelta(days=5), rules, PLANT).state

    assert (failed.stage, failed.watched_until, duties(failed)) == ("due", None, {"action_plan": Role.PLANT_MANAGER})
    assert [(each.action, each.effective, each.finding) for each in again.attempts] == [
        ("增加护角", False, "仍有崩角"),
        ("改用木箱", None, None),
    ]


def test_an_improvement_is_verified_by_another_than_the_one_who_carried_it_out(improved, rules):
    with pytest.raises(Overstepped) as refused:
        on_action.verify(*sight.tried(improved["done"]), True, "有效", rules, by("rd_team", id="plant_manager-01"))
    assert refused.value.code == "four_eyes"


@pytest.mark.parametrize("stage", ["due", "open", "done"])
async def test_an_improvement_is_offered_for_verifying_to_another_than_who_carried_it_out(stage, improved, ask, stores):
    action = improved[stage]
    await stores.actions.create(Change(action), cause(AT))
    view = (await ask("rd_team", "GET", f"/corrective-actions/{action.id}")).json()["possible"]
    (row,) = (await ask("rd_team", "GET", "/corrective-actions")).json()["items"]
    offered = {"due": {"plan": []}, "open": {"carry_out": []}, "done": {"verify": [PLANT.actor.id]}}
    assert row["possible"] == view
    assert {each["decision"]: each["another_than"] for each in view} == offered[stage]


@pytest.mark.parametrize(("until", "code"), [(AT, "due_at"), (AT + timedelta(days=731), "far_day")])
def test_an_improvement_is_due_neither_in_the_past_nor_far_ahead(until, code, improved, rules):
    with pytest.raises(Refused) as refused:
        on_action.plan(improved["due"], "packaging", "增加护角", until, rules, PLANT)
    assert refused.value.code == code


@pytest.mark.requirement("R190.b")
@pytest.mark.parametrize(
    ("complaint", "code", "days", "stage"),
    [
        (UUID(int=200), "packaging", 90, "due"),
        (UUID(int=200), "packaging", 91, "effective"),
        (UUID(int=200), "material", 1, "effective"),
        (UUID(int=100), "packaging", 1, "effective"),
    ],
)
async def test_the_same_cause_again_in_the_watch_period_opens_the_improvement_again(
    complaint, code, days, stage, improved, on, stores
):
    await stores.actions.create(Change(improved["effective"]), cause(AT))
    again = RootCauseIdentified(complaint_id=complaint, complaint_no="2026-12-0003", cause_code=code)

    said = await deliver(on, again, at=AT + timedelta(days=days))

    action = await stores.actions.get(improved["due"].id)
    assert action.stage == stage
    reopened = [event for event in said if isinstance(event, CorrectiveActionReopened)]
    if stage == "effective":
        assert reopened == []
    else:
        assert reopened == [
            CorrectiveActionReopened.of(
                ABOUT,
                action_id=action.id,
                cause_code="packaging",
                department="production",
                recurred_in="2026-12-0003",
            )
        ]
        assert (action.recurred_in, duties(action)) == (("2026-12-0003",), {"action_plan": Role.PLANT_MANAGER})


@pytest.mark.parametrize(
    ("complained", "found", "stage"),
    [
        (timedelta(seconds=-1), timedelta(days=1), "effective"),
        (timedelta(), timedelta(days=1), "due"),
        (timedelta(days=90), timedelta(days=96), "due"),
        (timedelta(days=90, seconds=1), timedelta(days=96), "effective"),
    ],
)
async def test_whether_a_cause_came_back_follows_from_when_the_customer_complained(
    complained, found, stage, improved, case, on, stores
):
    await stores.actions.create(Change(improved["effective"]), cause(AT))
    later = case.but(id=UUID(int=101), number="2026-12-0003", form=case.form.but(received_at=AT + complained, chain=()))
    await stores.complaints.create(Change(later), cause(AT))

    named = RootCauseIdentified(complaint_id=later.id, complaint_no="2026-12-0003", cause_code="packaging")
    await deliver(on, named, at=AT + found)

    assert (await stores.actions.get(improved["due"].id)).stage == stage


async def test_a_case_that_takes_up_the_one_of_an_improvement_again_leaves_it_as_it_is(improved, case, on, stores):
    await stores.actions.create(Change(improved["effective"]), cause(AT))
    again = case.but(id=UUID(int=101), number="2026-11-0002", form=case.form.but(chain=("2026-11-0001",)))
    await stores.complaints.create(Change(again), cause(AT))
    named = RootCauseIdentified(complaint_id=again.id, complaint_no="2026-11-0002", cause_code="packaging")

    said = await deliver(on, named, at=AT + timedelta(days=1))

    assert said == ()
    assert (await stores.actions.get(improved["due"].id)).stage == "effective"


@pytest.mark.requirement("R190.a", "R190.b")
async def test_an_improvement_goes_through_over_http(ask, stores, case, improved):
    await stores.complaints.create(Change(case), cause(AT))
    await stores.actions.create(Change(improved["due"]), cause(AT))
    id = improved["due"].id
    plan = {"action": "增加护角", "due_at": "2026-12-02T02:00:00Z"}

    def verified(shown):
        return {"attempt": shown["attempts"][-1]["attempt_id"], "effective": True, "finding": "抽检无崩角"}

    steps = [
        ("plant_manager", "plan", plan),
        ("plant_manager", "carry-out", {"evidence": ["photos/1.jpg"]}),
        ("rd_team", "verify", verified),
    ]

    answers = await sight.walk(ask, f"/corrective-actions/{id}", steps)

    assert [answer.status_code for answer in answers] == [200] * 3
    shown = answers[-1].json()
    assert (shown["stage"], shown["cause_code"]) == ("effective", "packaging")
    assert (await ask("cs_manager", "GET", f"/corrective-actions/{id}")).json() == shown
    listed = (await ask("cs_manager", "GET", "/corrective-actions?department=production&stage=effective")).json()
    assert [row["action_id"] for row in listed["items"]] == [str(id)]
    clocks = (await ask("cs_manager", "GET", f"/corrective-actions/{id}/clocks")).json()
    assert [clock["name"] for clock in clocks] == ["action_plan", "action_do", "action_verify"]


async def test_an_improvement_is_planned_once_the_root_cause_is_named(ask, stores, in_every_stage, improved):
    await stores.complaints.create(Change(in_every_stage["investigated"]), cause(AT))
    await stores.actions.create(Change(improved["due"]), cause(AT))
    body = {"action": "增加护角", "due_at": "2026-12-02T02:00:00Z"}

    refused = await ask("plant_manager", "POST", f"/corrective-actions/{improved['due'].id}/plan", body)

    assert (refused.status_code, refused.json()["code"]) == (409, "no_root_cause")
