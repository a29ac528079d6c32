"""The months that go to finance as a list, and one month with its vouchers, its sums and the handing over."""

from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from aftersales.api.readers import READERS
from aftersales.domain.lifecycle import SETTLEMENT, SettlementStage
from aftersales.domain.policy.policy import Rules
from aftersales.pages.words import COSTS, SETTLEMENTS, TYPES, VERDICTS
from aftersales.store import Settlements
from shared.contracts.vocabulary import Month
from shared.http import After, AskedBy, Router, View
from shared.language import _
from shared.pages.forms import Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.strip import strip
from shared.pages.words import money

MONTHS_SHOWN = 50
"""Months on one page."""


class SettlementRow(View):
    """A month as a line of the list."""

    id: UUID
    month: Month
    stage: SettlementStage


def routes(settlements: Settlements, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """The list and the page of one month."""
    router = Router(readers=READERS, tags=["pages"], prefix="/ui/settlements", include_in_schema=False)

    @router.get("", response_class=HTMLResponse)
    async def list_months(after: After = None) -> Response:
        """The months, the latest first."""
        page = await settlements.rows(SettlementRow, {}, sort="-month", after=after, limit=MONTHS_SHOWN)
        return render("settlements.html", rows=page.items, stages=SETTLEMENTS, next=page.next, after=after)

    @router.get("/{settlement_id}", response_class=HTMLResponse)
    async def show_month(settlement_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One month: each voucher with what it cost and brought, and the handing over of what is open."""
        month = await settlements.get(settlement_id)
        seen = {"settle": Filled(given={"handover": str(month.handover)})}
        acts = forms.acts(SETTLEMENT.possible(month.stage), asker, month.month, seen)
        return render(
            "settlement.html",
            month=month,
            stage=_(SETTLEMENTS[month.stage]),
            entries=sorted(month.costly, key=lambda entry: entry.voucher_no),
            called_off=sorted(month.money, key=lambda entry: entry.voucher_no),
            types=TYPES,
            verdicts=VERDICTS,
            money=money,
            received=lambda entry: [money(each.amount) for each in entry.payments],
            taken_by=lambda entry: list(dict.fromkeys(filter(None, (each.by for each in entry.handled)))),
            figures=month.figures,
            costs=[(COSTS[share], money(cost)) for share, cost in month.costs.items()],
            sums={name: money(Decimal(str(month.figures[name]))) for name in ("cost", "free", "charged")},
            clocks=strip(month, rules.calendar, request.app.state.time.now()),
            acts=acts,
        )

    return router
