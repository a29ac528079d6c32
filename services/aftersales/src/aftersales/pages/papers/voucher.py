"""The voucher of a service, and the application for one out of town (003 §7-§12)."""

from aftersales.domain.parts.service import Visit
from aftersales.domain.parts.titles import MODES
from aftersales.domain.parts.trip import Appointment, Remote
from aftersales.domain.service_order import ServiceOrder
from aftersales.pages.papers.form import payer
from aftersales.pages.words import TYPES
from shared.contracts.roles import Role
from shared.pages.papers import Box, Boxes, Grid, Paper, Press, ticked, yes_or_no
from shared.pages.words import money


def voucher(order: ServiceOrder, exception_owner: Role | None, press: Press) -> Paper:
    """Whom to visit and why, what was done and used, what it costs, and the customer's signature.

    `exception_owner` answers for a service that is free although the warranty has ended.
    """
    return Paper(
        "服务凭证",
        order.voucher_no,
        (
            *_asked(order, exception_owner, press),
            *_done(order, press),
            _material(order),
            *_paid(order, press),
            *_signed(order, press),
        ),
        copies=("第一联　客服部存档", "第二联　客户留存"),
        note="客户签字后方可离开；凭证当日交回客服部。",
    )


def application(order: ServiceOrder, remote: Remote, press: Press) -> Paper:
    """Where to, at what expense, and the manager's approval."""
    return Paper(
        "异地服务申请单",
        order.voucher_no,
        (
            (Box("客户", order.customer.name if order.customer else "内部"), Box("服务地点", remote.place)),
            (Box("服务内容", order.content, tall=True),),
            (Box("预计差旅费", money(remote.estimated_travel)), Box("服务人员", order.technician or "未派")),
            (Box("申请", signed=press.signed(remote)),),
            (Box("经理批准", signed=press.signed(remote.approval)),),
        ),
        note="批准后方可出发。",
    )


def _asked(order: ServiceOrder, exception_owner: Role | None, press: Press) -> tuple[Boxes, ...]:
    customer = order.customer
    opinion = order.opinion
    brought = "、".join((*opinion.tools, *opinion.materials)) if opinion else ""
    return (
        (
            Box("客户名称", customer.name if customer else "内部"),
            Box("联系人", (customer and customer.contact_name) or ""),
            Box("电话", (customer and customer.mobile) or ""),
        ),
        (Box("地址", order.address or ""),),
        (
            Box("服务类型", ticked(TYPES, order.type)),
            Box("费用", payer(order.charge_policy, exception_owner)),
        ),
        (
            Box("登记编号", order.register_no or ""),
            Box("订单编号", order.order_no or ""),
            Box("开单", press.at(order.opened_at)),
        ),
        (Box("服务内容", order.content, tall=True),),
        (Box("处理意见", opinion.opinion if opinion else ""), Box("携带", brought)),
        (Box("预约", _window(order.appointment, press)), Box("服务人员", order.technician or "")),
    )


def _window(appointment: Appointment | None, press: Press) -> str:
    if appointment is None:
        return ""
    return f"{press.at(appointment.begins)}至{press.at(appointment.ends)[-5:]}，与{appointment.agreed_with}约定"


def _done(order: ServiceOrder, press: Press) -> tuple[Boxes, ...]:
    visits = tuple(
        (Box(f"第{number}次上门", _visited(each, press), signed=each.technician),)
        for number, each in enumerate(order.visits, start=1)
    )
    return visits or ((Box("上门", "到达　　　　　离开　　　　　☐已解决　☐未解决", signed=""),),)


def _visited(visit: Visit, press: Press) -> str:
    resolved = yes_or_no(visit.resolved, "已解决", "未解决")
    return f"{press.at(visit.started_at)}至{press.at(visit.ended_at)}　{resolved}\n{visit.work}"


def _material(order: ServiceOrder) -> Grid:
    lines = order.supply.lines if order.supply else ()
    rows = tuple((each.part_no, str(each.quantity), str(each.used)) for each in lines)
    return Grid("配件", ("料号", "领用", "使用"), rows, frozenset({1, 2}))


def _paid(order: ServiceOrder, press: Press) -> tuple[Boxes, ...]:
    charge = f"{money(order.charge.amount)}，{MODES[order.charge.mode]}" if order.charge else ""
    received = "；".join(
        " ".join(filter(None, (press.at(each.at), money(each.amount), each.invoice_no, each.by)))
        for each in order.payments
    )
    return ((Box("应收", charge), Box("实收", received)),)


def _signed(order: ServiceOrder, press: Press) -> tuple[Boxes, ...]:
    note = order.sign_off_note
    why = f"无签字文件：{note.no_file_because}" if note and note.no_file_because else ""
    return (
        (Box("执行人", order.execution.opinion if order.execution else "", signed=press.signed(order.execution)),),
        (Box("经理会签", signed=press.signed(order.countersignature)),),
        (
            Box(
                "客户签字",
                "\n".join(filter(None, ("问题已处理，现场已清理。", why))),
                signed=f"{note.signatory} {press.at(note.at)}" if note else "",
            ),
        ),
    )
