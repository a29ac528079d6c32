"""What may be asked about contracts: review, change, signature, seal, the order notice."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AliasPath, Field

from orders.api.readers import CONTRACTS, WHOLE
from orders.api.views import ListedOrder, OrderRow, OrderView
from orders.domain.decisions.contract import (
    amend,
    countersign,
    review,
    sign,
    submit_for_review,
    take_on,
    use_seal,
)
from orders.domain.decisions.notice import approve_notice, prepare_notice, review_notice
from orders.domain.lifecycle import deciders
from orders.domain.parts.contract import Contract, Draft, Outcome, SealUse
from orders.domain.policy.policy import Rules
from orders.store import Orders
from shared.contracts.event import PreciseDate
from shared.contracts.orders import Finding, PaymentTerm
from shared.contracts.vocabulary import ContractNo, Count, Line, Ordinal, Price, Prose
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.store import Between


class SubmitContract(RequestBody):
    """Which revision goes to the director."""

    revision: Ordinal = Field(examples=[1], description="The revision that was read; `contract` shows it.")


class CountersignContract(RequestBody):
    """Whether the goods can leave on the day of this revision (004 一㈡1a)."""

    revision: Ordinal = Field(examples=[1], description="The revision that was read; `contract` shows it.")
    feasible: bool = Field(examples=[True])
    notes: str = Field(default="", max_length=4000, examples=["11 月 20 日前可排产"])


class ReviewContract(RequestBody):
    """What the review came to (004 一㈡1a)."""

    revision: Ordinal = Field(examples=[1], description="The revision that was read; `contract` shows it.")
    outcome: Outcome = Field(examples=["approved"])
    findings: tuple[Finding, ...] = ()


class AmendContract(RequestBody):
    """A change of a contract; it is reviewed before it counts."""

    changes: tuple[Prose, ...] = Field(min_length=1, examples=[["发货日期改为 2026-12-05"]])
    total: Price | None = None
    ship_on: date | None = Field(default=None, examples=["2026-12-05"])
    terms: tuple[PaymentTerm, ...] = ()


class SignContract(RequestBody):
    """The contract is signed; with the day unknown the date has precision `month` (001 备注3)."""

    revision: Ordinal = Field(examples=[1], description="The revision that was read; `contract` shows it.")
    signed_on: PreciseDate = Field(examples=[{"on": "2026-09-30"}])
    purpose: Line = Field(default="签订销售合同", examples=["签订销售合同"])


class UseSeal(RequestBody):
    """On which revision the seal is used, and what for (004 一㈡1c)."""

    revision: Count = Field(examples=[1], description="The revision that was read; `contract` shows it.")
    purpose: Line = Field(examples=["补充协议盖章"])


class SignNotice(RequestBody):
    """Which contract the order notice was read with (000 §3.3.2)."""

    revision: Count = Field(examples=[1], description="The revision that was read; `contract` shows it.")


class SealRow(View):
    """What the seal log reads of an order."""

    order_no: str
    contract_no: ContractNo | None = Field(validation_alias=AliasPath("contract", "no"))
    seals: tuple[SealUse, ...] = Field(validation_alias=AliasPath("contract", "seals"))


class ContractView(View):
    """A row of the contract ledger (004 一㈡1d)."""

    order: OrderRow
    contract: Contract

    @classmethod
    def of(cls, order: ListedOrder, rules: Rules) -> "ContractView":
        return cls(order=OrderRow.of(order, rules), contract=order.contract)


class SealView(View):
    """A row of the seal log."""

    contract_no: ContractNo | None
    order_no: str
    use: SealUse


def routes(orders: Orders, rules: Rules) -> APIRouter:
    """The contract ledger, the seal log and the decisions about contracts."""
    router = Router(readers=CONTRACTS, whole=WHOLE, tags=["contracts"])
    _ledger(router, orders, rules)
    _decisions(router, orders, rules)
    _notice(router, orders, rules)
    return router


def _ledger(router: APIRouter, orders: Orders, rules: Rules) -> None:
    @router.get("/contracts")
    async def list_contracts(
        begin: Annotated[date | None, Query(description="Signed on this day or later.")] = None,
        end: Annotated[date | None, Query(description="Signed before this day.")] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[ContractView]:
        """The ledger of signed contracts, by day of signing (004 一㈡1d)."""
        signed = {"contract.signed_on.on": Between(begin or date.min, end)}
        page = await orders.rows(ListedOrder, signed, sort="contract.signed_on.on", after=after, limit=limit)
        return Listing(items=[ContractView.of(order, rules) for order in page.items], next=page.next)

    @router.get("/seal-uses")
    async def list_seal_uses(after: After = None, limit: Limit = 50) -> Listing[SealView]:
        """Who used the contract seal, and what for (004 一㈡1c). The limit counts contracts."""
        signed = {"contract.signed_on.on": Between(date.min, None)}
        page = await orders.rows(SealRow, signed, sort="contract.signed_on.on", after=after, limit=limit)
        uses = [
            SealView(contract_no=row.contract_no, order_no=row.order_no, use=use)
            for row in page.items
            for use in row.seals
        ]
        return Listing(items=uses, next=page.next)

    @router.get("/register")
    async def list_released(
        begin: Annotated[date | None, Query()] = None, after: After = None, limit: Limit = 50
    ) -> Listing[OrderRow]:
        """The project register: one row per released order, from the order notices (000 §3.3.2, form 7)."""
        released = {"released_on": Between(begin or date.min, None)}
        page = await orders.rows(ListedOrder, released, sort="released_on", after=after, limit=limit)
        return Listing(items=[OrderRow.of(order, rules) for order in page.items], next=page.next)


def _decisions(router: APIRouter, orders: Orders, rules: Rules) -> None:
    @router.post("/orders/{order_id}/take-on", dependencies=[allow(*deciders("take_on"))])
    async def take_order_on(order_id: UUID, cause: CausedByRequest) -> OrderView:
        """The regional head receives a custom order."""
        return OrderView.of(await orders.apply(order_id, lambda order: take_on(order, rules, cause), cause), rules)

    @router.post("/orders/{order_id}/submit-for-review", dependencies=[allow(*deciders("submit_for_review"))])
    async def submit_order_for_review(order_id: UUID, body: SubmitContract, cause: CausedByRequest) -> OrderView:
        """A supervisor submits the contract, or a change of it, to the director."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: submit_for_review(order, body.revision, cause), cause), rules
        )

    @router.post("/orders/{order_id}/countersign", dependencies=[allow(*deciders("countersign"))])
    async def countersign_order(order_id: UUID, body: CountersignContract, cause: CausedByRequest) -> OrderView:
        """The planner says whether the contract's day can be kept; nothing is approved before that."""
        return OrderView.of(
            await orders.apply(
                order_id,
                lambda order: countersign(order, body.revision, body.feasible, body.notes, rules, cause),
                cause,
            ),
            rules,
        )

    @router.post("/orders/{order_id}/review", dependencies=[allow(*deciders("review"))])
    async def review_order(order_id: UUID, body: ReviewContract, cause: CausedByRequest) -> OrderView:
        """Approve, ask to amend, or terminate; the customer is told."""
        return OrderView.of(
            await orders.apply(
                order_id,
                lambda order: review(order, body.revision, body.outcome, body.findings, rules, cause),
                cause,
            ),
            rules,
        )

    @router.post("/orders/{order_id}/amend", dependencies=[allow(*deciders("amend"))])
    async def amend_order(order_id: UUID, body: AmendContract, cause: CausedByRequest) -> OrderView:
        """Write a change down; it has to be reviewed."""
        draft = Draft(revision=0, changes=body.changes, total=body.total, ship_on=body.ship_on, terms=body.terms)
        return OrderView.of(await orders.apply(order_id, lambda order: amend(order, draft, rules, cause), cause), rules)

    @router.post("/orders/{order_id}/sign", dependencies=[allow(*deciders("sign"))])
    async def sign_order(order_id: UUID, body: SignContract, cause: CausedByRequest) -> OrderView:
        """Sign and seal the approved contract."""
        return OrderView.of(
            await orders.apply(
                order_id, lambda order: sign(order, body.revision, body.signed_on, body.purpose, rules, cause), cause
            ),
            rules,
        )

    @router.post("/orders/{order_id}/use-seal", dependencies=[allow(*deciders("use_seal"))])
    async def use_order_seal(order_id: UUID, body: UseSeal, cause: CausedByRequest) -> OrderView:
        """Use the contract seal once more."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: use_seal(order, body.revision, body.purpose, cause), cause),
            rules,
        )


def _notice(router: APIRouter, orders: Orders, rules: Rules) -> None:
    """The three signatures without which no order notice leaves (000 §3.3.2)."""

    @router.post("/orders/{order_id}/prepare-notice", dependencies=[allow(*deciders("prepare_notice"))])
    async def prepare_order_notice(order_id: UUID, body: SignNotice, cause: CausedByRequest) -> OrderView:
        """Prepare the order notice, and sign it."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: prepare_notice(order, body.revision, rules, cause), cause), rules
        )

    @router.post("/orders/{order_id}/review-notice", dependencies=[allow(*deciders("review_notice"))])
    async def review_order_notice(order_id: UUID, body: SignNotice, cause: CausedByRequest) -> OrderView:
        """Review the order notice, and sign it."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: review_notice(order, body.revision, rules, cause), cause), rules
        )

    @router.post("/orders/{order_id}/approve-notice", dependencies=[allow(*deciders("approve_notice"))])
    async def approve_order_notice(order_id: UUID, body: SignNotice, cause: CausedByRequest) -> OrderView:
        """Approve the order notice: the order goes to design."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: approve_notice(order, body.revision, rules, cause), cause), rules
        )
