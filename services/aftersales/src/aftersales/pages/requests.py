"""The service register as a list, and one request with the blocks of form 1, its vouchers and what may be decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from aftersales.api.readers import READERS, WHOLE
from aftersales.api.views import ServiceRequestRow
from aftersales.domain.lifecycle import RequestStage
from aftersales.domain.parts.titles import FAULTS
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_request import ServiceRequest
from aftersales.pages.blocks import blocks, written_on
from aftersales.pages.words import PAYERS, REQUESTS, STAGES, VERDICTS
from aftersales.store import Stores
from shared.contracts.roles import Role
from shared.http import After, AskedBy, Router, View
from shared.identity.reach import as_read
from shared.language import _, listed
from shared.pages.forms import Filled, Forms, Opening, named
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


def routes(stores: Stores, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """The list and the page of one request."""
    router = Router(readers=READERS, tags=["pages"], prefix="/ui/service-requests", include_in_schema=False)
    zone = rules.calendar.zone

    @router.get("", response_class=HTMLResponse)
    async def list_requests(stage: RequestStage | None = None, after: After = None) -> Response:
        """The register: what lacks something, what is complete, or everything, the newest first."""
        requests = stores.service_requests
        page = await requests.rows(
            ServiceRequestRow, {"stage": stage}, sort="-recorded_at", after=after, limit=REQUESTS_SHOWN
        )
        return render(
            "requests.html",
            rows=await _lines(page.items, stores, zone),
            counts={name: await requests.count({"stage": name}, REQUESTS_COUNTED) for name in REQUESTS},
            stages=REQUESTS,
            stage=stage,
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
            stage=_(REQUESTS[entry.stage]),
            missing=listed(_(MISSING[field]) for field in kept.form.missing),
            clocks=strip(entry, rules.calendar, request.app.state.time.now()),
            facts=_facts(entry, zone, where=entry.form.address or _(HIDDEN if kept.form.address else "未填")),
            blocks=blocks(form_of, zone) if (form_of := written_on(found.items)) else (),
            vouchers=[(order, _(STAGES[order.stage])) for order in found.items],
            acts=forms.acts(entry.possible, asker, entry.id, COMPLETED, customer=entry.form.customer.customer_id),
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
            _(REQUESTS[row.stage]),
            _turn(row, waits.get(row.request_id, ())),
            _(FAULTS[row.fault]),
        )
        for row in rows
    ]


def _turn(row: ServiceRequestRow, waits: Iterable[Role]) -> str:
    """Whose turn it is: of those for whom its vouchers wait, and of who completes it or has the next decision."""
    if row.stage == "incomplete":
        return row.recorded_by
    if row.stage != "registered":
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
