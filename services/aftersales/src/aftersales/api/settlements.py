"""The month's settlement with finance over HTTP."""

from typing import Literal, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, JsonValue, computed_field

from aftersales.api.accounts import accounts
from aftersales.api.readers import READERS
from aftersales.api.sheets import money_table, settlement_table
from aftersales.api.views import DecidableRow, deadlines
from aftersales.domain.decisions import settlement
from aftersales.domain.lifecycle import SETTLEMENT, UNDER_WAY, SettlementStage
from aftersales.domain.parts.blocks import Block
from aftersales.domain.parts.entry import Entry
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import (
    costs_nothing,
    unsigned_by,
    waits_for_approval,
    waits_for_charge,
    waits_for_money,
    waits_for_parts,
)
from aftersales.domain.settlement import Settlement
from aftersales.store import Settlements, Stores
from shared.aggregate import Deadline
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Month, PaperNo, ServiceOrderId, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.lifecycle import Possible
from shared.sheets import SheetFormat
from shared.store import OneOf

Missing = Literal[
    "fee_signatures", "charge", "payment", "parts", "remote_approval", "visit", "sign_off", "countersignature"
]
"""What a voucher may lack before it is closed, besides the blocks of form 1, in the order of the documents."""


class SettlementView(View):
    """What belongs to a month, and what of it has been handed over."""

    month: Month
    stage: SettlementStage
    possible: tuple[Possible, ...]
    policy_version: int
    entries: tuple[Entry, ...]
    handover: UUID = Field(description="Names the vouchers that are not handed over yet; they are settled by it.")
    handed_over_by: StaffId | None
    deadlines: tuple[Deadline, ...]
    figures: dict[str, JsonValue]

    @classmethod
    def of(cls, settled: Settlement) -> Self:
        """The month as it stands."""
        return cls(
            month=settled.month,
            stage=settled.stage,
            possible=SETTLEMENT.possible(settled.stage),
            policy_version=settled.policy_version,
            entries=settled.entries,
            handover=settled.handover,
            handed_over_by=settled.handed_over_by,
            deadlines=deadlines(settled),
            figures=settled.figures,
        )


class Settle(RequestBody):
    """The vouchers that are handed over, as they were seen."""

    handover: UUID = Field(description="The name of the vouchers to hand over that the settlement shows.")


class Unfinished(DecidableRow):
    """A voucher that will be settled and is not closed, with everything that its closing waits for."""

    service_order_id: ServiceOrderId = Field(validation_alias="id")
    voucher_no: PaperNo
    technician: StaffId | None = None
    waits_for: tuple[Role, ...] = Field(default=(), description="Whose turn it is.")
    missing_blocks: tuple[Block, ...] = Field(default=(), description="Which blocks of form 1 are not written.")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def missing(self) -> tuple[Missing, ...]:
        """What it lacks besides the blocks: signed fee, charge and money; what the next trip needs; the signatures."""
        if self.type == "D":
            return ()
        uncharged, to_dispatch, to_pay = waits_for_charge(self), self.stage == "open", not costs_nothing(self)
        lacking: dict[Missing, bool] = {
            "fee_signatures": uncharged and bool(unsigned_by(self)),
            "charge": uncharged and to_pay,
            "payment": to_dispatch and to_pay and waits_for_money(self),
            "parts": to_dispatch and waits_for_parts(self),
            "remote_approval": to_dispatch and waits_for_approval(self),
            "visit": self.stage in ("open", "dispatched"),
            "sign_off": self.stage != "signed_off",
            "countersignature": self.countersignature is None,
        }
        return tuple(what for what, lacks in lacking.items() if lacks)


def tables(stores: Stores, rules: Rules) -> APIRouter:
    """The month's tables, and what is missing on them."""
    router = Router(readers=READERS, tags=["settlements"], prefix="/settlements")

    @router.get("/{month}/table.{form}", response_class=Response)
    async def download_table(month: Month, form: SheetFormat) -> Response:
        """The month's vouchers for finance, with local times; the same month gives the same bytes."""
        settled = await stores.settlements.get(Settlement.id_of(month))
        return settlement_table(settled.costly, rules.calendar).file(form, f"aftersales-{month}")

    @router.get("/{month}/money.{form}", response_class=Response)
    async def download_money(month: Month, form: SheetFormat) -> Response:
        """Every fact about money, in and out, for the books; settled, it stays as it is.

        What a voucher cost and charges stands in the month in which it ended. What is paid or claimed stands in the
        month that goes to finance next after it was entered, also while its voucher is under way, and a refund in the
        month in which it was entered.
        """
        settled = await stores.settlements.get(Settlement.id_of(month))
        table = money_table(await accounts(settled, stores), settled.money, rules.calendar)
        return table.file(form, f"aftersales-money-{month}")

    @router.get("/unfinished")
    async def list_unfinished(after: After = None, limit: Limit = 50) -> Listing[Unfinished]:
        """The vouchers that have a cost or were worked on and are not closed yet, which the open settlement misses."""
        where = {"stage": OneOf(*UNDER_WAY), "to_settle": OneOf(True, None)}
        page = await stores.service_orders.rows(Unfinished, where, sort="opened_at", after=after, limit=limit)
        return Listing.of(page)

    return router


def routes(settlements: Settlements, rules: Rules) -> APIRouter:
    """The routes under /settlements."""
    router = Router(readers=READERS, tags=["settlements"], prefix="/settlements/{month}")

    @router.get("")
    async def show_settlement(month: Month) -> SettlementView:
        """The vouchers of a month."""
        return SettlementView.of(await settlements.get(Settlement.id_of(month)))

    @router.get("/clocks")
    async def show_settlement_clocks(month: Month) -> list[ClockView]:
        """By when the month has or had to be settled, and how that came about."""
        return clocks_of(await settlements.get(Settlement.id_of(month)), rules.clocks)

    @router.post("/publish-statistics", dependencies=[allow(*SETTLEMENT.roles("publish_statistics"))])
    async def publish_statistics(month: Month, cause: CausedByRequest) -> SettlementView:
        """Customer service has compiled the month's statistics; their readers hear of it."""
        id = Settlement.id_of(month)
        return SettlementView.of(
            await settlements.apply(id, lambda entries: settlement.publish_statistics(entries, cause), cause)
        )

    @router.post("/settle", dependencies=[allow(*SETTLEMENT.roles("settle"))])
    async def settle(month: Month, body: Settle, cause: CausedByRequest) -> SettlementView:
        """Hand the month's vouchers and forms to finance together, those that were seen."""
        id = Settlement.id_of(month)
        return SettlementView.of(
            await settlements.apply(id, lambda entries: settlement.settle(entries, body.handover, rules, cause), cause)
        )

    return router
