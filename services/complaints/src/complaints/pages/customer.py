"""What a customer sees of what they complained about: their own words, where it stands, what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from complaints.api.customer_view import CustomerView
from complaints.domain.complaint import Complaint
from complaints.domain.lifecycle import LIVE
from complaints.store import Stores
from shared.calendar import Calendar
from shared.pages.customer import CustomerDoor

SHOWN = 20
"""Complaints of one customer on the page, the latest first."""


@dataclass(frozen=True, slots=True)
class CustomersComplaint:
    """A complaint as its customer sees it: the customer's view, and the day by which it is to be closed."""

    view: CustomerView
    answered_by: str


def routes(stores: Stores, calendar: Calendar, door: CustomerDoor) -> APIRouter:
    """The part of the customer's page that complaints draws."""
    router = door.router()

    @router.get("/{link}", response_class=HTMLResponse)
    async def show_complaints(link: str, request: Request) -> Response:
        """A customer's complaints, by the link that they were sent."""
        opened = door.opened(link, request)
        if isinstance(opened, HTMLResponse):
            return opened
        where: Mapping[str, object] = {
            "form.customer.customer_id": await stores.merged_files.all_of(opened.customer_id)
        }
        page = await stores.complaints.find(where, sort="-form.received_at", limit=SHOWN)
        filed = [case for case in page.items if case.number and case.accepted_at and case.stage != "dismissed"]
        return door.show(
            "customer-complaints.html", link, opened, complaints=[_shown(case, calendar) for case in filed]
        )

    return router


def _shown(case: Complaint, calendar: Calendar) -> CustomersComplaint:
    due = calendar.local(case.close_by) if case.close_by and case.stage in LIVE and case.stage != "not_upheld" else None
    return CustomersComplaint(CustomerView.of(case), f"{due.month}月{due.day}日" if due else "")
