"""What complaints answers over HTTP, from filing to close, and how it says no."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
import sight

from shared.aggregate import Change
from shared.contracts.aftersales import WarrantyChecked, WarrantyRule
from shared.contracts.complaints import ComplaintFiled
from shared.contracts.roles import Department
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
FILE = {
    "customer": {"customer_id": str(UUID(int=1)), "name": "广州恒达装饰工程有限公司", "mobile": "13800138000"},
    "complainant": "王建国",
    "channel": "phone",
    "content": "三樘玻璃边缘崩角",
    "demand": "更换三樘玻璃",
    "order_no": "SO-2026-0412",
}
JUDGE = {"upheld": True, "grounds": "包装不足", "demand_reasonable": True, "responsible_department": "production"}
OWNER = {"owner": "cs-manager-01", "visit_required": False}


def covered(id):
    """After-sales says that the goods of this complaint are under warranty."""
    return WarrantyChecked(
        check_id=UUID(int=9),
        complaint_id=id,
        customer_id=UUID(int=1),
        rule=WarrantyRule(),
        as_of=date(2026, 11, 22),
        verdict="in_warranty",
    )


OPTION = {"kind": "replace", "amount": {"amount": "5000.00"}, "description": "免费更换三樘玻璃"}


@pytest.mark.requirement("R109.a", "R145.a")
async def test_a_filed_complaint_has_its_number_its_clocks_and_can_be_worked_on_at_once(ask):
    answer = await ask("cs_specialist", "POST", "/complaints", FILE)

    assert answer.status_code == 201
    filed = answer.json()
    assert (filed["complaint_no"], filed["stage"], filed["close_by"]) == (
        "2026-11-0001",
        "filed",
        "2026-11-28T02:00:00.000000Z",
    )
    assert (await ask("cs_specialist", "GET", f"/complaints/{filed['complaint_id']}")).json() == filed
    judged = await ask("complaint_handler", "POST", f"/complaints/{filed['complaint_id']}/judge", JUDGE)
    assert (judged.status_code, judged.json()["stage"]) == (200, "upheld")


@pytest.mark.requirement("R105.a", "R107.a", "R188.a")
@pytest.mark.parametrize("channel", ["oral", "written", "phone", "sms", "email", "web"])
async def test_a_complaint_that_comes_in_any_way_is_taken_at_once(channel, ask):
    answer = await ask("cs_specialist", "POST", "/complaints", FILE | {"channel": channel})

    filed = answer.json()
    assert (answer.status_code, filed["complaint_no"], filed["accepted_at"]) == (
        201,
        "2026-11-0001",
        "2026-11-22T02:00:00.000000Z",
    )
    assert (filed["form"]["channel"], filed["form"]["content"]) == (channel, FILE["content"])


@pytest.mark.requirement("R148.b", "R151.b")
async def test_a_salesman_confirms_the_demand_and_gives_an_opinion_that_the_customer_never_sees(ask, database):
    opinion = "疑为包装护角不足，客户理由成立"
    filed = (await ask("account_manager", "POST", "/complaints", FILE | {"opinion": opinion})).json()
    path = f"/complaints/{filed['complaint_id']}"
    answer = await ask("account_manager", "POST", f"{path}/acknowledge", {"restated": "三樘玻璃崩角，要求更换"})
    customer = await ask("account_manager", "GET", f"{path}/customer-view")

    assert filed["form"]["opinion"] == opinion
    confirmed = answer.json()["acknowledgement"]
    assert (confirmed["restated"], confirmed["by"]) == ("三樘玻璃崩角，要求更换", "account_manager-01")
    assert [event.opinion for event in database.published if isinstance(event, ComplaintFiled)] == [opinion]
    assert opinion not in customer.text


@pytest.mark.requirement("R149.a", "R149.b", "R150.f")
async def test_rd_finds_the_cause_and_who_is_responsible_and_cs_proposes_and_determines_the_liability(ask):
    id = (await ask("account_manager", "POST", "/complaints", FILE)).json()["complaint_id"]
    for role, decision, body in (
        ("cs_manager", "assign-owner", {"owner": "cs-manager-01", "visit_required": False}),
        ("complaint_handler", "judge", JUDGE),
        ("complaint_handler", "assign-investigation", {"department": "rd"}),
    ):
        assert (await ask(role, "POST", f"/complaints/{id}/{decision}", body)).status_code == 200
    found = {"cause": "护角未按规范包装", "evidence": ["photos/1.jpg"], "responsible": ["包装组"]}
    ours = {"shares": [{"unit": "own_department", "department": "production", "percent": 100}], "handling": "返工"}

    steps = [
        ("rd_team", "complete-investigation", found, 200),
        ("rd_team", "identify-root-cause", {"code": "packaging"}, 200),
        ("rd_team", "assign-liability", ours, 403),
        ("complaint_handler", "assign-liability", ours, 200),
        ("rd_team", "propose", {"options": [OPTION]}, 403),
        ("complaint_handler", "propose", {"options": [OPTION]}, 200),
    ]
    answers = [await ask(role, "POST", f"/complaints/{id}/{decision}", body) for role, decision, body, _ in steps]

    assert [answer.status_code for answer in answers] == [status for *_, status in steps]
    case = answers[-1].json()
    investigation = case["investigation"]
    assert (investigation["cause"], investigation["responsible"]) == ("护角未按规范包装", ["包装组"])
    assert (case["root_cause"]["code"], case["root_cause"]["by"]) == ("packaging", "rd_team-01")
    assert (case["liability"]["handling"], case["liability"]["by"]) == ("返工", "complaint_handler-01")


@pytest.mark.requirement("R145.a")
async def test_the_same_key_files_once_and_another_body_under_it_is_refused(ask):
    first = await ask("cs_specialist", "POST", "/complaints", FILE, key="k-1")
    second = await ask("cs_specialist", "POST", "/complaints", FILE, key="k-1")
    other = await ask("cs_specialist", "POST", "/complaints", FILE | {"content": "别的"}, key="k-1")

    assert first.json() == second.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len((await ask("cs_specialist", "GET", "/complaints")).json()["items"]) == 1
    following = (await ask("cs_specialist", "POST", "/complaints", FILE, key="k-2")).json()
    assert [first.json()["complaint_no"], following["complaint_no"]] == ["2026-11-0001", "2026-11-0002"]


@pytest.mark.requirement("R116.a")
async def test_a_complaint_is_handled_from_filing_to_close(ask, database, world):
    id = (await ask("account_manager", "POST", "/complaints", FILE)).json()["complaint_id"]
    await world.hear(covered(id))
    steps = [
        ("cs_manager", "assign-owner", {"owner": "cs-manager-01"}),
        ("cs_supervisor", "classify", {"nature": "quality", "category": "玻璃破损"}),
        ("complaint_handler", "judge", JUDGE),
        ("complaint_handler", "assign-investigation", {"department": "production", "joint_with": ["rd"]}),
        (
            "rd_team",
            "complete-investigation",
            {"cause": "护角未按规范包装", "evidence": ["photos/1.jpg"], "responsible": ["包装组"]},
        ),
        ("complaint_handler", "propose", {"options": [OPTION]}),
        ("deputy_gm", "approve", lambda shown: {"proposal": latest(shown), "option": 0, "note": "同意"}),
        ("complaint_handler", "accept", {"via": "signature", "signature": "signatures/1.png"}),
        ("complaint_handler", "implement", {"evidence": ["photos/1.jpg"]}),
        ("cs_manager", "record-visit", {"visited_at": "2026-11-22T02:00:00Z", "note": "现场查看，客户满意"}),
        ("cs_manager", "close", {"result": "已免费更换三樘玻璃"}),
    ]

    answers = await sight.walk(ask, f"/complaints/{id}", steps)

    assert [answer.status_code for answer in answers] == [200] * len(steps)
    closed = answers[-1].json()
    assert (closed["stage"], closed["possible"], closed["deadlines"]) == ("closed", [], [])
    assert closed["closing"]["outcome"] == "resolved"
    assert closed["answer"]["signature"] == "signatures/1.png"
    customer = (await ask("cs_specialist", "GET", f"/complaints/{id}/customer-view")).json()
    assert (customer["status"], customer["solution"], customer["result"]) == (
        "已结案",
        "免费更换三樘玻璃",
        "已免费更换三樘玻璃",
    )
    clocks = "complaints.deadline_"
    assert [event.key for event in database.published if not event.key.startswith(clocks)] == [
        "complaints.complaint_taken_in.v1",
        "complaints.complaint_filed.v1",
        "complaints.complaint_owner_assigned.v1",
        "complaints.complaint_classified.v1",
        "complaints.complaint_judged.v1",
        "complaints.investigation_assigned.v1",
        "complaints.investigation_completed.v1",
        "complaints.resolution_proposed.v1",
        "complaints.approval_requested.v1",
        "complaints.resolution_approved.v1",
        "complaints.resolution_accepted.v1",
        "complaints.resolution_implemented.v1",
        "complaints.complaint_visit_recorded.v1",
        "complaints.complaint_closed.v1",
    ]


@pytest.mark.requirement("R157.a")
async def test_an_approval_beyond_the_own_authority_is_refused_and_reported(ask, database):
    id = await proposed(ask)

    refused = await ask(
        "cs_manager", "POST", f"/complaints/{id}/approve", {"proposal": await seen(ask, id), "option": 0}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "authority_exceeded")
    assert "deputy_gm" in refused.json()["detail"]
    assert database.published[-1].key == "complaints.authority_exceeded_blocked.v1"
    assert (
        await ask("gm", "POST", f"/complaints/{id}/approve", {"proposal": await seen(ask, id), "option": 0})
    ).json()["stage"] == "approved"


async def test_a_rejected_proposal_and_a_withdrawn_complaint(ask):
    id = await proposed(ask)

    rejected = await ask(
        "deputy_gm", "POST", f"/complaints/{id}/reject", {"proposal": await seen(ask, id), "note": "请核实数量"}
    )
    withdrawn = await ask("complaint_handler", "POST", f"/complaints/{id}/withdraw")

    assert (rejected.json()["stage"], withdrawn.json()["closing"]["outcome"]) == ("investigated", "withdrawn")


async def test_a_customer_who_declines_ends_the_case(ask):
    id = await proposed(ask)
    await ask("gm", "POST", f"/complaints/{id}/approve", {"proposal": await seen(ask, id), "option": 0})

    declined = await ask(
        "complaint_handler", "POST", f"/complaints/{id}/decline", {"via": "phone", "reason": "另加折扣"}
    )

    assert declined.json()["closing"]["outcome"] == "resubmitted"


def latest(shown):
    """The id of the latest proposal that a view shows."""
    return shown["proposals"][-1]["proposal_id"]


async def seen(ask, id):
    """The id of the latest proposal, as a colleague reads it."""
    return latest((await ask("gm", "GET", f"/complaints/{id}")).json())


async def proposed(ask) -> str:
    """A complaint that waits for approval."""
    id = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()["complaint_id"]
    await ask("cs_manager", "POST", f"/complaints/{id}/assign-owner", OWNER)
    for decision, body in (
        ("judge", JUDGE),
        ("assign-investigation", {"department": "production"}),
        ("complete-investigation", {"cause": "护角不足", "evidence": ["photos/1.jpg"]}),
        ("propose", {"options": [OPTION]}),
    ):
        answer = await ask("complaint_handler", "POST", f"/complaints/{id}/{decision}", body)
        assert answer.status_code == 200
    return id


async def test_a_draft_is_filed_by_a_person_with_what_that_person_adds(ask, complaints, in_every_stage):
    draft = await complaints.create(Change(in_every_stage["draft"]), cause(AT))
    path = f"/complaints/{draft.id}/file"

    filed = await ask("cs_specialist", "POST", path, {"demand": "重新调试玻璃门", "nature": "quality"}, key="k")
    again = await ask("cs_specialist", "POST", path, {"demand": "重新调试玻璃门", "nature": "quality"}, key="k")
    other = await ask("cs_specialist", "POST", path, {"demand": "后到的要求"})

    assert (filed.json()["complaint_no"], filed.json()["form"]["demand"]) == ("2026-11-0001", "重新调试玻璃门")
    assert filed.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "illegal_transition")


async def test_a_dismissed_draft_gets_no_number(ask, complaints, in_every_stage, registers):
    draft = await complaints.create(Change(in_every_stage["draft"]), cause(AT))

    dismissed = await ask("cs_specialist", "POST", f"/complaints/{draft.id}/dismiss")
    filed = await ask("cs_specialist", "POST", f"/complaints/{draft.id}/file", {})

    assert dismissed.json()["stage"] == "dismissed"
    assert (filed.status_code, filed.json()["code"]) == (409, "illegal_transition")
    assert await registers.count() == 0


async def test_complaints_are_found_by_stage_customer_order_and_number_the_newest_first(ask):
    for order_no in ("SO-2026-0412", "SO-2026-0413"):
        await ask("cs_specialist", "POST", "/complaints", FILE | {"order_no": order_no})

    async def found(query: str) -> list[str]:
        answer = await ask("cs_specialist", "GET", f"/complaints?{query}")
        return [item["complaint_no"] for item in answer.json()["items"]]

    assert await found("order_no=SO-2026-0413") == ["2026-11-0002"]
    assert await found("complaint_no=2026-11-0001") == ["2026-11-0001"]
    assert sorted(await found(f"stage=filed&customer_id={UUID(int=1)}")) == ["2026-11-0001", "2026-11-0002"]
    assert await found("stage=closed") == []
    first = (await ask("cs_specialist", "GET", "/complaints?limit=1")).json()
    second = (await ask("cs_specialist", "GET", f"/complaints?limit=1&after={first['next']}")).json()
    assert {first["items"][0]["complaint_no"], second["items"][0]["complaint_no"]} == {"2026-11-0001", "2026-11-0002"}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"channel": "auto"}, "body.channel"),
        ({"content": {"$gt": ""}}, "body.content"),
        ({"content": ""}, "body.content"),
        ({"surprise": 1}, "body.surprise"),
        ({"defect_quantity": 0}, "body.defect_quantity"),
        ({"customer": {"name": "无编号"}}, "body.customer.customer_id"),
    ],
)
async def test_what_is_not_well_formed_is_answered_with_what_to_correct(change, where, ask):
    answer = await ask("cs_specialist", "POST", "/complaints", FILE | change)

    assert answer.status_code == 422
    assert [error["where"] for error in answer.json()["errors"]] == [where]


@pytest.mark.parametrize(
    ("role", "method", "path", "body"),
    [
        ("installer", "POST", "/complaints", FILE),
        ("installer", "GET", "/complaints", None),
        ("cs_specialist", "POST", f"/complaints/{UUID(int=5)}/assign-owner", {"owner": "x"}),
        ("rd_team", "POST", f"/complaints/{UUID(int=5)}/judge", JUDGE),
    ],
)
async def test_what_is_not_theirs_to_do_is_refused(role, method, path, body, ask):
    assert (await ask(role, method, path, body)).status_code == 403


async def test_an_unknown_complaint_is_not_found(ask):
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/customer-view", None),
        ("POST", "/judge", JUDGE),
        ("POST", "/file", {}),
    ):
        answer = await ask("complaint_handler", method, f"/complaints/{uuid4()}{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_decision_that_the_stage_does_not_allow_says_what_is_possible(ask):
    id = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()["complaint_id"]

    refused = await ask("complaint_handler", "POST", f"/complaints/{id}/close", {})

    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert (
        "possible now: assign_owner, record_visit, acknowledge, add_details, name_order, audit, contact_department, "
        "report_opinion, classify, judge, withdraw, escalate" in refused.json()["detail"]
    )


async def test_what_may_be_decided_is_shown_with_the_roles_that_may(ask):
    filed = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()

    possible = {each["decision"]: each["roles"] for each in filed["possible"]}
    assert list(possible) == [
        "assign_owner",
        "acknowledge",
        "add_details",
        "name_order",
        "audit",
        "contact_department",
        "report_opinion",
        "classify",
        "judge",
        "escalate",
    ]
    assert possible["assign_owner"] == ["cs_supervisor", "cs_manager", "cs_director"]
    (row,) = (await ask("cs_specialist", "GET", "/complaints")).json()["items"]
    assert row == {
        "complaint_id": filed["complaint_id"],
        "complaint_no": "2026-11-0001",
        "stage": "filed",
        "channel": "phone",
        "content": "三樘玻璃边缘崩角",
        "severity": "ordinary",
        "customer_id": str(UUID(int=1)),
        "customer_name": "广州恒达装饰工程有限公司",
        "order_no": "SO-2026-0412",
        "received_at": "2026-11-22T02:00:00.000000Z",
        "close_by": "2026-11-28T02:00:00.000000Z",
        "owner": None,
        "level": 0,
        "waits_for_customer": False,
        "possible": filed["possible"],
    }


async def test_the_clocks_of_a_case_explain_themselves(ask):
    id = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()["complaint_id"]

    clocks = (await ask("cs_manager", "GET", f"/complaints/{id}/clocks")).json()

    assert [(clock["name"], clock["policy"], clock["policy_version"], clock["due_at"]) for clock in clocks] == [
        ("close_6d", "complaints", 1, "2026-11-28T02:00:00.000000Z"),
        ("step_judge", "complaints", 1, "2026-11-23T02:00:00.000000Z"),
    ]
    assert "按制度“complaints”第1版，“投诉结案”的时限为6天，依据 003 §26.1。" in clocks[0]["explanation"]


@pytest.mark.parametrize("department", list(Department))
async def test_no_departments_system_reads_anything_here(department, world):
    for path in (
        "/complaints",
        f"/complaints/{UUID(int=5)}",
        f"/complaints/{UUID(int=5)}/clocks",
        f"/complaints/{UUID(int=5)}/customer-view",
        "/duties",
    ):
        assert (await world.ask(department, "GET", path)).status_code == 403, path


async def test_the_steps_of_a_case_are_duties_until_it_is_closed(ask):
    id = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()["complaint_id"]

    open_ones = (await ask("cs_manager", "GET", "/duties")).json()["items"]
    await ask("cs_manager", "POST", f"/complaints/{id}/assign-owner", OWNER)
    await ask("complaint_handler", "POST", f"/complaints/{id}/withdraw")

    assert [(duty["kind"], duty["about"], duty["role"]) for duty in open_ones] == [
        ("step_judge", "2026-11-0001", "cs_manager"),
        ("close_6d", "2026-11-0001", "cs_manager"),
    ]
    assert (await ask("cs_manager", "GET", "/duties")).json()["items"] == []
