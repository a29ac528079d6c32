"""What one person did, another one approves: compared as identities, whatever the roles."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from orders.domain.decisions.disposal import decide_disposal, propose_disposal
from orders.domain.parts.proposal import Proposal
from shared.aggregate import Overstepped, must_be_another
from shared.contracts.event import Actor
from shared.parking.decisions import confirm_edit, propose_edit
from shared.parking.parked import Letter, Parked
from shared.testing import cause
from shared.wire.message import Message

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def by(id: str, role: str = "marketing_vp"):
    return cause(NOW, actor=Actor(kind="staff", id=id, role=role))


def test_the_same_person_in_another_role_is_the_same_person():
    with pytest.raises(Overstepped) as refused:
        must_be_another("decided by another", "li", None, cause=by("li", "gm"))
    assert (refused.value.code, refused.value.detail) == ("four_eyes", "decided by another")


def test_another_person_may():
    must_be_another("decided by another", "li", None, cause=by("wang"))


@pytest.mark.parametrize("spelling", ["OPS-1", "Ops-1", "ｏｐｓ-1", "ＯＰＳ－１", " ops-1 "])
def test_the_same_person_in_other_letters_is_the_same_person(spelling):
    for one, other in ((spelling, "ops-1"), ("ops-1", spelling)):
        with pytest.raises(Overstepped, match="decided by another"):
            must_be_another("decided by another", "li", one, cause=by(other))


@pytest.mark.parametrize(("one", "other"), [("ops-1", "ops-11"), ("zhang.wei", "zhangwei"), ("王伟", "王玮")])
def test_other_names_are_other_people(one, other):
    must_be_another("decided by another", one, cause=by(other))


def test_who_proposed_an_edit_does_not_confirm_it_in_capitals():
    letter = Letter.of(Message("q", "k", {}, b"{}"))
    dead = Parked(id=uuid4(), queue="q", key="k", state="dead", letter=letter, first_at=NOW, last_at=NOW)
    parked = propose_edit(dead, "{}", by("ops-1", "operator")).state
    with pytest.raises(Overstepped):
        confirm_edit(parked, parked.edit.id, NOW, by("OPS-1", "operator"))


def test_who_proposed_that_goods_go_does_not_decide_it():
    proposal = Proposal(goods="80 款单玻隔断", quantity=36, origin="obsolete", way="resell", reason="停产两年")
    proposed = propose_disposal(proposal, by("li")).state
    with pytest.raises(Overstepped, match="another person"):
        decide_disposal(proposed, "approved", by("li"))
    assert decide_disposal(proposed, "approved", by("wang")).state.stage == "approved"
