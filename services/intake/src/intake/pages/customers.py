"""Customers as pages: found by anything that a caller says, one with file and timeline, and names for other pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from intake.api import readers
from intake.api.customers import CustomerRow, CustomerView, needs_whole
from intake.api.history import MomentView
from intake.domain.policy.policy import Rules
from intake.pages.papers.found import papers_of
from intake.pages.words import FACTS, REASONS, TRADES
from intake.store import Stores
from shared.contracts.roles import CS, CS_HEADS, SALES
from shared.http import After, AskedBy, Router
from shared.language import _
from shared.lifecycle import Possible
from shared.pages.forms import Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.timeline import PastMoment, timeline
from shared.pages.words import CUSTOMER_KINDS
from shared.store import OneOf

ROWS_SHOWN = 50
"""Customers on one page, and moments of a timeline."""
NAMED = 200
"""Names that one request is told at most."""

CARDS: Mapping[str, str] = MappingProxyType({"orders": "订单", "complaints": "投诉", "aftersales": "售后"})
"""The services that draw a card about a customer, and its title while the service is away."""

SAID = ("content", "summary", "words", "demand", "new_stage", "reason")
"""The fields of a fact that are shown with it, the first that it has."""

POSSIBLE = (
    Possible(decision="contacts", roles=(*CS, *SALES)),
    Possible(decision="assign", roles=CS_HEADS),
)


def routes(stores: Stores, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """Finding a customer, the customer's page, and names."""
    router = Router(readers=readers.CUSTOMERS, tags=["pages"], prefix="/ui", include_in_schema=False)
    customers = stores.customers

    @router.get("/names")
    async def tell_names(id: Annotated[list[UUID], Query(max_length=NAMED)]) -> dict[UUID, str]:
        """What the customers with these ids are called; other pages put it beside what they have of them."""
        page = await customers.rows(CustomerRow, {"id": OneOf(*id)}, limit=NAMED)
        return {row.customer_id: row.particulars.name for row in page.items}

    @router.get("/customers", response_class=HTMLResponse)
    async def find(q: Annotated[str | None, Query(max_length=100)] = None, after: After = None) -> Response:
        """Customers by a part of the name, initials, the end of a telephone, order or contract number."""
        where = {"found_by": await customers.holding(q or None), "merged_into": OneOf(None)}
        page = await customers.rows(CustomerRow, where, after=after, limit=ROWS_SHOWN)
        return render("customers.html", rows=page.items, next=page.next, q=q or "", after=after, kinds=CUSTOMER_KINDS)

    @router.get("/customers/{customer_id}", response_class=HTMLResponse)
    async def opened(customer_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One customer: the file, all that happened in every service, and the places of the other services' cards."""
        customer = await customers.get(customer_id)
        where = {"customer_id": await customers.all_of(customer_id)}
        moments = await stores.moments.rows(MomentView, where, sort="-at", limit=ROWS_SHOWN)
        whole = needs_whole(customer, asker)
        view = CustomerView.of(customer, whole=whole)
        now: datetime = rules.calendar.local(request.app.state.time.now())
        return render(
            "customer-file.html",
            view=view,
            file=view.particulars,
            whats=_whats(view),
            cards=CARDS,
            begun=_begun(view, whole=whole),
            nexts=forms.acts(POSSIBLE, asker, customer_id, {"contacts": _talk(view, now)}),
            papers=[each async for each in papers_of(customer_id, stores, asker, rules.calendar)],
            past=timeline((_moment(each) for each in moments.items), rules.calendar.zone),
            as_of=f"{now:%m-%d %H:%M}",
        )

    return router


def _whats(view: CustomerView) -> Sequence[str]:
    """What kind of customer it is, in words."""
    file = view.particulars
    return (_(CUSTOMER_KINDS[file.kind]), _(TRADES[file.trade]), *((_("会员"),) if file.member else ()))


def _begun(view: CustomerView, *, whole: bool) -> dict[str, str]:
    """What stands in the forms of the cards to begin with; numbers and the address where the reader sees them whole."""
    file = view.particulars
    first = file.contacts[0] if file.contacts else None
    known = {
        "customer.name": file.name,
        "customer.kind": file.kind,
        "customer.contact_name": first and first.name,
        "complainant": first and first.name,
    }
    if whole:
        known |= {
            "customer.mobile": first and first.mobile,
            "customer.email": first and first.email,
            "address": file.address,
        }
    return {name: value for name, value in known.items() if value}


def _talk(view: CustomerView, now: datetime) -> Filled:
    """What stands in the record of a talk to begin with: it is held now, by telephone, with the first contact."""
    contact = view.particulars.contacts[0].name if view.particulars.contacts else view.particulars.name
    begun = {
        "subject": "客户来电",
        "service_type": "售后",
        "service_method": "电话",
        "status": "已完成",
        "contact_name": contact or view.particulars.name,
        "on": f"{now:%Y-%m-%d}",
        "at": f"{now:%H:%M}",
        "started_at": f"{now:%Y-%m-%dT%H:%M}",
    }
    return Filled(begun=begun)


def _moment(moment: MomentView) -> PastMoment:
    key = moment.key.rpartition(".")[0]
    said = next((moment.said[name] for name in SAID if moment.said.get(name)), "")
    what = key.partition(".")[2]
    marks = {"deadline_missed": "missed", "payment_overdue": "missed", "shipment_delayed": "near"}
    return PastMoment(
        moment.at,
        _(FACTS.get(key, key)),
        moment.by.id if moment.by.kind == "staff" else "",
        _said(key, said) if isinstance(said, str) else "",
        _page(moment),
        marks.get(what, "key" if what in ("order_placed", "complaint_filed") else ""),
    )


def _said(key: str, said: str) -> str:
    """What was said as it is, and a reason that is a code in the words for it."""
    reasons = REASONS.get(key, {})
    reason = reasons.get(said) or reasons.get("other")
    return _(reason) if reason else said


def _page(moment: MomentView) -> str:
    """The page of the complaint or the order that a fact is about."""
    for screen, named in (("complaints", "complaint_id"), ("orders", "order_id")):
        if isinstance(about := moment.said.get(named), str):
            return f"/desk/{screen}/{about}"
    return ""
