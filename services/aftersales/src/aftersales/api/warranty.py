"""Asking about a warranty over HTTP."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.roles import JUDGES, READERS
from aftersales.domain.policy import AftersalesPolicy
from aftersales.domain.warranty_check import Question, WarrantyCheck
from aftersales.store import Records
from shared.contracts.aftersales import WarrantyChecked
from shared.contracts.roles import Department, Role
from shared.contracts.vocabulary import ComplaintId, ContractNo, CustomerId, OrderNo, Prose, ServiceRequestId
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow


class CheckWarranty(RequestBody):
    """Which order or contract, and as of which day."""

    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    customer_id: CustomerId | None = Field(default=None, description="Whose it is; needed for an unknown contract.")
    as_of: date | None = Field(default=None, description="Today by default.")


class OverrideWarranty(RequestBody):
    """What it shall be instead, and why."""

    verdict: Literal["in_warranty", "out_of_warranty"]
    reason: Prose = Field(examples=["合同原件载明 2025-11-28 签订"])


def routes(records: Records, policy: AftersalesPolicy) -> APIRouter:
    """The routes under /warranty-checks. Every department may ask."""
    router = Router(readers=READERS, tags=["warranty"], prefix="/warranty-checks")
    checks = records.warranty_checks

    @router.post("", status_code=201, dependencies=[allow(*Role, *Department)])
    async def check(body: CheckWarranty, cause: CausedByRequest) -> WarrantyChecked:
        """Whether something is under warranty: in, out, or uncertain, with the reasons. The answer is announced."""
        question = Question(
            customer_id=body.customer_id,
            order_no=body.order_no,
            contract_no=body.contract_no,
            as_of=body.as_of or policy.calendar.day(cause.at),
        )
        order = await records.covered_orders.known(body.order_no, body.contract_no)
        id = cause.derive("warranty check")
        return (await checks.create(WarrantyCheck.answering(id, question, order, policy.warranty), cause)).checked

    @router.get("")
    async def find(
        complaint_id: ComplaintId | None = None,
        service_request_id: ServiceRequestId | None = None,
        order_no: OrderNo | None = None,
        contract_no: ContractNo | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[WarrantyChecked]:
        """The answers that were given, each as it stands now."""
        asked = {
            "checked.complaint_id": complaint_id,
            "checked.service_request_id": service_request_id,
            "checked.order_no": order_no,
            "checked.contract_no": contract_no,
        }
        where = {field: value for field, value in asked.items() if value is not None}
        page = await checks.find(where, after=after, limit=limit)
        return Listing(items=[check.checked for check in page.items], next=page.next)

    @router.get("/{check_id}")
    async def show(check_id: UUID) -> WarrantyChecked:
        """One answer as it stands now."""
        return (await checks.get(check_id)).checked

    @router.post("/{check_id}/override", dependencies=[allow(*JUDGES)])
    async def override(check_id: UUID, body: OverrideWarranty, cause: CausedByRequest) -> WarrantyChecked:
        """Decide otherwise than the rule; who and why is announced with it."""
        decided = await checks.apply(
            check_id, lambda check: check.override(body.verdict, cause.actor.id, body.reason), cause
        )
        return decided.checked

    return router
