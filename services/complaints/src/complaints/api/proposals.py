"""Solutions for a complaint and their approval by amount, over HTTP."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.readers import CASES, WHOLE
from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.checks import must_be_worth
from complaints.domain.decisions.known_order import grant
from complaints.domain.decisions.resolution import approve_choice, must_be_granted, propose, reject
from complaints.domain.known_order import KnownOrder
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.policy.policy import Rules
from complaints.store import Stores
from shared.aggregate import Change
from shared.conduct import SpokenProse
from shared.contracts.complaints import Remediation, Remedy
from shared.contracts.vocabulary import Count, Price, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow


class OfferedRemedy(RequestBody):
    """One way to settle the case; what costs nothing has the amount 0."""

    kind: Remedy = Field(examples=["replace"])
    amount: Price
    description: SpokenProse = Field(description="Words that the customer will read.", examples=["免费更换三樘玻璃"])


class Propose(RequestBody):
    """Solutions to choose from."""

    options: tuple[OfferedRemedy, ...] = Field(min_length=1, max_length=10)
    preferred: Count = Field(default=0, description="Which of them is recommended; the first is 0.")
    customer_may_choose: bool = True


class Approve(RequestBody):
    """Which solution of the proposal that was read it shall be."""

    proposal: UUID = Field(description="The `proposal_id` of the latest proposal, as it was read.")
    option: Count = Field(description="The first is 0.")
    also: tuple[Count, ...] = Field(
        default=(), max_length=10, description="Other options from which the customer may choose instead."
    )
    note: str = Field(default="", max_length=4000)


class Reject(RequestBody):
    """Why none of the solutions of the proposal that was read will do."""

    proposal: UUID = Field(description="The `proposal_id` of the latest proposal, as it was read.")
    note: Prose = Field(examples=["请核实破损数量后再报"])


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """Proposing, approving and rejecting, each a POST to its name."""
    router = Router(readers=CASES, whole=WHOLE, tags=["resolution"], prefix="/complaints/{complaint_id}")
    _proposing(router, stores, rules)
    _deciding(router, stores, rules)
    return router


def _proposing(router: APIRouter, stores: Stores, rules: Rules) -> None:
    complaints = stores.complaints

    @router.post("/propose", dependencies=[allow(*COMPLAINT.roles("propose"))])
    async def propose_solutions(complaint_id: UUID, body: Propose, cause: CausedByRequest) -> ComplaintView:
        """Submit solutions to the role that may decide on the dearest of them; none beyond what was delivered.

        Nor beyond what the other cases about the order have left of that.
        """
        options = tuple(Remediation(**option.model_dump()) for option in body.options)
        form = (await complaints.get(complaint_id)).form
        order = await stores.order_of(form.order_no, form.contract_no)
        others = await stores.cases_about(order)

        def decide(case: Complaint) -> Change[Complaint]:
            if order is not None:
                must_be_worth(options, order, case, others)
            return propose(case, options, body.preferred, body.customer_may_choose, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))


def _deciding(router: APIRouter, stores: Stores, rules: Rules) -> None:
    complaints = stores.complaints

    @router.post("/approve", dependencies=[allow(*COMPLAINT.roles("approve"))])
    async def approve_solution(complaint_id: UUID, body: Approve, cause: CausedByRequest) -> ComplaintView:
        """Choose a solution within the approver's own authority; an attempt beyond it is refused and reported.

        The order keeps first what the case grants, so that of two cases approved at the same moment that together are
        dearer than what was delivered one is refused.
        """

        def decide(case: Complaint) -> Change[Complaint]:
            return approve_choice(case, body.proposal, body.option, body.also, body.note, rules, cause)

        waiting = await complaints.get(complaint_id)
        order = await stores.order_of(waiting.form.order_no, waiting.form.contract_no)
        if order is not None and COMPLAINT.allows(waiting.stage, "approve"):
            others = await stores.cases_about(order)

            def keep(order: KnownOrder) -> Change[KnownOrder]:
                approved = decide(waiting).state
                granted = len(approved.verdicts) > len(waiting.verdicts)
                return grant(order, approved, others, cause) if granted else Change(order)

            await stores.orders.apply(order.id, keep, cause)
        case = await complaints.apply(complaint_id, decide, cause)
        must_be_granted(case, body.proposal, rules, cause)
        return ComplaintView.of(case)

    @router.post("/reject", dependencies=[allow(*COMPLAINT.roles("reject"))])
    async def reject_solutions(complaint_id: UUID, body: Reject, cause: CausedByRequest) -> ComplaintView:
        """Send the solutions back with the reason."""
        return ComplaintView.of(
            await complaints.apply(
                complaint_id, lambda case: reject(case, body.proposal, body.note, rules, cause), cause
            )
        )
