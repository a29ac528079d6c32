"""Where after-sales keeps what it knows and what it does."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from uuid import UUID

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.parts.form import FeedbackForm
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.service_request import ServiceRequest
from aftersales.domain.settlement import Settlement
from aftersales.domain.warranty_check import WarrantyCheck
from shared.contracts.aftersales import ServiceOrderClosed
from shared.contracts.vocabulary import ContractNo, OrderNo, ServiceRequestId
from shared.customer_files import CustomerFiles
from shared.erasure import ErasedCustomers, Personal
from shared.merged_files import MergedFiles
from shared.pictures.picture import Pictures
from shared.store import Between, DatabaseLike, Index, OneOf, Store, Where

ORDERS_OF_A_CONTRACT = 50
"""Of more orders than these of one contract, the later ones are not looked at."""


class CoveredOrders(Store[CoveredOrder]):
    """One per order that was ever mentioned on the bus."""

    collection = "covered_orders"
    kind = CoveredOrder
    indexes = (Index("order_no"), Index("contract_no"), Index("customer.customer_id"))

    async def known(self, order_no: OrderNo | None, contract_no: ContractNo | None) -> CoveredOrder | None:
        """The order of that number, or else an order of that contract; one that was cancelled comes last."""
        if order_no is not None and (found := (await self.find({"order_no": order_no}, limit=1)).items):
            return found[0]
        return await self.first({"contract_no": contract_no}) if contract_no is not None else None

    async def first(self, where: Where) -> CoveredOrder | None:
        """The first order of these that was not cancelled, or else the first one."""
        found = (await self.find(where, limit=ORDERS_OF_A_CONTRACT)).items
        return next((order for order in found if not order.cancelled), found[0] if found else None)


class WarrantyChecks(Store[WarrantyCheck]):
    """Every warranty question that was answered."""

    collection = "warranty_checks"
    kind = WarrantyCheck
    indexes = (
        Index("checked.complaint_id"),
        Index("checked.service_request_id"),
        Index("checked.contract_no"),
        Index("checked.order_no"),
        Index("checked.asked_by", "checked.question_no"),
    )

    async def uncertain(self, order: CoveredOrder) -> tuple[WarrantyCheck, ...]:
        """The answers about this order or its contract that are uncertain."""
        found: dict[UUID, WarrantyCheck] = {}
        for field, number in (("checked.order_no", order.order_no), ("checked.contract_no", order.contract_no)):
            if number is not None:
                where = {field: number, "checked.verdict": "uncertain"}
                found |= {check.id: check async for check in self.each(where)}
        return tuple(found.values())


class ServiceRequests(Store[ServiceRequest]):
    """The service register."""

    collection = "service_requests"
    kind = ServiceRequest
    indexes = (
        Index("register_no", unique=True),
        Index("recorded_at"),
        Index("stage", "recorded_at"),
        Index("stage", "finished", "recorded_at"),
        Index("form.customer.customer_id", "recorded_at"),
    )


class ServiceOrders(Store[ServiceOrder]):
    """Every service voucher."""

    collection = "service_orders"
    kind = ServiceOrder
    indexes = (
        Index("voucher_no", unique=True),
        Index("opened_at"),
        Index("stage", "opened_at"),
        Index("stage", "priority", "opened_at"),
        Index("stage", "area", "opened_at"),
        Index("stage", "appointment.day"),
        Index("appointment.day", "opened_at"),
        Index("request_id"),
        Index("technician", "stage", "appointment.day", "appointment.begins"),
        Index("order_no", "closed_at"),
        Index("contract_no", "closed_at"),
        Index("customer.customer_id", "closed_at"),
        Index("customer.customer_id", "opened_at"),
        Index("complaint_id", "opened_at"),
        Index("waits_for", "opened_at"),
        Index("missing_blocks", "opened_at"),
        Index("money_at"),
    )

    async def of(self, request_id: ServiceRequestId) -> tuple[ServiceOrder, ...]:
        """Every voucher of a request."""
        return tuple([order async for order in self.each({"request_id": request_id})])

    async def closed_before(self, closed: ServiceOrderClosed, of_customer: Where, within: timedelta) -> bool:
        """Whether another service for the same goods was closed so shortly before, and not at that very moment.

        That is one for the same order or contract; or for the same product of the same customer, `of_customer`, where
        one of the two has neither number.
        """
        shortly = {"closed_at": Between(closed.closed_at - within, closed.closed_at)}
        for field, number in (("order_no", closed.order_no), ("contract_no", closed.contract_no)):
            if number is not None and (await self.find({field: number, **shortly}, limit=1)).items:
                return True
        if closed.item is None or not of_customer:
            return False
        numbered = closed.order_no is not None or closed.contract_no is not None
        unnumbered = {"order_no": OneOf(None), "contract_no": OneOf(None)} if numbered else {}
        return bool((await self.find({**of_customer, **unnumbered, "item": closed.item, **shortly}, limit=1)).items)


class Settlements(Store[Settlement]):
    """One settlement a month."""

    collection = "settlements"
    kind = Settlement
    indexes = (Index("month"),)


@dataclass(frozen=True, slots=True)
class Stores:
    """All that after-sales keeps."""

    covered_orders: CoveredOrders
    warranty_checks: WarrantyChecks
    service_requests: ServiceRequests
    service_orders: ServiceOrders
    settlements: Settlements
    merged_files: MergedFiles
    files: CustomerFiles
    erased_customers: ErasedCustomers
    pictures: Pictures

    @classmethod
    def on(cls, database: DatabaseLike) -> Self:
        """The stores in this database."""
        return cls(
            CoveredOrders(database),
            WarrantyChecks(database),
            ServiceRequests(database),
            ServiceOrders(database),
            Settlements(database),
            MergedFiles(database),
            CustomerFiles(database),
            ErasedCustomers(database),
            Pictures(database),
        )

    async def order_of_contract(self, form: FeedbackForm) -> OrderNo | None:
        """The order of a form's contract, where it is the same customer's, in any of their files."""
        if form.contract_no is None:
            return None
        customer = await self.merged_files.all_of(form.customer.customer_id)
        where = {"contract_no": form.contract_no, "customer.customer_id": customer}
        found = await self.covered_orders.first(where)
        return found.order_no if found else None

    def personal(self) -> tuple[Personal, ...]:
        """Where after-sales keeps something personal about customers (003 二1-7)."""
        return (
            Personal(self.covered_orders, "customer.customer_id"),
            Personal(self.service_requests, "form.customer.customer_id", words=("address",)),
            Personal(self.service_orders, "customer.customer_id", words=("address",)),
            Personal(self.files, "customer_id", words=("contacts",)),
            Personal(self.settlements, named="entries.customer_name"),
            self.pictures.personal,
        )
