"""What a customer sees of what they complained about, and their answer to the solution that is offered."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field, StringConstraints

from complaints.api.customer_view import CustomerView
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.settlement import sign_answer
from complaints.domain.lifecycle import LIVE
from complaints.domain.policy.policy import Rules
from complaints.store import Stores
from shared.aggregate import Cause, Change, NotFound
from shared.calendar import Calendar
from shared.identity.customer_links import CustomerLink
from shared.pages.customer import ActTrouble, ActWords, CustomerDoor, CustomersAct

COMPLAINTS_SHOWN = 20
"""Complaints of one customer on the page, the latest first."""

ANSWER_WORDS = ActWords(
    unread="请选择一个方案，写上您的姓名和手机号后四位。",
    changed="方案有了变化，或者您已经答复过了。请看下面最新的内容。",
)
"""What the page says when an answer is not taken."""


@dataclass(frozen=True, slots=True)
class CustomersComplaint:
    """A complaint as its customer sees it: the customer's view, and the day by which it is to be closed.

    While a solution waits for the customer's answer and a telephone number is on file, the page asks for the answer:
    `proposal` is what was offered, `key` makes the answer count once.
    """

    id: UUID
    view: CustomerView
    answered_by: str
    proposal: UUID | None
    key: UUID
    trouble: str = ""


class CustomersAnswer(CustomersAct):
    """What the form of the page says: a number of those that were offered, or 0 for none of them."""

    proposal: UUID
    choice: Annotated[int, Field(ge=0)]
    reason: Annotated[str | None, StringConstraints(max_length=500)] = None


def routes(stores: Stores, rules: Rules, door: CustomerDoor) -> APIRouter:
    """The part of the customer's page that complaints draws."""
    router = door.router()
    page = _Page(stores, rules, door)

    @router.get("/{link}", response_class=HTMLResponse)
    async def show_complaints(link: str, request: Request) -> Response:
        """A customer's complaints, by the link that they were sent."""
        opened = door.opened(link, request)
        return opened if isinstance(opened, HTMLResponse) else await page.show(link, opened)

    @router.post("/{link}/{complaint_id}/answer", response_class=HTMLResponse)
    async def take_answer(link: str, complaint_id: UUID, request: Request) -> Response:
        """The customer's answer to what is offered, signed with their name, once they have proved who they are."""
        opened = door.opened(link, request)
        if isinstance(opened, HTMLResponse):
            return opened
        case = await page.theirs(opened, complaint_id)
        if case is None:
            return door.nothing()
        if trouble := await page.answer(opened, case, request):
            shown = await page.show(link, opened, case.id, trouble.words)
            shown.status_code = int(trouble.status)
            return shown
        return RedirectResponse(f"/complaints/p/{link}", HTTPStatus.SEE_OTHER)

    return router


class _Page:
    """The complaints of the customer of a link."""

    def __init__(self, stores: Stores, rules: Rules, door: CustomerDoor) -> None:
        self._stores, self._rules, self._door = stores, rules, door

    async def show(self, text: str, link: CustomerLink, about: UUID | None = None, trouble: str = "") -> HTMLResponse:
        """All of them, the latest first; what is wrong with an answer stands at its complaint."""
        files = await self._stores.merged_files.all_of(link.customer_id)
        where: Mapping[str, object] = {"form.customer.customer_id": files}
        page = await self._stores.complaints.find(where, sort="-form.received_at", limit=COMPLAINTS_SHOWN)
        filed = [case for case in page.items if case.number and case.accepted_at and case.stage != "dismissed"]
        shown = [_shown(case, self._rules.calendar, trouble if case.id == about else "") for case in filed]
        return self._door.show("customer-complaints.html", text, link, complaints=shown)

    async def theirs(self, link: CustomerLink, id: UUID) -> Complaint | None:
        """The complaint, where it is this customer's."""
        try:
            case = await self._stores.complaints.get(id)
        except NotFound:
            return None
        theirs = await self._stores.merged_files.are_one(case.form.customer.customer_id, link.customer_id)
        return case if theirs else None

    async def answer(self, link: CustomerLink, case: Complaint, request: Request) -> ActTrouble | None:
        """Take the answer; what is wrong with it otherwise."""

        async def sign(said: CustomersAnswer, cause: Cause) -> None:
            number = said.choice or None

            def decide(complaint: Complaint) -> Change[Complaint]:
                return sign_answer(complaint, said.proposal, number, said.name, said.reason, self._rules, cause)

            await self._stores.complaints.apply(case.id, decide, cause)

        mobile = case.form.customer.mobile
        return await self._door.take(CustomersAnswer, link, case.id, mobile, sign, ANSWER_WORDS, request)


def _shown(case: Complaint, calendar: Calendar, trouble: str) -> CustomersComplaint:
    due = calendar.local(case.close_by) if case.close_by and case.stage in LIVE and case.stage != "not_upheld" else None
    waits = case.stage == "approved" and bool(case.form.customer.mobile)
    return CustomersComplaint(
        id=case.id,
        view=CustomerView.of(case),
        answered_by=f"{due.month}月{due.day}日" if due else "",
        proposal=case.proposals[-1].proposal_id if waits else None,
        key=uuid4(),
        trouble=trouble,
    )
