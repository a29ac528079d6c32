"""The frame of all pages: the navigation, who has signed in, and what time it is."""

from dataclasses import dataclass

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from console.languages import choice
from console.readers import may_read
from console.session import Sessions
from shared.calendar import Calendar
from shared.duties.explanation import WEEKDAYS
from shared.identity import Principal
from shared.language import _
from shared.pages.rendering import Renderer
from shared.time_source import TimeSource


@dataclass(frozen=True, slots=True)
class Screen:
    """A page in the frame: its title, which service draws it where, and whether the navigation leads its readers to it.

    `of` is the collection whose things it shows, by which a duty about one of them leads to it.
    """

    title: str
    service: str
    path: str
    of: str = ""
    in_rail: bool = True


SCREENS = {
    "customers": Screen("客户与来电", "intake", "/intake/ui/customers", "customers"),
    "callbacks": Screen("回访", "intake", "/intake/ui/callbacks", "callbacks"),
    "orders": Screen("订单", "orders", "/orders/ui/orders", "orders"),
    "complaints": Screen("客诉", "complaints", "/complaints/ui/complaints", "complaints"),
    "reviews": Screen("月度审视", "complaints", "/complaints/ui/reviews", "monthly_reviews", in_rail=False),
    "returns": Screen("退货单", "complaints", "/complaints/ui/returns", "goods_returns", in_rail=False),
    "corrective-actions": Screen(
        "改进", "complaints", "/complaints/ui/corrective-actions", "corrective_actions", in_rail=False
    ),
    "penalties": Screen("处分", "complaints", "/complaints/ui/penalties", "penalties", in_rail=False),
    "exceptions": Screen("订单异常", "orders", "/orders/ui/exceptions", "exceptions", in_rail=False),
    "stock-checks": Screen("盘点抽检", "orders", "/orders/ui/stock-checks", "stock_checks", in_rail=False),
    "allowances": Screen("折扣证明单", "complaints", "/complaints/ui/allowances", "allowances", in_rail=False),
    "requests": Screen("售后登记", "aftersales", "/aftersales/ui/service-requests", "service_requests"),
    "dispatch": Screen("派工", "aftersales", "/aftersales/ui/dispatch"),
    "services": Screen("服务凭证", "aftersales", "/aftersales/ui/service-orders", "service_orders", in_rail=False),
    "visits": Screen("上门", "aftersales", "/aftersales/ui/visits"),
    "settlements": Screen("售后结算", "aftersales", "/aftersales/ui/settlements", "settlements"),
    "slips": Screen("联络单", "notify", "/notify/ui/slips", "slips"),
    "replies": Screen("客户的回复", "notify", "/notify/ui/replies", "replies", in_rail=False),
    "unreached": Screen("没有送到的消息", "notify", "/notify/ui/unreached", "unreached", in_rail=False),
    "facts": Screen("上报", "intake", "/intake/ui/facts"),
    "campaigns": Screen("外呼活动", "intake", "/intake/ui/campaigns", "campaigns", in_rail=False),
    "visit-texts": Screen("拜访短信", "intake", "/intake/ui/visit-texts", "visit_texts", in_rail=False),
    "enquiries": Screen("客户来询", "intake", "/intake/ui/enquiries", "enquiries", in_rail=False),
    "opportunities": Screen("商机", "intake", "/intake/ui/opportunities", "opportunities", in_rail=False),
    "visit-plans": Screen("拜访计划", "intake", "/intake/ui/visit-plans", "visit_plans", in_rail=False),
    "showroom-visits": Screen("参观展厅", "intake", "/intake/ui/showroom-visits", "showroom_visits", in_rail=False),
    "problems": Screen("当天的问题", "intake", "/intake/ui/problems", "problems", in_rail=False),
    "fines": Screen("记录被改动", "intake", "/intake/ui/fines", "fines", in_rail=False),
    "itineraries": Screen("行程", "intake", "/intake/ui/itineraries", "itineraries", in_rail=False),
    "reports": Screen("工作报告", "intake", "/intake/ui/reports", "work_reports"),
}
"""The screens beside the day, by their names in addresses."""

COUNTED = {name: f"/{name}/ui/figures" for name in ("complaints", "orders", "intake", "aftersales")}
"""The services that draw figures, in the order in which they are shown, and where."""


def screens_of(person: Principal) -> dict[str, Screen]:
    """The screens that this person may read."""
    return {name: screen for name, screen in SCREENS.items() if may_read(person, screen.path)}


def counted_for(person: Principal) -> tuple[str, ...]:
    """The services whose figures this person may read."""
    return tuple(name for name, path in COUNTED.items() if may_read(person, path))


@dataclass(frozen=True, slots=True)
class Frame:
    """Draws a page in the frame for a person who has signed in; every other reader is led to the sign-in."""

    sessions: Sessions
    render: Renderer
    time: TimeSource
    calendar: Calendar

    def router(self, prefix: str = "") -> APIRouter:
        """A router of pages that only those see who have signed in."""
        return APIRouter(
            prefix=prefix, default_response_class=HTMLResponse, dependencies=[Depends(self._must_have_signed_in)]
        )

    async def _must_have_signed_in(self, request: Request) -> None:
        request.state.session = await self.sessions.of(request)
        if request.state.session is None:
            raise HTTPException(303, headers={"Location": "/sign-in"})

    def __call__(
        self, request: Request, template: str, here: str, *, sheet: bool = False, **values: object
    ) -> Response:
        """The page at the place `here` of the navigation; a `sheet` has a list that fills the window."""
        now = self.calendar.local(self.time.now())
        session = request.state.session
        frame = {
            "session": session,
            "now": now,
            "today": _("{month}月{day}日 {weekday} {time}").format(
                month=now.month,
                day=now.day,
                weekday=_(WEEKDAYS[now.weekday()]),
                time=f"{now:%H:%M}",
            ),
            "here": here,
            "zone": self.calendar.zone.key,
            "screens": screens_of(session.principal),
            "counted": counted_for(session.principal),
            "sheet": sheet,
            **choice(_address(request)),
        }
        return self.render(template, **(frame | values))


def _address(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
