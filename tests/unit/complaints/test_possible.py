"""What is shown as possible to a role is what the decision takes from that role, in views, lists and duties."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import get_args

import pytest

from complaints.domain.decisions.resolution import approve, propose, reject
from complaints.domain.lifecycle import COMPLAINT, Stage
from shared.aggregate import Change, Refused
from shared.contracts.complaints import AuthorityExceededBlocked, Remediation
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
AMOUNTS = [("0.00",), ("2000.00",), ("2000.01",), ("20000.00",), ("20000.01",), ("2000.00", "20000.01")]
"""At the edges of the bands, and a proposal whose options lie in different ones."""


def by(role, id=None):
    return cause(AT, actor=Actor(kind="staff", id=id or f"{role}-99", role=role))


@pytest.fixture
def proposed(in_every_stage, rules):
    def proposed(amounts, proposer="handler-01"):
        options = tuple(
            Remediation(kind="allowance", amount=Money(amount=Decimal(each)), description="折让") for each in amounts
        )
        asked = by("complaint_handler", proposer)
        return propose(in_every_stage["investigated"], options, 0, True, rules, asked).state

    return proposed


def takers(decision, case, rules):
    """The roles from which the decision is taken, each by a person who had no hand in the matter."""
    proposal = case.proposals[-1]
    cheapest = min(range(len(proposal.options)), key=lambda number: proposal.options[number].amount.amount)
    found, codes = set(), set()
    for role in COMPLAINT.roles(decision):
        try:
            if decision == "approve":
                change = approve(case, proposal.proposal_id, cheapest, "", rules, by(role))
            else:
                change = reject(case, proposal.proposal_id, "请核实", rules, by(role))
        except Refused as refused:
            codes.add(refused.code)
        else:
            if not any(isinstance(event, AuthorityExceededBlocked) for event in change.events):
                found.add(role)
    assert codes <= {"authority_exceeded"}
    return found


def shown(possible, decision):
    return {Role(role) for each in possible if each["decision"] == decision for role in each["roles"]}


@pytest.mark.requirement("R157.a")
@pytest.mark.parametrize("amounts", AMOUNTS)
async def test_a_proposal_is_offered_to_those_who_may_decide_its_amounts(amounts, proposed, ask, stores, rules):
    case = proposed(amounts)
    await stores.complaints.create(Change(case), cause(AT))

    view = (await ask("finance", "GET", f"/complaints/{case.id}")).json()["possible"]
    (row,) = (await ask("finance", "GET", "/complaints")).json()["items"]
    (waiting,) = (await ask("gm", "GET", "/approvals")).json()["items"]

    for decision in ("approve", "reject"):
        offered = [shown(each, decision) for each in (view, row["possible"], waiting["possible"])]
        assert offered == [takers(decision, case, rules)] * 3


@pytest.mark.parametrize(("stage", "decision"), list(product(get_args(Stage), ("approve", "reject"))))
def test_in_no_other_stage_a_proposal_is_offered_for_decision(stage, decision, in_every_stage):
    offered = decision in {each.decision for each in in_every_stage[stage].possible}
    assert offered == (stage == "proposed")


@pytest.mark.parametrize("reader", ["cs_manager-1", "CS_MANAGER-1"])
async def test_who_made_a_proposal_is_not_offered_to_decide_on_it(reader, proposed, world, stores):
    case = proposed(("1500.00",), proposer="cs_manager-1")
    await stores.complaints.create(Change(case), cause(AT))

    own = (await world.ask(Role.CS_MANAGER, "GET", f"/complaints/{case.id}", by=reader)).json()["possible"]
    (row,) = (await world.ask(Role.CS_MANAGER, "GET", "/complaints", by=reader)).json()["items"]
    others = (await world.ask(Role.CS_MANAGER, "GET", f"/complaints/{case.id}", by="cs_manager-2")).json()["possible"]

    assert [shown(each, "approve") for each in (own, row["possible"])] == [set(), set()]
    assert [shown(each, "reject") for each in (own, row["possible"])] == [set(), set()]
    assert Role.CS_MANAGER in shown(others, "approve") & shown(others, "reject")


async def test_what_was_proposed_before_its_deciders_were_kept_is_offered_to_all_who_decide_some_amount(
    proposed, ask, stores
):
    case = proposed(("2000.00",)).but(deciders=None)
    await stores.complaints.create(Change(case), cause(AT))

    view = (await ask("finance", "GET", f"/complaints/{case.id}")).json()["possible"]

    assert shown(view, "approve") == set(COMPLAINT.roles("approve"))


@pytest.mark.requirement("R157.a")
@pytest.mark.parametrize(
    ("amounts", "role"),
    [(("2000.00",), "cs_manager"), (("2000.01",), "deputy_gm"), (("2000.00", "20000.01"), "gm")],
)
def test_the_duty_to_decide_is_of_the_role_that_may_decide_all_of_it_and_not_of_the_case_s_owner(
    amounts, role, proposed
):
    case = proposed(amounts)

    duty = case.clock("step_approve")

    assert (case.owner, duty.clock.role, duty.assignee) == ("handler-01", role, None)
