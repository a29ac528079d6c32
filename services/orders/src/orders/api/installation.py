"""What may be asked about installation and acceptance."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from orders.api.readers import ORDERS, WHOLE
from orders.api.views import OrderView
from orders.domain.decisions.acceptance import agree_acceptance
from orders.domain.decisions.installation import fail_acceptance, pass_acceptance, schedule_installation
from orders.domain.lifecycle import deciders
from orders.domain.parts.installation import Acceptance, Installer
from orders.domain.policy.policy import Rules
from orders.store import Orders
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Defect, FileRef, Line
from shared.http import CausedByRequest, RequestBody, Router, allow


class ScheduleInstallation(RequestBody):
    """Who installs, from when until when (000 §3.4.4, §3.5.4)."""

    begin: Instant = Field(examples=["2026-11-28T01:00:00Z"])
    planned_finish: Instant = Field(examples=["2026-12-03T10:00:00Z"])
    crew: tuple[Installer, ...] = Field(min_length=1, examples=[[{"staff": "installer-11", "skill": "senior"}]])


class AgreeAcceptance(RequestBody):
    """From which day to which the customer accepts the work, and with whom that was agreed (001 售中四b)."""

    begins_on: date = Field(examples=["2026-12-03"])
    ends_on: date = Field(examples=["2026-12-06"], description="The last day, included.")
    agreed_with: Line = Field(examples=["王建国"])


class AcceptWork(RequestBody):
    """The customer's signature (001 售中五, 售后一a)."""

    signatory: Line = Field(examples=["王建国"])
    signature: FileRef | None = None
    photos: tuple[FileRef, ...] = ()
    aftersales_contact: Line | None = Field(default=None, examples=["李师傅 020-88886666"])


class RefuseWork(RequestBody):
    """Why the customer does not accept (001 售中四b)."""

    issues: tuple[Defect, ...] = Field(min_length=1, examples=[[{"description": "玻璃门关不严"}]])
    photos: tuple[FileRef, ...] = ()


def routes(orders: Orders, rules: Rules) -> APIRouter:
    """Crews and acceptance."""
    router = Router(readers=ORDERS, whole=WHOLE, tags=["installation"])

    @router.post("/orders/{order_id}/schedule-installation", dependencies=[allow(*deciders("schedule_installation"))])
    async def schedule_order_installation(
        order_id: UUID, body: ScheduleInstallation, cause: CausedByRequest
    ) -> OrderView:
        """Dispatch installers of the skill that the route asks for."""
        return OrderView.of(
            await orders.apply(
                order_id,
                lambda order: schedule_installation(order, body.begin, body.planned_finish, body.crew, rules, cause),
                cause,
            ),
            rules,
        )

    @router.post("/orders/{order_id}/agree-acceptance", dependencies=[allow(*deciders("agree_acceptance"))])
    async def agree_order_acceptance(order_id: UUID, body: AgreeAcceptance, cause: CausedByRequest) -> OrderView:
        """Agree with the customer on the days of acceptance."""
        return OrderView.of(
            await orders.apply(
                order_id,
                lambda order: agree_acceptance(order, body.begins_on, body.ends_on, body.agreed_with, rules, cause),
                cause,
            ),
            rules,
        )

    @router.post("/orders/{order_id}/pass-acceptance", dependencies=[allow(*deciders("pass_acceptance"))])
    async def pass_order_acceptance(order_id: UUID, body: AcceptWork, cause: CausedByRequest) -> OrderView:
        """The customer accepts the work."""
        acceptance = Acceptance(
            signatory=body.signatory,
            signature=body.signature,
            photos=body.photos,
            aftersales_contact=body.aftersales_contact,
        )
        return OrderView.of(
            await orders.apply(order_id, lambda order: pass_acceptance(order, acceptance, rules, cause), cause), rules
        )

    @router.post("/orders/{order_id}/fail-acceptance", dependencies=[allow(*deciders("fail_acceptance"))])
    async def fail_order_acceptance(order_id: UUID, body: RefuseWork, cause: CausedByRequest) -> OrderView:
        """The customer refuses the work; a complaint is filed of it."""
        return OrderView.of(
            await orders.apply(
                order_id, lambda order: fail_acceptance(order, body.issues, body.photos, rules, cause), cause
            ),
            rules,
        )

    return router
