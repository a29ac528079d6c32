"""Lists for those who work: by owner, turn, clock, level, department, class, overdue, and approvals for the asker."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest

from complaints.domain.complaint import put_form
from complaints.domain.decisions.escalation import escalate
from complaints.domain.decisions.filing import draft
from complaints.domain.decisions.handling import assign_owner, classify
from complaints.domain.parts.handling import Classification
from shared.aggregate import Change
from shared.contracts.event import Actor
from shared.store import AllOf
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MANAGER = cause(AT, actor=Actor(kind="staff", id="cs-manager-01", role="cs_manager"))

UPHELD = ("upheld", "investigating", "investigated", "proposed", "approved", "accepted", "implemented")
"""The stages of the open cases for which a department is responsible."""


@pytest.fixture
async def listed(in_every_stage, stores, rules):
    """A case in every stage, each under a number of its own; one of them has an owner, a class and a level."""
    cases = {}
    for n, (stage, case) in enumerate(in_every_stage.items(), start=1):
        number = f"2026-11-{n:04d}" if case.number else None
        cases[stage] = case.but(id=UUID(int=n), number=number)
    owned = assign_owner(cases["filed"], "cs-07", True, rules, MANAGER).state
    owned = classify(owned, Classification(nature="quality", category="玻璃破损", major=True), rules, MANAGER).state
    owned = escalate(owned, rules, MANAGER).state
    cases["filed"] = owned
    for case in cases.values():
        await stores.complaints.create(Change(case), cause(AT))
    return cases


@pytest.mark.parametrize(
    "asked", ["owner=cs-07", "level=3", "category=玻璃破损", "severity=major", "stage=filed&owner=cs-07"]
)
async def test_a_case_is_found_by_its_owner_level_class_and_severity(asked, ask, listed):
    found = (await ask("cs_manager", "GET", f"/complaints?{asked}")).json()["items"]
    assert [row["complaint_no"] for row in found] == [listed["filed"].number]


async def test_cases_are_found_by_the_responsible_department(ask, listed):
    rows = (await ask("cs_manager", "GET", "/complaints?department=production")).json()["items"]
    other = (await ask("cs_manager", "GET", "/complaints?department=sales")).json()["items"]

    upheld = {case.number for case in listed.values() if case.judgement and case.judgement.upheld}
    assert {row["complaint_no"] for row in rows} == upheld
    assert other == []


async def test_that_a_case_waits_for_the_customer_is_shown_in_the_list_and_on_the_case(ask, listed, stores):
    unsigned = listed["accepted"].but(
        id=UUID(int=98), number="2026-11-0098", answer=listed["accepted"].answer.but(signature=None)
    )
    await stores.complaints.create(Change(unsigned), cause(AT))

    rows = (await ask("cs_manager", "GET", "/complaints")).json()["items"]
    cases = [(await ask("cs_manager", "GET", f"/complaints/{each['complaint_id']}")).json() for each in rows]

    waiting = {listed["approved"].number, unsigned.number}
    assert {row["complaint_no"] for row in rows if row["waits_for_customer"]} == waiting
    assert {case["complaint_no"] for case in cases if case["waits_for_customer"]} == waiting


@pytest.mark.requirement("R150.a")
async def test_what_is_open_beyond_its_time_is_listed_the_longest_first(ask, listed, stores, world):
    first = listed["upheld"].but(id=UUID(int=99), number="2026-11-0099", close_by=AT + timedelta(days=5))
    await stores.complaints.create(Change(first), cause(AT))
    before = (await ask("cs_manager", "GET", "/complaints?overdue=true")).json()["items"]
    await world.until(AT + timedelta(days=6, hours=1))

    rows = (await ask("cs_manager", "GET", "/complaints?overdue=true")).json()["items"]
    upheld = (await ask("cs_manager", "GET", "/complaints?overdue=true&stage=upheld")).json()["items"]
    closed = (await ask("cs_manager", "GET", "/complaints?overdue=true&stage=closed")).json()["items"]

    live = {case.number for case in listed.values() if case.live}
    assert (before, closed) == ([], [])
    assert rows[0]["complaint_no"] == "2026-11-0099"
    assert {row["complaint_no"] for row in rows[1:]} == live
    assert [row["complaint_no"] for row in upheld] == ["2026-11-0099", listed["upheld"].number]


@pytest.mark.requirement("R163.a")
@pytest.mark.parametrize(
    ("role", "sees"), [("cs_manager", False), ("deputy_gm", True), ("gm", True), ("complaint_handler", False)]
)
async def test_the_approvals_that_wait_for_a_person_lie_within_the_limit_of_the_role(role, sees, ask, listed):
    found = (await ask(role, "GET", "/approvals")).json()["items"]

    assert [row["complaint_no"] for row in found] == ([listed["proposed"].number] if sees else [])
    if sees:
        assert (found[0]["amount"]["amount"], len(found[0]["options"])) == ("5000.00", 2)


@pytest.mark.parametrize("spelling", ["gm-01", "GM-01", "ｇｍ-01"])
async def test_no_person_is_shown_the_approval_of_their_own_proposal(spelling, ask, listed, stores):
    own = listed["proposed"].proposals[-1].but(proposed_by=spelling)
    case = listed["proposed"].but(id=UUID(int=98), number="2026-11-0098", proposals=(own,))
    await stores.complaints.create(Change(case), cause(AT))

    seen = {role: (await ask(role, "GET", "/approvals")).json()["items"] for role in ("gm", "deputy_gm")}

    assert [row["complaint_no"] for row in seen["gm"]] == [listed["proposed"].number]
    assert {row["complaint_no"] for row in seen["deputy_gm"]} == {listed["proposed"].number, "2026-11-0098"}


@pytest.fixture
async def filed(ask):
    """Two complaints of two customers."""
    for id, name, person, content, order in (
        (1, "广州恒达装饰工程有限公司", "王建国", "三樘玻璃边缘崩角", "SO-2026-0412"),
        (2, "深圳华鑫办公家具有限公司", "李敏", "门锁闭合有异响", "SO-2026-0977"),
    ):
        body = {
            "customer": {"customer_id": str(UUID(int=id)), "name": name, "mobile": f"1380013800{id}"},
            "complainant": person,
            "channel": "phone",
            "content": content,
            "order_no": order,
            "batch_no": f"P20261101-{id}",
            "received_at": f"2026-11-22T0{id - 1}:00:00Z",
        }
        assert (await ask("cs_specialist", "POST", "/complaints", body)).status_code == 201


@pytest.mark.parametrize(
    "question",
    [
        "玻璃",
        "玻璃 恒达",
        "崩角",
        "gzhd",
        "hd",
        "wjg",
        "2026-11-0001",
        "0412",
        "so-2026-0412",
        "8001",
        "p20261101-1",
        "玻璃 0412",
    ],
)
async def test_a_case_is_found_by_words_initials_and_numbers(question, ask, filed):
    found = (await ask("cs_manager", "GET", f"/complaints?q={question}")).json()["items"]

    assert [(row["complaint_no"], row["customer_name"]) for row in found] == [
        ("2026-11-0001", "广州恒达装饰工程有限公司")
    ]


async def test_all_words_must_fit_and_the_newest_comes_first(ask, filed):
    both = (await ask("cs_manager", "GET", "/complaints?q=有限公司")).json()["items"]
    none = (await ask("cs_manager", "GET", "/complaints?q=玻璃 华鑫")).json()["items"]

    assert ([row["complaint_no"] for row in both], none) == (["2026-11-0002", "2026-11-0001"], [])


async def test_a_draft_is_found_by_its_words_as_well(ask, complaints, form, rules):
    await complaints.create(draft(UUID(int=100), form, rules, cause(AT)), cause(AT))

    found = (await ask("cs_manager", "GET", "/complaints?q=崩角&stage=draft")).json()["items"]

    assert [row["complaint_id"] for row in found] == [str(UUID(int=100))]


async def test_a_question_that_says_too_little_is_refused(ask):
    refused = await ask("cs_manager", "GET", "/complaints?q=玻")

    assert (refused.status_code, refused.json()["code"]) == (409, "too_short")


async def test_only_the_beginning_of_a_long_text_is_found(in_every_stage, form):
    long = form.but(content="玻璃" * 250 + "崩角")

    found = put_form(in_every_stage["draft"], long).found_by
    assert ("玻璃" in found, "崩角" in found) == (True, False)


@pytest.mark.requirement("R141.b")
async def test_major_cases_come_before_those_that_have_to_be_closed_earlier(in_every_stage, stores, rules, ask):
    handler = cause(AT, actor=Actor(kind="staff", id="handler-01", role="complaint_handler"))
    proposed = in_every_stage["proposed"]

    def waiting(number, days, *, major):
        of_class = Classification(nature="quality", category="玻璃破损", major=major)
        case = proposed.but(id=UUID(int=900 + days), number=number, close_by=proposed.close_by + timedelta(days=days))
        return classify(case, of_class, rules, handler).state

    for case in (
        waiting("2026-11-0001", 0, major=False),
        waiting("2026-11-0002", 1, major=False),
        waiting("2026-11-0003", 2, major=True),
        waiting("2026-11-0004", 1, major=True).but(id=UUID(int=950)),
    ):
        await stores.complaints.create(Change(case), cause(AT))

    waits = (await ask("cs_manager", "GET", "/complaints?waiting=true")).json()["items"]
    approvals = (await ask("gm", "GET", "/approvals")).json()["items"]

    expected = ["2026-11-0004", "2026-11-0003", "2026-11-0001", "2026-11-0002"]
    assert [row["complaint_no"] for row in waits] == expected
    assert [row["complaint_no"] for row in approvals] == expected


async def test_a_search_walks_along_its_rarest_word(complaints, in_every_stage):
    filed = in_every_stage["filed"]
    for number, content in enumerate(("玻璃崩角", "玻璃划伤", "玻璃门锁"), start=1):
        case = put_form(filed.but(id=UUID(int=number), number=f"2026-11-{number:04d}"), filed.form.but(content=content))
        await complaints.create(Change(case), cause(AT))

    assert await complaints.holding("玻璃 门锁") == AllOf("门锁", "玻璃")
    assert await complaints.holding(None) is None


async def pages(ask, path, **asked):
    """All items of a list, two at a time."""
    found, after = [], None
    while True:
        params = {**asked, "limit": 2, **({"after": after} if after else {})}
        page = (await ask("cs_manager", "GET", f"{path}?{urlencode(params)}")).json()
        assert len(page["items"]) <= 2
        found += page["items"]
        if (after := page["next"]) is None:
            return found


@pytest.mark.parametrize(
    ("asked", "stages"),
    [
        ({"owner": "handler-01", "stage": "proposed"}, {"proposed"}),
        ({"owner": "cs-07", "stage": "proposed"}, set()),
        ({"owner": "cs-07", "level": 3, "category": "玻璃破损", "severity": "major", "waiting": "true"}, {"filed"}),
        ({"department": "production", "waiting": "true", "severity": "ordinary"}, set(UPHELD)),
        ({"department": "production", "waiting": "true", "severity": "major"}, set()),
        ({"order_no": "SO-2026-0412", "customer_id": str(UUID(int=1)), "level": 0, "stage": "approved"}, {"approved"}),
        ({"order_no": "SO-2026-0412", "customer_id": str(UUID(int=2))}, set()),
        ({"complaint_no": "2026-11-0004", "waiting": "true"}, {"not_upheld"}),
        ({"q": "崩角 gzhd 0412", "owner": "handler-01", "department": "production", "stage": "closed"}, {"closed"}),
        ({"q": "崩角", "waiting": "true", "overdue": "true"}, set()),
    ],
)
async def test_what_is_asked_together_all_fits_page_by_page(asked, stages, ask, listed):
    found = await pages(ask, "/complaints", **asked)
    assert sorted(row["stage"] for row in found) == sorted(stages)


@pytest.mark.parametrize("asked", [{}, {"waiting": "true"}, {"overdue": "true"}, {"q": "玻璃"}])
async def test_the_pages_of_a_list_together_are_the_list(asked, ask, listed, world):
    world.time.set(AT + timedelta(days=7))
    whole = (await ask("cs_manager", "GET", f"/complaints?{urlencode(asked)}")).json()["items"]
    assert len(whole) >= len(UPHELD)
    assert await pages(ask, "/complaints", **asked) == whole


@pytest.fixture
async def judged(ask, filed):
    """Of two complaints one is judged and investigated by the plant; the other one waits to be judged."""
    (row,) = (await ask("cs_manager", "GET", "/complaints?q=2026-11-0001")).json()["items"]
    for role, verb, body in (
        ("cs_manager", "assign-owner", {"owner": "cs-07", "visit_required": False}),
        (
            "complaint_handler",
            "judge",
            {"upheld": True, "grounds": "包装不足", "demand_reasonable": True, "responsible_department": "production"},
        ),
        ("complaint_handler", "assign-investigation", {"department": "production"}),
    ):
        answer = await ask(role, "POST", f"/complaints/{row['complaint_id']}/{verb}", body)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("asked", "duties"),
    [
        ({"role": "plant_manager"}, [("step_investigate", "2026-11-0001")]),
        ({"kind": "step_judge"}, [("step_judge", "2026-11-0002")]),
        ({"kind": "close_6d"}, [("close_6d", "2026-11-0001"), ("close_6d", "2026-11-0002")]),
        ({"role": "cs_manager", "customer_id": str(UUID(int=1))}, [("close_6d", "2026-11-0001")]),
        ({"role": "cs_manager", "kind": "step_judge", "customer_id": str(UUID(int=1))}, []),
        ({"about": "2026-11-0002", "due_before": "2026-11-24T02:00:00Z"}, [("step_judge", "2026-11-0002")]),
        ({"assignee": "cs-07"}, [("close_6d", "2026-11-0001")]),
    ],
)
async def test_whose_turn_it_is_and_which_clock_runs_is_listed_with_what_is_due_first(asked, duties, ask, judged):
    rows = await pages(ask, "/duties", **asked)
    found = sorted((row["kind"], row["about"]) for row in rows)
    count = (await ask("cs_manager", "GET", f"/duties/count?{urlencode(asked)}")).json()

    assert (found, count["count"]) == (duties, len(duties))
    assert [row["due_at"] for row in rows] == sorted(row["due_at"] for row in rows)


@pytest.mark.parametrize(
    ("asked", "status", "where"),
    [
        ({"stage": "lost"}, 422, "query.stage"),
        ({"department": "lost"}, 422, "query.department"),
        ({"severity": "bad"}, 422, "query.severity"),
        ({"level": -1}, 422, "query.level"),
        ({"level": 10**20}, 422, "query.level"),
        ({"waiting": "maybe"}, 422, "query.waiting"),
        ({"customer_id": "7"}, 422, "query.customer_id"),
        ({"complaint_no": "2026-11-1"}, 422, "query.complaint_no"),
        ({"owner": ""}, 422, "query.owner"),
        ({"q": "玻" * 101}, 422, "query.q"),
        ({"limit": 0}, 422, "query.limit"),
        ({"limit": 501}, 422, "query.limit"),
        ({"colour": "red"}, 422, "query.colour"),
        ({"after": "yesterday"}, 422, "query.after"),
        ({"q": "玻"}, 409, "too_short"),
        ({"q": "   "}, 409, "too_short"),
        ({"q": ".*"}, 409, "too_short"),
        ({"q": "\0\0"}, 409, "too_short"),
    ],
)
async def test_a_list_that_cannot_be_asked_so_says_what_is_wrong(asked, status, where, ask, listed):
    answer = await ask("cs_manager", "GET", f"/complaints?{urlencode(asked)}")
    problem = answer.json()
    assert (answer.status_code, problem["errors"][0]["where"] if problem["errors"] else problem["code"]) == (
        status,
        where,
    )


@pytest.mark.parametrize(
    "question", ["{玻璃:1} 崩角", "崩角\0", "ＧＺＨＤ", "GzHd", "138-0013-8001", "王建国 so-2026-0412", "恒达，装饰"]
)
async def test_signs_widths_and_capitals_make_no_difference_to_a_question(question, ask, filed):
    found = (await ask("cs_manager", "GET", f"/complaints?{urlencode({'q': question})}")).json()["items"]
    assert [row["complaint_no"] for row in found] == ["2026-11-0001"]
