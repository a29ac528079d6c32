"""Solutions for a complaint and their approval by amount, over HTTP."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.checks import must_be_worth
from complaints.domain.decisions.resolution import approve_choice, propose, reject
from complaints.domain.lifecycle import LIFECYCLE
from complaints.domain.policy.policy import Rules
from complaints.domain.roles import READERS
from complaints.store import Stores
from shared.aggregate import Change, Overstepped
from shared.contracts.complaints import Remediation, Remedy
from shared.contracts.vocabulary import Price, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow


class OfferedRemedy(RequestBody):
    """One way to settle the case; what costs nothing has the amount 0."""

    kind: Remedy = Field(examples=["replace"])
    amount: Price
    description: Prose = Field(description="Words that the customer will read.", examples=["免费更换三樘玻璃"])


class Propose(RequestBody):
    """Solutions to choose from."""

    options: tuple[OfferedRemedy, ...] = Field(min_length=1, max_length=10)
    preferred: int = Field(default=0, ge=0, description="Which of them is recommended; the first is 0.")
    customer_may_choose: bool = True


class Approve(RequestBody):
    """Which solution it shall be."""

    option: int = Field(ge=0, description="The first is 0.")
    also: tuple[int, ...] = Field(
        default=(), max_length=10, description="Other options from which the customer may choose instead."
    )
    note: str = Field(default="", max_length=4000)


class Reject(RequestBody):
    """Why none of the solutions will do."""

    note: Prose = Field(examples=["请核实破损数量后再报"])


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """Proposing, approving and rejecting, each a POST to its name."""
    router = Router(readers=READERS, tags=["resolution"], prefix="/complaints/{complaint_id}")
    complaints = stores.complaints

    @router.post("/propose", dependencies=[allow(*LIFECYCLE.roles("propose"))])
    async def propose_solutions(complaint_id: UUID, body: Propose, cause: CausedByRequest) -> ComplaintView:
        """Submit solutions to the role that may decide on the dearest of them; none beyond what was delivered."""
        options = tuple(Remediation(**option.model_dump()) for option in body.options)
        order = await stores.order_of((await complaints.get(complaint_id)).form.order_no)

        def decide(case: Complaint) -> Change[Complaint]:
            if order is not None:
                must_be_worth(options, order)
            return propose(case, options, body.preferred, body.customer_may_choose, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    @router.post("/approve", dependencies=[allow(*LIFECYCLE.roles("approve"))])
    async def approve_solution(complaint_id: UUID, body: Approve, cause: CausedByRequest) -> ComplaintView:
        """Choose a solution within the approver's own authority; an attempt beyond it is refused and reported."""
        case = await complaints.apply(
            complaint_id, lambda case: approve_choice(case, body.option, body.also, body.note, rules, cause), cause
        )
        if case.stage == "proposed":
            authority = rules.of(case).authority
            needed = ", ".join(authority.band(case.blocked[-1].attempted).roles)
            raise Overstepped(
                f"{cause.actor.role} may not approve this amount; it is decided by {needed}", "authority_exceeded"
            )
        return ComplaintView.of(case)

    @router.post("/reject", dependencies=[allow(*LIFECYCLE.roles("reject"))])
    async def reject_solutions(complaint_id: UUID, body: Reject, cause: CausedByRequest) -> ComplaintView:
        """Send the solutions back with the reason."""
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: reject(case, body.note, rules, cause), cause)
        )

    return router
