"""What one person did, another one approves: compared as identities, whatever the roles."""

from datetime import UTC, datetime

import pytest

from orders.domain.decisions.disposal import decide_disposal, propose_disposal
from orders.domain.parts.proposal import Proposal
from shared.aggregate import Overstepped, must_be_another
from shared.contracts.event import Actor
from shared.testing import cause

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def by(id: str, role: str = "marketing_vp"):
    return cause(NOW, actor=Actor(kind="staff", id=id, role=role))


def test_the_same_person_in_another_role_is_the_same_person():
    with pytest.raises(Overstepped) as refused:
        must_be_another("decided by another", "li", None, cause=by("li", "gm"))
    assert (refused.value.code, refused.value.detail) == ("four_eyes", "decided by another")


def test_another_person_may():
    must_be_another("decided by another", "li", None, cause=by("wang"))


def test_who_proposed_that_goods_go_does_not_decide_it():
    proposal = Proposal(goods="80 款单玻隔断", quantity=36, origin="obsolete", way="resell", reason="停产两年")
    proposed = propose_disposal(proposal, by("li")).state
    with pytest.raises(Overstepped, match="another person"):
        decide_disposal(proposed, "approved", by("li"))
    assert decide_disposal(proposed, "approved", by("wang")).state.status == "approved"
