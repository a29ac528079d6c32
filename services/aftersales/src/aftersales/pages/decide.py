"""What waits for a person's signature in after-sales: fees, work that was done, services out of town."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from aftersales.domain.lifecycle import UNDER_WAY, ServiceOrderDecision
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.pages.services import seen_of
from aftersales.pages.words import DECISIONS
from aftersales.store import ServiceOrders
from shared.contracts.roles import Role
from shared.duties.api import STAFF
from shared.http import AskedBy, Router
from shared.identity import Principal
from shared.language import _
from shared.pages.deciding import DueBy, WaitingMatter, in_turn
from shared.pages.forms import Forms
from shared.pages.rendering import Renderer
from shared.pages.words import money
from shared.store import OneOf

LOOKED_AT = 200
"""Services that are looked at for one page, those first that were opened first."""
SIGNATURES: tuple[ServiceOrderDecision, ...] = ("approve_remote", "sign_fee", "countersign")


def routes(orders: ServiceOrders, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """What waits for the asker."""
    router = Router(readers=STAFF, tags=["pages"], prefix="/ui/decide", include_in_schema=False)

    @router.get("", response_class=HTMLResponse)
    async def list_waiting(request: Request, asker: AskedBy) -> Response:
        """Every service whose next step is a signature that the asker may give."""
        now = request.app.state.time.now()
        turn = OneOf(*sorted(role.value for role in asker.roles if isinstance(role, Role)))
        where = {"stage": OneOf(*UNDER_WAY), "waits_for": turn}
        page = await orders.find(where, sort="opened_at", limit=LOOKED_AT)
        matters = [_matter(each, rules, forms, asker, now) for each in page.items if each.next_step in SIGNATURES]
        request.state.personal = True
        return render("decide.html", service="aftersales", title=_("售后"), note="", matters=in_turn(matters))

    return router


def _matter(order: ServiceOrder, rules: Rules, forms: Forms, asker: Principal, now: datetime) -> WaitingMatter:
    step = order.next_step
    assert step is not None
    possible = [each for each in order.possible if each.decision == step]
    return WaitingMatter(
        id=order.id,
        what=_(DECISIONS[step]),
        about=order.voucher_no,
        link=f"/desk/services/{order.id}",
        customer=order.customer.name if order.customer else _("内部"),
        facts=_facts(order, step),
        due=DueBy.of(order, now, rules.calendar.zone),
        acts=tuple(forms.acts(possible, asker, order.id, seen_of(order), among=True)),
    )


def _facts(order: ServiceOrder, step: ServiceOrderDecision) -> tuple[tuple[str, str], ...]:
    """What is signed: the fee with its parts, the application, or the work."""
    content = (_("内容"), order.content)
    if step == "sign_fee" and order.cost:
        cost = order.cost
        of = {"材料": cost.material, "人工": cost.labour, "运输": cost.transport, "差旅": cost.travel}
        parts = _("，").join(
            _("{title}：{amount}").format(title=_(title), amount=money(amount)) for title, amount in of.items()
        )
        return content, (_("合计"), money(cost.total)), (_("其中"), parts)
    if step == "approve_remote" and order.remote:
        return content, (_("地点"), order.remote.place), (_("预计差旅费"), money(order.remote.estimated_travel))
    done = _("；").join(
        _("{technician}：{work}").format(technician=each.technician, work=each.work) for each in order.visits
    )
    stated = order.execution.opinion if order.execution else _("未写")
    return content, (_("做了什么"), done or _("未登记")), (_("执行情况"), stated)
