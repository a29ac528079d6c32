"""Customers as pages: found by anything that a caller says, one with file and timeline, and names for other pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from intake.api import readers
from intake.api.customers import CustomerRow, CustomerView, needs_whole
from intake.api.history import MomentView
from intake.domain.policy.policy import Rules
from intake.domain.roles import ENQUIRY_DESK
from intake.pages.papers.found import papers_of
from intake.pages.words import ENQUIRING, FACTS, REASONS, REGISTERING, TRADES, VISITING
from intake.store import Stores
from shared.contracts.roles import CS, SALES
from shared.http import After, AskedBy, Router
from shared.language import _
from shared.lifecycle import Possible
from shared.pages.forms import Act, Choice, DrawnForm, Filled, Forms, Opening
from shared.pages.rendering import Renderer
from shared.pages.timeline import PastMoment, timeline
from shared.pages.words import CUSTOMER_KINDS
from shared.store import Between, OneOf, Where

ROWS_SHOWN = 50
"""Customers on one page, and moments of a timeline."""
NAMED = 200
"""Names that one request is told at most."""

CARDS: Mapping[str, str] = MappingProxyType({"orders": "订单", "complaints": "投诉", "aftersales": "售后"})
"""The services that draw a card about a customer, and its title while the service is away."""

SAID = ("content", "summary", "words", "demand", "new_stage", "reason")
"""The fields of a fact that are shown with it, the first that it has."""

TALKING = Possible(decision="contacts", roles=(*CS, *SALES))
"""A talk is recorded with every customer, whatever may be decided about the file."""
OF_ONE_PERSON: Mapping[str, Sequence[Choice]] = MappingProxyType(
    {
        f"contacts.{name}": ()
        for name in ("preferred_channel", "locale", "timezone", "quiet_hours", "opted_out", "concerns")
    }
)
"""What a contact says later, and no form asks for at the beginning."""


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The forms by which something begins on these pages."""

    file: Opening
    enquiry: Opening
    visit: Opening

    @classmethod
    def read(cls, asked: Sequence[APIRouter]) -> Self:
        """From the routes that take them."""
        return cls(
            Opening("intake", "/customers", asked, REGISTERING, (*CS, *SALES)),
            Opening("intake", "/enquiries", asked, ENQUIRING, ENQUIRY_DESK),
            Opening("intake", "/visits", asked, VISITING, (*SALES, *CS)),
        )


def routes(stores: Stores, rules: Rules, forms: Forms, beginnings: Beginnings, render: Renderer) -> APIRouter:
    """Finding a customer, the customer's page, and names."""
    router = Router(readers=readers.CUSTOMERS, tags=["pages"], prefix="/ui", include_in_schema=False)
    customers = stores.customers

    @router.get("/names")
    async def tell_names(id: Annotated[list[UUID], Query(max_length=NAMED)]) -> dict[UUID, str]:
        """What the customers with these ids are called; other pages put it beside what they have of them."""
        page = await customers.rows(CustomerRow, {"id": OneOf(*id)}, limit=NAMED)
        return {row.customer_id: row.particulars.name for row in page.items}

    @router.get("/customers", response_class=HTMLResponse)
    async def find(
        request: Request, asker: AskedBy, q: Annotated[str | None, Query(max_length=100)] = None, after: After = None
    ) -> Response:
        """Customers by a part of the name, initials, the end of a telephone, order or contract number."""
        where = {"found_by": await customers.holding(q or None), "merged_into": OneOf(None)}
        page = await customers.rows(CustomerRow, where, after=after, limit=ROWS_SHOWN)
        now = rules.calendar.local(request.app.state.time.now())
        return render(
            "customers.html",
            rows=page.items,
            next=page.next,
            q=q or "",
            after=after,
            kinds=CUSTOMER_KINDS,
            begins=_acts(
                beginnings.file.draw(None, asker, Filled(offered=OF_ONE_PERSON)),
                beginnings.enquiry.draw(None, asker, Filled(offered={"customer_id": ()})),
                beginnings.visit.draw(None, asker, _visit(now)),
            ),
        )

    @router.get("/customers/{customer_id}", response_class=HTMLResponse)
    async def opened(customer_id: UUID, request: Request, asker: AskedBy, until: date | None = None) -> Response:
        """One customer: the file, all that happened in every service, and the places of the other services' cards.

        With `until` the timeline ends with that day.
        """
        customer = await customers.get(customer_id)
        where: Where = {"customer_id": await customers.all_of(customer_id)}
        if until is not None:
            where = {**where, "at": Between(None, rules.calendar.moment(until))}
        moments = await stores.moments.rows(MomentView, where, sort="-at", limit=ROWS_SHOWN)
        whole = needs_whole(customer, asker)
        view = CustomerView.of(customer, whole=whole)
        alike = [CustomerView.of(each, whole=needs_whole(each, asker)) for each in await customers.alike(customer)]
        merged = await customers.rows(CustomerRow, {"id": OneOf(*view.merged_files)}, limit=ROWS_SHOWN)
        now: datetime = rules.calendar.local(request.app.state.time.now())
        return render(
            "customer-file.html",
            view=view,
            file=view.particulars,
            whats=_whats(view),
            cards=CARDS,
            begun=_begun(view, whole=whole),
            nexts=[
                *forms.acts(_possible(view, alike), asker, customer_id, _filled(view, alike, merged.items, now)),
                *_acts(
                    beginnings.enquiry.draw(None, asker, _asked(customer_id)),
                    beginnings.visit.draw(None, asker, _visit(now, view if whole else None)),
                ),
            ],
            alike=alike,
            papers=[each async for each in papers_of(customer_id, stores, asker, rules.calendar)],
            past=timeline((_moment(each) for each in moments.items), rules.calendar.zone),
            as_of=f"{until:%m-%d}" if until else f"{now:%m-%d %H:%M}",
            until=until,
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


def _acts(*drawn: DrawnForm | None) -> list[Act]:
    """What the reader may begin."""
    return [Act(each.title, "", each) for each in drawn if each is not None]


def _possible(view: CustomerView, alike: Sequence[CustomerView]) -> list[Possible]:
    """A talk, and what may be decided about the file; files are merged with one that is alike, and separated again."""
    nothing = {"merge": not alike, "separate": not view.merged_files}
    return [TALKING, *(each for each in view.possible if not nothing.get(each.decision))]


def _filled(
    view: CustomerView, alike: Sequence[CustomerView], merged: Sequence[CustomerRow], now: datetime
) -> Mapping[str, Filled]:
    """What stands in the forms about the file; the first of those that are alike is the one to merge."""
    own = tuple(Choice(str(each.customer_id), each.particulars.name) for each in merged)
    filled = {
        "contacts": _talk(view, now),
        "correct": Filled(offered=dict.fromkeys(("contacts", "member", "special_specs"), ())),
        "separate": Filled(offered={"duplicate_id": own}),
    }
    for each in alike[:1]:
        revisions = {"revision": str(view.revision), "duplicate_revision": str(each.revision)}
        filled["merge"] = Filled(given={"duplicate_id": str(each.customer_id), **revisions})
    return filled


def _asked(customer_id: UUID) -> Filled:
    """An enquiry of this customer."""
    return Filled(given={"customer_id": str(customer_id)}, offered={"caller": ()})


def _visit(now: datetime, view: CustomerView | None = None) -> Filled:
    """A visit that is over now, to this customer where the reader sees the numbers; else to any shop."""
    begun = {"left_at": f"{now:%Y-%m-%dT%H:%M}"}
    given = {"via": "app"}
    if view is not None:
        first = view.particulars.contacts[0] if view.particulars.contacts else None
        known = {"customer_name": first and first.name, "mobile": first and first.mobile}
        begun |= {"shop_name": view.particulars.name, **{name: value for name, value in known.items() if value}}
        given["customer_id"] = str(view.customer_id)
    return Filled(given=given, begun=begun, offered={"plan_id": (), "customer_id": ()})


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
