"""Asking about a warranty over HTTP."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.authority import deciders
from aftersales.api.readers import READERS
from aftersales.domain.decisions import warranty
from aftersales.domain.parts.warranty import Question
from aftersales.domain.policy.policy import Rules
from aftersales.domain.warranty_check import WarrantyCheck, name_of
from aftersales.store import Stores, WarrantyChecks
from shared.aggregate import Change
from shared.contracts.aftersales import WarrantyChecked, WarrantyFinding
from shared.contracts.roles import Department, Role
from shared.contracts.vocabulary import (
    ComplaintId,
    ConcerningOrder,
    ContractNo,
    CustomerId,
    Line,
    OrderNo,
    Prose,
    ServiceRequestId,
)
from shared.http import After, AskedBy, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once


class CheckWarranty(RequestBody):
    """Which order or contract, and as of which day."""

    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    customer_id: CustomerId | None = Field(default=None, description="Whose it is; needed for an unknown contract.")
    as_of: date | None = Field(default=None, description="Today by default.")


class OverrideWarranty(RequestBody):
    """What it shall be instead, and why."""

    answer: UUID = Field(description="The name of the answer that it replaces, as the check shows it.")
    verdict: Literal["in_warranty", "out_of_warranty"]
    until: date | None = Field(
        default=None,
        description="The last day under warranty, where it is known. Without it the decision is about that day alone.",
        examples=["2026-11-28"],
    )
    reason: Prose = Field(examples=["合同原件载明 2025-11-28 签订"])


class WarrantyAnswer(ConcerningOrder, WarrantyFinding, View):
    """An answer as it stands now."""

    @classmethod
    def of(cls, checked: WarrantyChecked) -> Self:
        """The answer as it was announced last."""
        return cls.model_validate(checked.model_dump())


class CheckView(WarrantyAnswer):
    """An answer and its name, by which those with the authority decide it otherwise."""

    answer: UUID = Field(description="Names this answer as it stands; it is decided otherwise by this name.")

    @classmethod
    def of(cls, checked: WarrantyChecked) -> Self:
        """The answer as it was announced last, and its name."""
        return cls.model_validate({**checked.model_dump(), "answer": name_of(checked)})


class CheckRow(View):
    """What a list reads of a check."""

    checked: WarrantyChecked


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /warranty-checks. Every member of staff and every department may ask; staff read the answers."""
    router = Router(readers=READERS, tags=["warranty"], prefix="/warranty-checks")
    checks = stores.warranty_checks

    @router.post("", status_code=201, dependencies=[allow(*Role, *Department)])
    @made_once(checks, "warranty check", lambda made: CheckView.of(made.checked))
    async def check(body: CheckWarranty, cause: CausedByRequest) -> CheckView:
        """Whether something is under warranty: in, out, or uncertain, with the reasons. The answer is announced.

        Staff are refused when the date on the contract number is in no calendar, to come, or leads to another answer
        than the contract's registered date; a department's system gets the uncertain answer with the reason.
        """
        question = Question(
            customer_id=body.customer_id,
            order_no=body.order_no,
            contract_no=body.contract_no,
            as_of=body.as_of or rules.calendar.day(cause.at),
        )
        order = await stores.covered_orders.known(body.order_no, body.contract_no)
        change = warranty.check(cause.derive("warranty check"), question, order, rules, cause)
        return CheckView.of((await checks.create(change, cause)).checked)

    @router.get("")
    async def list_checks(
        complaint_id: ComplaintId | None = None,
        service_request_id: ServiceRequestId | None = None,
        order_no: OrderNo | None = None,
        contract_no: ContractNo | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[CheckView]:
        """The answers that were given, each as it stands now."""
        where = {
            "checked.complaint_id": complaint_id,
            "checked.service_request_id": service_request_id,
            "checked.order_no": order_no,
            "checked.contract_no": contract_no,
        }
        page = await checks.rows(CheckRow, where, after=after, limit=limit)
        return Listing(items=[CheckView.of(row.checked) for row in page.items], next=page.next)

    @router.get("/{check_id}")
    async def show_check(check_id: UUID) -> CheckView:
        """One answer as it stands now."""
        return CheckView.of((await checks.get(check_id)).checked)

    @router.post("/{check_id}/override", dependencies=[allow(*deciders(rules, "override_warranty"))])
    async def override(check_id: UUID, body: OverrideWarranty, cause: CausedByRequest) -> CheckView:
        """Decide otherwise than the rule; who and why is announced with it."""

        def decide(check: WarrantyCheck) -> Change[WarrantyCheck]:
            return warranty.override(check, body.answer, body.verdict, body.until, body.reason, rules, cause)

        return CheckView.of((await checks.apply(check_id, decide, cause)).checked)

    return router


def answers(checks: WarrantyChecks) -> APIRouter:
    """The route by which a department's system reads the answers to its own questions, and to no others."""
    router = Router(readers=tuple(Department), tags=["warranty"])

    @router.get("/warranty-answers")
    async def list_answers(
        department: AskedBy, question_no: Line | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[WarrantyAnswer]:
        """The answers to the warranty questions that your department asked over the bus, each as it stands now."""
        where = {"checked.asked_by": department.id, "checked.question_no": question_no}
        page = await checks.rows(CheckRow, where, after=after, limit=limit)
        return Listing(items=[WarrantyAnswer.of(row.checked) for row in page.items], next=page.next)

    return router
