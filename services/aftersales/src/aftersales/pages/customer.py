"""What a customer sees of after-sales: until when their goods are under warranty, and each service with its day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import AliasPath, Field

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.lifecycle import Stage
from aftersales.domain.parts.finding import SAID, assess, steps_for_a_link
from aftersales.domain.parts.trip import Appointment
from aftersales.domain.policy.policy import Rules
from aftersales.store import Stores
from shared.calendar import Calendar
from shared.contracts.vocabulary import ContractNo, OrderNo
from shared.http import View
from shared.pages.customer import CustomerDoor

CONTRACTS_AND_SERVICES_SHOWN = 20
"""Services, and contracts, of one customer on the page."""

STATUS: Mapping[Stage, str] = MappingProxyType(
    {
        "open": "安排中",
        "dispatched": "已安排上门",
        "resolved": "已上门处理",
        "signed_off": "已完成，您已签字",
        "closed": "已完成",
        "called_off": "已取消",
    }
)
"""Stages in the customer's words."""


@dataclass(frozen=True, slots=True)
class CustomersWarranty:
    """The warranty passport of one contract: what the printed one says, without who of the house decided."""

    contract_no: ContractNo
    order_no: OrderNo
    goods: tuple[str, ...]
    words: str
    accepted: str
    begins: str
    until: str
    left: str
    steps: tuple[str, ...]


class ServiceSeen(View):
    """What is read of a service for its customer."""

    voucher_no: str
    content: str
    stage: Stage
    appointment: Appointment | None = None
    result: str = Field(default="", validation_alias=AliasPath("result_block", "feedback"))


@dataclass(frozen=True, slots=True)
class CustomersService:
    """A service as its customer sees it."""

    voucher_no: str
    content: str
    status: str
    comes: str
    result: str


def routes(stores: Stores, rules: Rules, door: CustomerDoor) -> APIRouter:
    """The part of the customer's page that after-sales draws."""
    router = door.router()

    @router.get("/{link}", response_class=HTMLResponse)
    async def show_aftersales(link: str, request: Request) -> Response:
        """A customer's warranties and services, by the link that they were sent."""
        opened = door.opened(link, request)
        if isinstance(opened, HTMLResponse):
            return opened
        customer = {"customer.customer_id": await stores.merged_files.all_of(opened.customer_id)}
        now = request.app.state.time.now()
        covered = await stores.covered_orders.find(customer, limit=CONTRACTS_AND_SERVICES_SHOWN)
        services = await stores.service_orders.rows(
            ServiceSeen, customer, sort="-opened_at", limit=CONTRACTS_AND_SERVICES_SHOWN
        )
        return door.show(
            "customer-aftersales.html",
            link,
            opened,
            warranties=[
                _warranty(order, order.contract_no, rules, rules.calendar.day(now))
                for order in covered.items
                if order.contract_no
            ],
            services=[_service(order, rules.calendar) for order in services.items],
        )

    return router


def _warranty(order: CoveredOrder, contract_no: ContractNo, rules: Rules, today: date) -> CustomersWarranty:
    warranties = rules.policies.on(today).warranty
    found = assess(warranties, order.covered(today), today)
    sure = found.verdict != "uncertain"
    return CustomersWarranty(
        contract_no=contract_no,
        order_no=order.order_no,
        goods=order.goods,
        words=SAID[found.verdict] if sure else f"{SAID[found.verdict]}，请来电核实",
        accepted=_said(order.accepted_on) if order.accepted_on else "",
        begins=_said(found.begins.on) if found.begins and found.begins.precision == "day" else "",
        until=_said(found.expires_on) if found.expires_on and sure else "",
        left=f"{found.days_left}天" if found.days_left is not None and found.verdict == "in_warranty" else "",
        steps=steps_for_a_link(warranties, order.covered(today), today),
    )


def _service(order: ServiceSeen, calendar: Calendar) -> CustomersService:
    window = order.appointment if order.stage in ("open", "dispatched") else None
    comes = ""
    if window:
        begins, ends = calendar.local(window.begins), calendar.local(window.ends)
        comes = f"{begins.month}月{begins.day}日{begins:%H:%M}至{ends:%H:%M}"
    return CustomersService(order.voucher_no, order.content, STATUS[order.stage], comes, order.result)


def _said(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
