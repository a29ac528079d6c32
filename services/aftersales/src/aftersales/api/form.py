"""Form 1, the customer feedback form, over HTTP: each block with the roles that write it, and what is missing."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter

from aftersales.api.readers import READERS, WHOLE
from aftersales.domain.lifecycle import LIFECYCLE, REQUEST
from aftersales.domain.parts.blocks import Block, Execution, FeeSignature, Opinion, Result
from aftersales.domain.parts.form import FeedbackForm
from aftersales.domain.parts.money import Cost
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.service_request import ServiceRequest
from aftersales.store import Stores
from shared.aggregate import NotFound
from shared.contracts.event import Instant, Money
from shared.contracts.roles import HANDLERS, Role
from shared.contracts.vocabulary import ContractNo, Line, PaperNo, Prose, StaffId
from shared.http import Router, View


class SalesmanBlock(View):
    """The block that the salesman or customer service fills in."""

    written_by: tuple[Role, ...]
    filled_at: Instant
    form: FeedbackForm
    missing: tuple[Line, ...]
    recorded_by: StaffId


class OpinionBlock(View):
    """The operations supervisor's block."""

    written_by: tuple[Role, ...]
    opinion: Opinion | None


class FeeBlock(View):
    """The fee block: filled in by customer service under warranty, by finance beyond it."""

    written_by: tuple[Role, ...]
    cost: Cost | None
    total: Money | None
    signatures: tuple[FeeSignature, ...]


class ExecutionBlock(View):
    """The executing department's block."""

    written_by: tuple[Role, ...]
    execution: Execution | None


class ResultBlock(View):
    """The block that customer service writes at the end."""

    written_by: tuple[Role, ...]
    result: Result | None


class FormView(View):
    """The customer feedback form in its five blocks."""

    register_no: PaperNo
    voucher_no: PaperNo
    salesman: SalesmanBlock
    operations: OpinionBlock
    fee: FeeBlock
    execution: ExecutionBlock
    result: ResultBlock
    missing_blocks: tuple[Block, ...]

    @classmethod
    def of(cls, request: ServiceRequest, order: ServiceOrder) -> Self:
        """The form of a request, as far as it has been written."""
        return cls(
            register_no=request.register_no,
            voucher_no=order.voucher_no,
            salesman=SalesmanBlock(
                written_by=REQUEST.roles("complete"),
                filled_at=request.recorded_at,
                form=request.form,
                missing=request.form.missing,
                recorded_by=request.recorded_by,
            ),
            operations=OpinionBlock(written_by=LIFECYCLE.roles("record_opinion"), opinion=order.opinion),
            fee=FeeBlock(
                written_by=HANDLERS if order.verdict == "in_warranty" else (Role.FINANCE,),
                cost=order.cost,
                total=order.cost.total if order.cost else None,
                signatures=order.fee_signatures,
            ),
            execution=ExecutionBlock(written_by=LIFECYCLE.roles("state_execution"), execution=order.execution),
            result=ResultBlock(written_by=LIFECYCLE.roles("close"), result=order.result_block),
            missing_blocks=order.missing_blocks,
        )


class RepairNotice(View):
    """The repair notice to engineering: where, what, and how it is handled (000 §3.3.3, form 8)."""

    voucher_no: PaperNo
    register_no: PaperNo
    contract_no: ContractNo | None
    project: Line
    address: Line | None
    contact_name: Line | None
    mobile: str | None
    content: Prose
    opinion: Opinion | None
    opened_at: Instant

    @classmethod
    def of(cls, request: ServiceRequest, order: ServiceOrder) -> Self:
        """What engineering is told of a repair."""
        customer = request.form.customer
        return cls(
            voucher_no=order.voucher_no,
            register_no=request.register_no,
            contract_no=request.form.contract_no,
            project=customer.name,
            address=request.form.address,
            contact_name=customer.contact_name,
            mobile=customer.mobile,
            content=order.content,
            opinion=order.opinion,
            opened_at=order.opened_at,
        )


def routes(stores: Stores) -> APIRouter:
    """The form of a service order, and what engineering is told of it."""
    router = Router(readers=READERS, whole=WHOLE, tags=["form 1"], prefix="/service-orders/{service_order_id}")
    orders = stores.service_orders

    async def both(service_order_id: UUID) -> tuple[ServiceRequest, ServiceOrder]:
        order = await orders.get(service_order_id)
        if order.request_id is None:
            raise NotFound("form of internal work", service_order_id)
        return await stores.service_requests.get(order.request_id), order

    @router.get("/form")
    async def show_form(service_order_id: UUID) -> FormView:
        """The customer feedback form in its blocks, each with the roles that write it."""
        return FormView.of(*await both(service_order_id))

    @router.get("/repair-notice")
    async def show_repair_notice(service_order_id: UUID) -> RepairNotice:
        """The repair notice to engineering."""
        return RepairNotice.of(*await both(service_order_id))

    return router
