"""What customer service does beside a case's way: audit, contact, report opinions, keep the call after the closing."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from complaints.domain.corrective_action import action_id_of
from complaints.domain.decisions.closing import close
from complaints.domain.decisions.liaison import audit, contact_department, report_opinion
from complaints.domain.parts.handling import Call, Contact, HandlingAudit, Opinion
from shared.aggregate import Change, Overstepped, Refused
from shared.contracts.complaints import DepartmentContacted, OpinionReported
from shared.contracts.event import Actor
from shared.contracts.intake import CallbackCompleted
from shared.testing import cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MANAGER = cause(AT, actor=Actor(kind="staff", id="cs-manager-01", role="cs_manager"))
HANDLER = cause(AT, actor=Actor(kind="staff", id="handler-01", role="complaint_handler"))


@pytest.mark.requirement("R150.b")
def test_a_case_that_an_audit_found_incomplete_is_not_closed_before_another_finds_it_whole(in_every_stage, rules):
    found = audit(in_every_stage["implemented"], False, "缺少客户签收照片", MANAGER).state

    with pytest.raises(Refused) as refused:
        close(found, "已更换", rules, HANDLER)
    whole = audit(found, True, "资料齐全", MANAGER).state

    assert (refused.value.code, "cs-manager-01" in refused.value.detail) == ("audit_open", True)
    assert whole.audits == (
        HandlingAudit(complete=False, findings="缺少客户签收照片", by="cs-manager-01", at=AT),
        HandlingAudit(complete=True, findings="资料齐全", by="cs-manager-01", at=AT),
    )
    assert close(whole, "已更换", rules, HANDLER).state.stage == "closed"


@pytest.mark.parametrize("whose", ["OWNER-1", "Judge-1", "ｐroposer-1"])
def test_a_case_is_audited_by_another_person_than_those_who_handle_it(whose, in_every_stage):
    case = in_every_stage["proposed"]
    handled = case.but(
        owner="owner-1",
        judgement=case.judgement.but(by="judge-1"),
        proposals=(case.proposals[0].but(proposed_by="proposer-1"),),
    )
    own = cause(AT, actor=Actor(kind="staff", id=whose, role="cs_manager"))

    with pytest.raises(Overstepped) as refused:
        audit(handled, True, "资料齐全", own)
    assert refused.value.code == "four_eyes"
    assert audit(handled, True, "资料齐全", MANAGER).state.audits[0].by == "cs-manager-01"


@pytest.mark.requirement("R150.c")
def test_that_a_department_was_asked_to_help_with_the_customer_stays_on_the_case_and_the_department_is_told(
    in_every_stage,
):
    words = "请工程部本周安排人员与客户一同查看现场"

    change = contact_department(in_every_stage["investigating"], "engineering", words, HANDLER)

    assert change.state.contacts == (Contact(department="engineering", words=words, by="handler-01", at=AT),)
    assert change.events == (
        DepartmentContacted.of(change.state.about, department="engineering", words=words, by="handler-01", at=AT),
    )


@pytest.mark.requirement("R150.e")
async def test_an_opinion_that_came_up_is_reported_to_a_department_which_owes_an_improvement(
    in_every_stage, on, stores
):
    opinion = "客户建议说明书注明玻璃的清洁方法"
    change = report_opinion(in_every_stage["accepted"], "design", opinion, HANDLER)
    case = await stores.complaints.create(Change(change.state), cause(AT))

    assert case.opinions == (Opinion(department="design", opinion=opinion, by="handler-01", at=AT),)
    assert change.events == (
        OpinionReported.of(case.about, department="design", opinion=opinion, by="handler-01", at=AT),
    )
    await deliver(on, change.events[0], at=AT, id=UUID(int=5))
    await deliver(on, change.events[0].but(opinion="再次反映"), at=AT, id=UUID(int=6))

    (owed,) = (await stores.actions.find()).items
    assert (owed.id, owed.department, owed.stage) == (action_id_of(case.id, "design"), "design", "due")
    assert [run.clock.name for run in owed.running] == ["action_plan"]


async def test_an_improvement_after_an_opinion_is_planned_against_a_cause_of_the_list(in_every_stage, ask, on, stores):
    case = report_opinion(in_every_stage["filed"], "design", "说明书注明清洁方法", HANDLER)
    await stores.complaints.create(Change(case.state), cause(AT))
    await deliver(on, case.events[0], at=AT)
    path = f"/corrective-actions/{action_id_of(case.state.id, 'design')}/plan"
    plan = {"action": "说明书增加清洁方法", "due_at": "2026-12-02T02:00:00Z"}

    answers = [
        await ask("design_director", "POST", path, plan | given)
        for given in ({}, {"cause_code": "prison"}, {"cause_code": "service"})
    ]

    assert [answer.json().get("code") for answer in answers] == ["no_root_cause", "no_such_cause", None]
    assert (answers[-1].json()["stage"], answers[-1].json()["cause_code"]) == ("open", "service")


@pytest.mark.requirement("R150.b", "R150.c", "R150.e")
async def test_audit_contact_and_opinion_are_decided_over_http_and_stand_in_the_history(in_every_stage, ask, stores):
    case = await stores.complaints.create(Change(in_every_stage["filed"]), cause(AT))

    answers = [
        await ask(role, "POST", f"/complaints/{case.id}/{decision}", body)
        for role, decision, body in (
            ("cs_manager", "audit", {"complete": False, "findings": "缺照片"}),
            ("complaint_handler", "contact-department", {"department": "engineering", "words": "请查看现场"}),
            ("complaint_handler", "report-opinion", {"department": "design", "opinion": "说明书注明清洁方法"}),
        )
    ]

    assert [answer.status_code for answer in answers] == [200] * 3
    steps = (await ask("cs_manager", "GET", f"/complaints/{case.id}/history")).json()
    assert [(step["what"], step["words"]) for step in steps[-3:]] == [
        ("审核案卷（有缺漏）", "缺照片"),
        ("联系部门（工程部）", "请查看现场"),
        ("提报意见（设计部）", "说明书注明清洁方法"),
    ]


def called(case, **fields) -> CallbackCompleted:
    said = {
        "callback_id": UUID(int=3),
        "customer_id": case.form.customer.customer_id,
        "kind": "post_complaint",
        "complaint_no": case.number,
        "branch": "average",
        "detail": "更换慢了一天",
        "suggestion": "提前通知",
        "completed_at": AT,
        "within_due": True,
        "recorded_by": "cs-07",
        "hash": "0" * 64,
    }
    return CallbackCompleted(**(said | fields))


@pytest.mark.requirement("R191.b")
@pytest.mark.parametrize("stage", ["closed", "not_upheld"])
async def test_what_the_customer_answers_to_handling_and_result_on_the_call_is_kept_in_the_case_once(
    stage, in_every_stage, on, stores, rules
):
    case = in_every_stage[stage]
    case = case if stage == "closed" else close(case, "已婉转答复", rules, HANDLER).state
    await stores.complaints.create(Change(case), cause(AT))

    for _ in range(2):
        await deliver(on, called(case), at=AT, id=UUID(int=42))

    assert (await stores.complaints.get(case.id)).calls == (
        Call(satisfied="average", words="更换慢了一天；提前通知", by="cs-07", at=AT),
    )


@pytest.mark.parametrize("other", [{"kind": "stage"}, {"complaint_no": "2026-11-0404"}, {"complaint_no": None}])
async def test_other_calls_are_none_of_our_business(other, in_every_stage, on, stores):
    case = await stores.complaints.create(Change(in_every_stage["closed"]), cause(AT))

    assert await deliver(on, called(case, **other), at=AT) == ()
    assert (await stores.complaints.get(case.id)).calls == ()
