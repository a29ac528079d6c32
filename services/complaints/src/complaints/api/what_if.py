"""Closed cases replayed against a proposed authority matrix and proposed terms, over HTTP (003 §27)."""

from fastapi import APIRouter
from pydantic import Field

from complaints.domain.figures.what_if import RetriedCase, must_name_clocks, must_name_deciders, replay
from complaints.domain.policy.authority import AuthorityMatrix
from complaints.domain.policy.policy import Rules
from complaints.domain.roles import LEADERS
from complaints.store import Complaints
from shared.calendar import Term
from shared.contracts.roles import CS_MANAGERS
from shared.http import After, Limit, Listing, RequestBody, Router, allow

_DECIDING = (*CS_MANAGERS, *LEADERS)
_MATRIX = {
    "version": 2,
    "bands": [
        {"name": "up to 5000", "up_to": "5000.00", "roles": ["cs_manager"]},
        {"name": "over 5000", "roles": ["gm"]},
    ],
}


class Proposed(RequestBody):
    """The rules to try; what is left out stays as it was."""

    authority: AuthorityMatrix | None = Field(default=None, examples=[_MATRIX])
    terms: dict[str, Term] = Field(
        default={},
        max_length=100,
        description="By the names of clocks.",
        examples=[{"close_6d": {"kind": "after", "days": 5}}],
    )


def routes(complaints: Complaints, rules: Rules) -> APIRouter:
    """One question, which changes nothing."""
    router = Router(readers=_DECIDING, tags=["figures"])

    @router.post("/what-if", dependencies=[allow(*_DECIDING)])
    async def replay_closed(body: Proposed, after: After = None, limit: Limit = 50) -> Listing[RetriedCase]:
        """Closed cases, the earliest first: who would have decided what, and which clocks would have been missed."""
        must_name_clocks(body.terms, rules)
        if body.authority is not None:
            must_name_deciders(body.authority)
        page = await complaints.find({"stage": "closed"}, sort="form.received_at", after=after, limit=limit)
        replayed = [replay(case, body.authority, body.terms, rules.calendar) for case in page.items]
        return Listing(items=replayed, next=page.next)

    return router
