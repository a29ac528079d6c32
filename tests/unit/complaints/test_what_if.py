"""Closed cases against a proposed authority matrix and proposed terms."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sight

from complaints.domain.decisions.closing import close
from complaints.domain.decisions.resolution import approve, reject
from complaints.domain.decisions.settlement import accept, implement, sign
from complaints.domain.figures.what_if import RetimedClock, RetriedCase, RetriedDecision, replay
from complaints.domain.policy.authority import AuthorityMatrix, Band
from shared.aggregate import Change
from shared.calendar import Within
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MATRIX = AuthorityMatrix(
    version=2,
    bands=(Band(name="small", up_to=Decimal("1000.00"), roles=(Role.CS_MANAGER,)), Band(name="rest", roles=(Role.GM,))),
)
GENEROUS = {
    "version": 3,
    "bands": [
        {"name": "small", "up_to": "9000.00", "roles": ["cs_manager", "deputy_gm"]},
        {"name": "rest", "roles": ["gm"]},
    ],
}


def yuan(amount):
    return Money(amount=Decimal(amount))


def by(id, role, at=AT):
    return cause(at, actor=Actor(kind="staff", id=id, role=role))


@pytest.fixture
def closed(in_every_stage, rules):
    """A case whose manager tried to approve 5000, whose deputy GM approved 1800, and which took two days."""
    tried = approve(
        in_every_stage["proposed"],
        sight.proposal(in_every_stage["proposed"]),
        1,
        "",
        rules,
        by("manager-01", "cs_manager", AT + HOUR),
    ).state
    approved = approve(*sight.proposed(tried), 0, "", rules, by("deputy-01", "deputy_gm", AT + 2 * HOUR)).state
    later = by("handler-01", "complaint_handler", AT + timedelta(days=2))
    accepted = sign(accept(approved, "phone", None, rules, later).state, "signatures/1.png", later).state
    return close(implement(accepted, (), rules, later).state, "已更换", rules, later).state


@pytest.mark.requirement("R127.a")
def test_who_would_have_decided_what_is_told_of_each_decision_and_attempt(closed, rules):
    assert replay(closed, MATRIX, {}, rules.calendar) == RetriedCase(
        complaint_no="2026-11-0001",
        decisions=(
            RetriedDecision(
                at=AT + HOUR,
                by="manager-01",
                role="cs_manager",
                amount=yuan("5000.00"),
                allowed=False,
                would_allow=False,
                would_ask="gm",
            ),
            RetriedDecision(
                at=AT + 2 * HOUR,
                by="deputy-01",
                role="deputy_gm",
                amount=yuan("1800.00"),
                allowed=True,
                would_allow=False,
                would_ask="gm",
            ),
        ),
        clocks=(),
    )


def test_a_proposal_that_was_sent_back_counts_by_its_dearest_solution(in_every_stage, rules):
    back = reject(
        in_every_stage["proposed"],
        sight.proposal(in_every_stage["proposed"]),
        "请核实",
        rules,
        by("deputy-01", "deputy_gm"),
    ).state

    assert [each.amount for each in replay(back, MATRIX, {}, rules.calendar).decisions] == [yuan("5000.00")]


def test_a_matrix_in_another_currency_asks_no_one(closed, rules):
    decisions = replay(closed, MATRIX.but(currency="USD"), {}, rules.calendar).decisions

    assert [(each.would_allow, each.would_ask) for each in decisions] == [(False, None), (False, None)]


def test_which_clocks_would_have_been_missed_is_told_of_each_clock_with_a_proposed_term(closed, rules):
    terms = {"close_6d": Within(days=1), "step_judge": Within(hours=4), "supplier": Within(days=1)}

    assert replay(closed, None, terms, rules.calendar) == RetriedCase(
        complaint_no="2026-11-0001",
        decisions=(),
        clocks=(
            RetimedClock(
                clock="close_6d",
                due_at=AT + timedelta(days=6),
                would_be_due_at=AT + timedelta(days=1),
                missed=False,
                would_miss=True,
            ),
            RetimedClock(
                clock="step_judge",
                due_at=AT + timedelta(days=1),
                would_be_due_at=AT + 4 * HOUR,
                missed=False,
                would_miss=False,
            ),
        ),
    )


async def test_closed_cases_are_replayed_over_http_and_others_are_not(ask, complaints, closed, in_every_stage):
    for case in (closed, in_every_stage["proposed"].but(id=UUID(int=200), number="2026-11-0002")):
        await complaints.create(Change(case), cause(AT))
    body = {"authority": GENEROUS, "terms": {"close_6d": {"kind": "after", "days": 1}}}

    answer = (await ask("gm", "POST", "/what-if", body)).json()

    assert [case["complaint_no"] for case in answer["items"]] == ["2026-11-0001"]
    assert [(each["allowed"], each["would_allow"]) for each in answer["items"][0]["decisions"]] == [
        (False, True),
        (True, True),
    ]
    assert [each["would_miss"] for each in answer["items"][0]["clocks"]] == [True]


@pytest.mark.parametrize(
    "body",
    [
        {"authority": GENEROUS | {"bands": GENEROUS["bands"][:1]}},
        {"terms": {"close_6d": {"kind": "soon"}}},
        {"matrix": GENEROUS},
    ],
)
async def test_a_matrix_or_term_that_makes_no_sense_is_refused(body, ask):
    assert (await ask("gm", "POST", "/what-if", body)).status_code == 422


async def test_a_term_for_a_clock_that_no_policy_has_is_refused_and_not_passed_over(ask):
    refused = await ask("gm", "POST", "/what-if", {"terms": {"close_5d": {"kind": "after", "days": 5}}})

    assert (refused.status_code, refused.json()["code"]) == (409, "no_such_clock")
    assert "close_5d" in refused.json()["detail"]
    assert "close_6d" in refused.json()["detail"]


async def test_a_matrix_that_asks_a_role_before_which_no_solution_is_put_is_refused(ask):
    bands = [GENEROUS["bands"][0], {"name": "rest", "roles": ["gm", "gm_office"]}]

    refused = await ask("gm", "POST", "/what-if", {"authority": GENEROUS | {"bands": bands}})

    assert (refused.status_code, refused.json()["code"]) == (409, "no_such_decider")
    assert refused.json()["errors"][0]["where"] == "body.authority.bands.1.roles"
    assert "no solution is put before gm_office" in refused.json()["detail"]


async def test_who_does_not_decide_may_not_try(ask):
    assert (await ask("rd_team", "POST", "/what-if", {})).status_code == 403
