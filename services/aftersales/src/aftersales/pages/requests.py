"""The service register as a list, and one request with the blocks of form 1, its vouchers and what may be decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from aftersales.api.readers import READERS, WHOLE
from aftersales.api.requests import part_of
from aftersales.api.views import ServiceRequestRow
from aftersales.domain.parts.service import PAYS
from aftersales.domain.parts.titles import FAULTS
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_request import ServiceRequest, waiting
from aftersales.domain.warranty_check import name_of
from aftersales.pages.blocks import blocks, written_on
from aftersales.pages.words import FINISHED, PAYERS, REQUESTS, STAGES, TYPES, VERDICTS
from aftersales.store import Stores
from shared.contracts.roles import Role
from shared.http import After, AskedBy, Router, View
from shared.identity import Principal
from shared.identity.reach import as_read
from shared.language import _, listed
from shared.lifecycle import Possible
from shared.pages.forms import Act, Choice, Filled, Forms, Opening, named
from shared.pages.papers import precise
from shared.pages.rendering import Renderer
from shared.pages.shown_pictures import pictures_in
from shared.pages.strip import strip
from shared.pages.words import day
from shared.store import OneOf

REQUESTS_SHOWN = 50
"""Requests on one page."""
ON_CARD = 10
"""Requests on a customer's card."""
REGISTERED = Filled(offered={"complaint_id": ()})
"""What is not asked for on the telephone."""
COMPLETED = {"complete": Filled(offered={"customer": (), "complaint_id": ()})}
"""What is not asked for where a form is completed."""
REQUESTS_COUNTED = 999
"""Up to which number the requests of a part are counted."""

MISSING = {
    "contact_name": "联系人",
    "mobile": "电话",
    "address": "地址",
    "contract_date": "合同日期",
    "content": "反馈内容",
}
"""The starred fields of the form in Chinese (001 备注2)."""


Section = Literal["incomplete", "under_way", "finished", "withdrawn"]


@dataclass(frozen=True, slots=True)
class RegisterSection:
    """A section of the register: its title, and which requests it is."""

    title: str
    where: Mapping[str, object]


SECTIONS: Mapping[Section, RegisterSection] = MappingProxyType(
    {
        "incomplete": RegisterSection(REQUESTS["incomplete"], part_of("incomplete", None)),
        "under_way": RegisterSection("办理中", part_of("registered", False)),
        "finished": RegisterSection(FINISHED, part_of("registered", True)),
        "withdrawn": RegisterSection(REQUESTS["withdrawn"], part_of("withdrawn", None)),
    }
)


class VoucherTurn(View):
    """Whom a voucher of a request waits for."""

    request_id: UUID
    waits_for: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A line of the register."""

    row: ServiceRequestRow
    at: str
    stage: str
    turn: str
    fault: str


HIDDEN = "您的岗位无权查看"
"""In place of an address that the reader does not read."""


def routes(stores: Stores, rules: Rules, forms: Forms, warranties: Forms, render: Renderer) -> APIRouter:
    """The list and the page of one request; `warranties` are the forms about the answer on its warranty."""
    router = Router(readers=READERS, tags=["pages"], prefix="/ui/service-requests", include_in_schema=False)
    zone = rules.calendar.zone

    @router.get("", response_class=HTMLResponse)
    async def list_requests(part: Section | None = None, after: After = None) -> Response:
        """The register: what lacks something, what is under way, what is done, or everything, the newest first."""
        requests = stores.service_requests
        where = SECTIONS[part].where if part else {}
        page = await requests.rows(ServiceRequestRow, where, sort="-recorded_at", after=after, limit=REQUESTS_SHOWN)
        return render(
            "requests.html",
            rows=await _lines(page.items, stores, zone),
            counts={name: await requests.count(each.where, REQUESTS_COUNTED) for name, each in SECTIONS.items()},
            parts=SECTIONS,
            part=part,
            next=page.next,
            after=after,
        )

    @router.get("/{request_id}", response_class=HTMLResponse)
    async def show_request(request_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One request: what the customer wants, what is missing, who pays, its vouchers, the blocks of form 1."""
        kept = await stores.service_requests.get(request_id)
        entry = as_read(kept, asker, WHOLE)
        found = await stores.service_orders.find({"request_id": request_id}, sort="opened_at", limit=REQUESTS_SHOWN)
        request.state.personal = True
        return render(
            "request.html",
            entry=entry,
            stage=_stage(entry),
            missing=listed(_(MISSING[field]) for field in kept.form.missing),
            clocks=strip(entry, rules.calendar, request.app.state.time.now()),
            facts=_facts(entry, zone, where=entry.form.address or _(HIDDEN if kept.form.address else "未填")),
            blocks=blocks(form_of, zone) if (form_of := written_on(found.items)) else (),
            vouchers=[(order, _(STAGES[order.stage])) for order in found.items],
            acts=[*_warranty_act(entry, warranties, asker), *_acts(entry, forms, asker)],
            pictures=pictures_in(entry),
        )

    return router


def card(stores: Stores, registering: Opening, render: Renderer, rules: Rules) -> APIRouter:
    """The card of a customer's requests."""
    router = Router(readers=READERS, tags=["pages"], prefix="/ui/customers", include_in_schema=False)

    @router.get("/{customer_id}", response_class=HTMLResponse)
    async def show_card(customer_id: UUID, asker: AskedBy) -> Response:
        """The latest requests of a customer, and the form of a new one, as a card on the customer's page."""
        where = {"form.customer.customer_id": await stores.merged_files.all_of(customer_id)}
        page = await stores.service_requests.rows(ServiceRequestRow, where, sort="-recorded_at", limit=ON_CARD)
        return render(
            "customer-card.html",
            rows=await _lines(page.items, stores, rules.calendar.zone),
            form=registering.draw(customer_id, asker, REGISTERED),
        )

    return router


def said(at: datetime, zone: ZoneInfo) -> str:
    """A moment of this year in the company's zone."""
    return f"{at.astimezone(zone):%m-%d %H:%M}"


async def _lines(rows: Sequence[ServiceRequestRow], stores: Stores, zone: ZoneInfo) -> list[RequestLine]:
    """The requests with whose turn it is; their vouchers are read with one question."""
    ids = [row.request_id for row in rows]
    where = {"request_id": OneOf(*ids)}
    waits: dict[UUID, dict[Role, None]] = {}
    if ids:
        async for order in stores.service_orders.each_row(VoucherTurn, where):
            waits.setdefault(order.request_id, {}).update(dict.fromkeys(order.waits_for))
    return [
        RequestLine(
            row,
            said(row.recorded_at, zone),
            _stage(row),
            _turn(row, waits.get(row.request_id, ())),
            _(FAULTS[row.fault]),
        )
        for row in rows
    ]


def _stage(of: ServiceRequest | ServiceRequestRow) -> str:
    return _(FINISHED) if of.finished else _(REQUESTS[of.stage])


def _acts(entry: ServiceRequest, forms: Forms, asker: Principal) -> list[Act]:
    """What may be decided about it, with the types of service that fit who pays."""
    fitting = [
        Choice(each, _(TYPES[each])) for each, pays in PAYS.items() if entry.charge_policy in pays and each != "D"
    ]
    voucher = Filled(given={"request_id": str(entry.id)}, offered={"type": fitting})
    filled = {**COMPLETED, "open_service_order": voucher}
    customer = entry.form.customer.customer_id
    return forms.acts(entry.possible, asker, entry.id, filled, lacking=waiting(entry), customer=customer)


def _warranty_act(entry: ServiceRequest, warranties: Forms, asker: Principal) -> list[Act]:
    """To decide the warranty, while it is open and the request lives."""
    if entry.stage == "withdrawn" or entry.warranty is None or entry.warranty.verdict != "uncertain":
        return []
    may = Possible(decision="override", roles=entry.authority.override_warranty)
    seen = {
        "override": Filled(
            given={"answer": str(name_of(entry.warranty))},
            offered={"verdict": [Choice(each, _(VERDICTS[each])) for each in ("in_warranty", "out_of_warranty")]},
        )
    }
    return warranties.acts((may,), asker, entry.warranty.check_id, seen)


def _turn(row: ServiceRequestRow, waits: Iterable[Role]) -> str:
    """Whose turn it is: of those for whom its vouchers wait, and of who completes it or has the next decision."""
    if row.stage == "incomplete":
        return row.recorded_by
    if row.stage != "registered" or row.finished:
        return ""
    return named(dict.fromkeys((*row.waits_for, *waits)))


def _facts(entry: ServiceRequest, zone: ZoneInfo, where: str) -> tuple[tuple[str, str], ...]:
    form, warranty, over = entry.form, entry.warranty, entry.withdrawn
    covered = _(VERDICTS[entry.verdict])
    if warranty and warranty.expires_on:
        covered = _("{covered}，到{day}").format(covered=covered, day=day(warranty.expires_on))
    if entry.fault != "unknown" and entry.charge_policy == "undecided":
        deciders = named(entry.authority.override_warranty)
        covered = _("{covered}，由{deciders}决定").format(covered=covered, deciders=deciders)
    charge = _(PAYERS[entry.charge_policy])
    if entry.exception_owner:
        charge = _("{charge}，由{owner}负责").format(charge=charge, owner=_(entry.exception_owner.chinese))
    withdrawn = (
        ((_("撤回"), _("{by} {at}：{reason}").format(by=over.by, at=said(over.at, zone), reason=over.reason)),)
        if over
        else ()
    )
    unknown = _("未填")
    return (
        (_("客户"), form.customer.name),
        (_("联系人"), " ".join(filter(None, (form.customer.contact_name, form.customer.mobile))) or unknown),
        (_("地址"), where),
        (_("合同"), " ".join(filter(None, (form.contract_no, precise(form.contract_date)))) or unknown),
        (_("订单"), form.order_no or unknown),
        (_("产品"), _("，").join(filter(None, (form.model, form.spec))) or unknown),
        (_("保修"), covered),
        (_("责任"), _(FAULTS[entry.fault])),
        (_("费用"), charge),
        (_("登记"), f"{entry.recorded_by} {said(entry.recorded_at, zone)}"),
        *withdrawn,
    )
