"""Finding complaints over HTTP, their clocks, and what the customer may see of them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request

from complaints.api.customer_view import CustomerView
from complaints.api.history import history, told
from complaints.api.readers import CASES, WHOLE
from complaints.api.views import ApprovalRow, ComplaintRow, ComplaintView, PastStepView, ProposedRow
from complaints.domain.lifecycle import LIVE, Stage
from complaints.domain.policy.policy import Rules
from complaints.store import Complaints, Stores
from shared.aggregate import one_person
from shared.contracts.roles import Role
from shared.contracts.vocabulary import ComplaintNo, Count, CustomerId, DepartmentName, Line, OrderNo, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, AskedBy, Limit, Listing, Router
from shared.identity import Principal
from shared.merged_files import MergedFiles
from shared.store import Between, OneOf


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes by which complaints are found and shown."""
    router = Router(readers=CASES, whole=WHOLE, tags=["complaints"])

    complaints = stores.complaints
    _lists(router, complaints, stores.merged_files, rules)

    @router.get("/complaints/{complaint_id}")
    async def show_complaint(complaint_id: UUID, asker: AskedBy) -> ComplaintView:
        """The internal form, with whom to reach now beside the contact of then. Never for the customer.

        A proposal is not offered for decision to the person who made it.
        """
        complaint = await complaints.get(complaint_id)
        now = await stores.files.now(complaint.form.customer.customer_id, stores.merged_files)
        return ComplaintView.of(complaint, now, asker.id)

    @router.get("/complaints/{complaint_id}/clocks")
    async def show_clocks(complaint_id: UUID) -> list[ClockView]:
        """What had or has to be done by when, and how each moment came about."""
        return clocks_of(await complaints.get(complaint_id), rules.clocks)

    @router.get("/complaints/{complaint_id}/history")
    async def show_history(complaint_id: UUID) -> list[PastStepView]:
        """What happened, the earliest first. Never for the customer."""
        return [PastStepView.of(step) for step in history(await complaints.get(complaint_id))]

    @router.get("/complaints/{complaint_id}/customer-history")
    async def show_customer_history(complaint_id: UUID) -> list[PastStepView]:
        """What happened as far as the customer may see it, the earliest first. Refused for a draft."""
        case = await complaints.get(complaint_id)
        CustomerView.of(case)
        return [PastStepView.of(step) for step in told(case)]

    @router.get("/complaints/{complaint_id}/customer-view")
    async def show_customer_view(complaint_id: UUID) -> CustomerView:
        """What the customer may see: own words, status, the approved solution and the result."""
        return CustomerView.of(await complaints.get(complaint_id))

    return router


def _lists(router: APIRouter, complaints: Complaints, files: MergedFiles, rules: Rules) -> None:
    @router.get("/complaints")
    async def list_complaints(
        request: Request,
        asker: AskedBy,
        stage: Stage | None = None,
        customer_id: CustomerId | None = None,
        order_no: OrderNo | None = None,
        complaint_no: Annotated[ComplaintNo | None, Query()] = None,
        owner: StaffId | None = None,
        level: Annotated[Count | None, Query(description="How high on the ladder.")] = None,
        department: Annotated[DepartmentName | None, Query(description="The responsible one.")] = None,
        category: Annotated[Line | None, Query(description="As it was classified.")] = None,
        severity: Annotated[
            Literal["ordinary", "major"] | None, Query(description="As it was classified, until then as it was filed.")
        ] = None,
        q: Annotated[str | None, Query(max_length=100, examples=["恒达 玻璃"])] = None,
        waiting: Annotated[bool, Query(description="Open; the major ones first, then by the time of closing.")] = False,
        overdue: Annotated[bool, Query(description="Open beyond the time of closing; the longest first.")] = False,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[ComplaintRow]:
        """Complaints and drafts, the newest first; what waits, major cases first (003 §18a); the longest overdue first.

        A word of `q` is a part of a name or of what was said, initials of a name in pinyin (gzhd), the last four or
        more digits of the complaint's, order's, contract's, batch's or telephone number, or such a number as a whole.
        All words must fit.
        """
        where: dict[str, Any] = {
            "stage": stage,
            "form.customer.customer_id": await files.all_of(customer_id),
            "form.order_no": order_no,
            "number": complaint_no,
            "owner": owner,
            "level": level,
            "judgement.responsible_department": department,
            "classification.category": category,
            "major": None if severity is None else severity == "major",
            "found_by": await complaints.holding(q),
        }
        sort = "-form.received_at"
        if waiting or overdue:
            where |= {"stage": OneOf(*(LIVE if stage is None else tuple({stage} & set(LIVE))))}
            sort = "turn"
        if overdue:
            where |= {"close_by": Between(None, request.app.state.time.now(), by_now=True)}
            sort = "close_by"
        page = await complaints.rows(ComplaintRow, where, sort=sort, after=after, limit=limit)
        return Listing(items=[row.read_by(asker.id) for row in page.items], next=page.next)

    @router.get("/approvals")
    async def list_approvals(asker: AskedBy, after: After = None, limit: Limit = 50) -> Listing[ApprovalRow]:
        """Proposals that the asker may decide: within the limit of a role of theirs, and made by another person.

        Major cases come first (003 §18a), then those that have to be closed first. A page may hold fewer than `limit`
        while `next` goes on.
        """
        page = await complaints.rows(ProposedRow, {"stage": "proposed"}, sort="turn", after=after, limit=limit)
        mine = [case for case in page.items if _may_decide(asker, case, rules)]
        return Listing(items=[ApprovalRow.of(case) for case in mine], next=page.next)


def _may_decide(asker: Principal, case: ProposedRow, rules: Rules) -> bool:
    proposal = case.proposals[-1]
    authority = rules.of(case).authority
    own = one_person(proposal.proposed_by) == one_person(asker.id)
    return not own and any(authority.allows(role, proposal.dearest) for role in asker.roles if isinstance(role, Role))
