"""The dispatch board, one service with everything on its voucher, and a technician's day for the phone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from aftersales.api.day import Stop
from aftersales.api.readers import READERS, WHOLE
from aftersales.api.views import ServiceOrderRow
from aftersales.domain.lifecycle import UNDER_WAY
from aftersales.domain.parts.money import Refund
from aftersales.domain.parts.titles import FAULTS, MODES
from aftersales.domain.parts.trip import Appointment
from aftersales.domain.policy.policy import Rules
from aftersales.domain.roles import TECHNICIANS
from aftersales.domain.service_order import ServiceOrder, waiting
from aftersales.pages.blocks import blocks
from aftersales.pages.words import PAYERS, STAGES, TYPES, VERDICTS
from aftersales.store import ServiceOrders
from shared.duties.explanation import WEEKDAYS
from shared.http import After, AskedBy, Router
from shared.identity.reach import as_read
from shared.language import _, listed
from shared.pages.forms import Filled, Forms, Opening
from shared.pages.rendering import Renderer
from shared.pages.shown_pictures import pictures_in
from shared.pages.strip import strip
from shared.pages.words import money
from shared.store import OneOf

SERVICES_SHOWN = 50
"""Services on one page of the board."""
DAYS = 7
"""Days that the board offers, from today on."""
SERVICES_COUNTED = 999
"""Up to which number the services of a part are counted."""

Range = Literal["open", "dispatched", "resolved", "signed_off"]
PARTS: dict[Range, str] = {"open": "待派工", "dispatched": "已派工", "resolved": "待签字", "signed_off": "待归档"}


class BoardRow(ServiceOrderRow):
    """A service as a line of the board."""

    appointment: Appointment | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A line with its words."""

    row: BoardRow
    window: str
    stage: str
    turn: str


@dataclass(frozen=True, slots=True)
class ShownStop:
    """A visit of the day."""

    stop: Stop
    time: str
    brings: str


def board(orders: ServiceOrders, rules: Rules, internal: Opening, render: Renderer) -> APIRouter:
    """What is to be dispatched, and each day's visits by technician; internal work begins here."""
    router = Router(readers=READERS, tags=["pages"], prefix="/ui/dispatch", include_in_schema=False)
    zone = rules.calendar.zone

    @router.get("", response_class=HTMLResponse)
    async def show_board(
        request: Request, asker: AskedBy, part: Range = "open", day: date | None = None, after: After = None
    ) -> Response:
        """The services of a part, those with priority first; or the visits of one day, by technician."""
        today = rules.calendar.day(request.app.state.time.now())
        where: dict[str, object] = {"appointment.day": day.isoformat()} if day else {"stage": part, "priority": False}
        page = await orders.rows(BoardRow, where, sort="opened_at", after=after, limit=SERVICES_SHOWN)
        urgent: tuple[BoardRow, ...] = ()
        if day is None and after is None:
            first = await orders.rows(
                BoardRow, {"stage": part, "priority": True}, sort="opened_at", limit=SERVICES_SHOWN
            )
            urgent = tuple(first.items)
        lines = [_line(row, zone) for row in (*urgent, *page.items)]
        return render(
            "dispatch.html",
            groups=_by_technician(lines) if day else [("", lines)],
            parts=PARTS,
            part=part,
            counts={name: await orders.count({"stage": name}, SERVICES_COUNTED) for name in PARTS},
            days=[today + timedelta(days=n) for n in range(DAYS)],
            day=day,
            weekdays=WEEKDAYS,
            form=internal.draw(None, asker),
            next=page.next,
            after=after,
        )

    return router


def page(orders: ServiceOrders, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """The page of one service."""
    router = Router(readers=READERS, tags=["pages"], prefix="/ui/service-orders", include_in_schema=False)
    zone = rules.calendar.zone

    @router.get("/{service_order_id}", response_class=HTMLResponse)
    async def show_service(service_order_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One service: whom and what it is for, the blocks of its form, visits, money, and what may be decided."""
        order = as_read(await orders.get(service_order_id), asker, WHOLE)
        customer = order.customer.customer_id if order.customer else None
        request.state.personal = True
        return render(
            "service.html",
            order=order,
            stage=_(STAGES[order.stage]),
            turn=listed(_(role.chinese) for role in order.waits_for),
            called_off=_called_off(order, zone),
            clocks=strip(order, rules.calendar, request.app.state.time.now()),
            facts=_facts(order, zone),
            blocks=blocks(order, zone) if order.type != "D" else (),
            visits=[(_moment(each.started_at, zone), _moment(each.ended_at, zone), each) for each in order.visits],
            parts=order.supply.lines if order.supply else (),
            paid=_paid(order, zone),
            acts=forms.acts(order.possible, asker, order.id, seen_of(order), lacking=waiting(order), customer=customer),
            pictures=pictures_in(order),
        )

    return router


def today(orders: ServiceOrders, rules: Rules, render: Renderer) -> APIRouter:
    """A technician's day, for the phone."""
    router = Router(readers=TECHNICIANS, tags=["pages"], prefix="/ui/visits", include_in_schema=False)
    zone = rules.calendar.zone

    @router.get("", response_class=HTMLResponse)
    async def show_visits(request: Request, asker: AskedBy, day: date | None = None) -> Response:
        """The asker's visits of a day, the earliest first, with whom to meet and what to bring."""
        first = rules.calendar.day(request.app.state.time.now())
        shown = day or first
        where = {"stage": "dispatched", "technician": asker.id, "appointment.day": shown.isoformat()}
        stops = await orders.rows(Stop, where, sort="appointment.begins", limit=SERVICES_SHOWN)
        loose = await orders.rows(
            Stop, {**where, "appointment.day": OneOf(None)}, sort="opened_at", limit=SERVICES_SHOWN
        )
        request.state.personal = True
        return render(
            "visits.html",
            stops=[_stop(stop, zone) for stop in stops.items],
            unplanned=[_stop(stop, zone) for stop in loose.items],
            day=shown,
            days=[first + timedelta(days=n) for n in range(3)],
            names=("今天", "明天", "后天"),
        )

    return router


def _line(row: BoardRow, zone: ZoneInfo) -> BoardLine:
    turn = listed(_(role.chinese) for role in row.waits_for)
    return BoardLine(row, _window(row.appointment, zone), _(STAGES[row.stage]), turn)


def _by_technician(lines: Iterable[BoardLine]) -> list[tuple[str, list[BoardLine]]]:
    """The day's visits of each technician by their hour; those without a technician come first."""

    def hour(line: BoardLine) -> tuple[str, datetime | None]:
        return line.row.technician or "", line.row.appointment.begins if line.row.appointment else None

    ordered = sorted((line for line in lines if line.row.stage in UNDER_WAY), key=lambda line: str(hour(line)))
    groups = groupby(ordered, key=lambda line: line.row.technician or "")
    return [(technician or _("未派"), list(each)) for technician, each in groups]


def _window(appointment: Appointment | None, zone: ZoneInfo) -> str:
    if appointment is None:
        return ""
    begins, ends = (each.astimezone(zone) for each in (appointment.begins, appointment.ends))
    return f"{begins:%m-%d %H:%M}–{ends:%H:%M}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M}"


def _facts(order: ServiceOrder, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    customer = order.customer
    met = " ".join(filter(None, (customer.contact_name, customer.mobile))) if customer else ""
    return (
        (_("类型"), _(TYPES[order.type])),
        (_("客户"), customer.name if customer else _("内部")),
        (_("联系人"), met or _("无")),
        *(
            ((_("地址"), _("{address}（外地）").format(address=order.address) if order.out_of_town else order.address),)
            if order.address
            else ()
        ),
        (_("保修"), _(VERDICTS[order.verdict])),
        (_("责任"), _(FAULTS[order.fault])),
        (_("费用"), _(PAYERS[order.charge_policy])),
        (_("预约"), _window(order.appointment, zone) or _("未约")),
        (_("技师"), order.technician or _("未派")),
        (_("开单"), _moment(order.opened_at, zone)),
    )


def _called_off(order: ServiceOrder, zone: ZoneInfo) -> str:
    """That it was called off: why, who entered it and when, as far as that was kept, and what still goes back."""
    over = order.withdrawn
    why = _("这次服务已取消")
    if over:
        why = _("这次服务已取消：{reason}（{by} {at}登记）").format(
            reason=over.reason, by=over.by, at=_moment(over.at, zone)
        )
    back = _("已付的{amount}待财务退款").format(amount=money(order.owed_back)) if order.owed_back else ""
    return (_("。").join(filter(None, (why, back))) + _("。")).rstrip()


def _paid(order: ServiceOrder, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """What is charged, what came in and what went back, line by line."""
    charge = order.charge
    charged = ((_("应收"), _("，").join((money(charge.amount), _(MODES[charge.mode])))),) if charge else ()
    received = tuple(
        (_("实收"), " ".join(filter(None, (_moment(each.at, zone), money(each.amount), each.invoice_no, each.by))))
        for each in order.payments
    )
    spent = tuple((_("报销"), _("，").join((money(each.amount), each.reason, each.by))) for each in order.expenses)
    back = tuple((_("已退款"), _refunded(each, zone)) for each in order.refunds)
    owed = ((_("待退款"), money(order.owed_back)),) if order.owed_back else ()
    return charged + received + spent + back + owed


def _refunded(refund: Refund, zone: ZoneInfo) -> str:
    return " ".join(filter(None, (_moment(refund.at, zone), money(refund.amount), refund.reference, refund.by)))


def seen_of(order: ServiceOrder) -> Mapping[str, Filled]:
    """What the reader has seen and therefore need not name: the work, the fee, the application."""
    seen = {"countersign": Filled(given={"work": str(order.work)})}
    if order.cost:
        seen["sign_fee"] = Filled(given={"fee": str(order.cost.id)})
    if order.remote:
        seen["approve_remote"] = Filled(given={"application": str(order.remote.id)})
    return seen


def _stop(stop: Stop, zone: ZoneInfo) -> ShownStop:
    time = f"{stop.appointment.begins.astimezone(zone):%H:%M}" if stop.appointment else _("未约")
    parts = (f"{each.part_no}×{each.quantity}" for each in stop.parts)
    return ShownStop(stop, time, listed((*stop.tools, *stop.materials, *parts)))
