"""The customer feedback form: what was asked for, and the block of each role that handles it (001 表1)."""

from aftersales.domain.parts.blocks import Capacity
from aftersales.domain.parts.money import Cost
from aftersales.domain.parts.titles import FAULTS
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.service_request import ServiceRequest
from aftersales.pages.words import CAPACITIES, PAYERS, VERDICTS
from shared.contracts.aftersales import ChargePolicy
from shared.contracts.roles import Role
from shared.pages.papers import Box, Boxes, Paper, Press, precise, ticked
from shared.pages.words import day, money

MODES = {"plan": "按计划安排", "resolve_on_site": "现场解决"}


def feedback_form(request: ServiceRequest, order: ServiceOrder | None, press: Press) -> Paper:
    """The form of a request; `order` is the voucher on which its later blocks are written, if one was opened."""
    form, customer = request.form, request.form.customer
    expires = request.warranty.expires_on if request.warranty else None
    until = f"，到{day(expires)}" if expires else ""
    return Paper(
        "客户信息反馈表",
        request.register_no,
        (
            (
                Box("客户名称", customer.name),
                Box("联系人", customer.contact_name or ""),
                Box("电话", customer.mobile or ""),
            ),
            (Box("地址", form.address or ""), Box("填表日期", press.at(request.recorded_at))),
            (
                Box("合同", form.contract_no or ""),
                Box("合同日期", precise(form.contract_date)),
                Box("订单编号", form.order_no or ""),
            ),
            (
                Box("产品型号", form.model or ""),
                Box("规格", form.spec or ""),
                Box("购买日期", precise(form.purchased_on)),
            ),
            (Box("反馈内容", form.content or "", signed=form.salesman or request.recorded_by, tall=True),),
            (
                Box("保修", f"{VERDICTS[request.verdict]}{until}"),
                Box("费用承担", payer(request.charge_policy, request.exception_owner)),
            ),
            (Box("责任", ticked(FAULTS, request.fault)),),
            *written(order, press),
        ),
        copies=("客服部存",),
        note="资料不全的不予安排；先定费用，后派人员。",
    )


def payer(charge: ChargePolicy, owner: Role | None) -> str:
    """Who pays, and who answers for it where the service is free although the warranty has ended (001 备注1)."""
    return f"{PAYERS[charge]}，由{owner.chinese}负责" if owner else PAYERS[charge]


def written(order: ServiceOrder | None, press: Press) -> tuple[Boxes, ...]:
    """The blocks behind the salesman's, each signed by its role, or with room for a pen."""
    opinion, execution, result = (order.opinion, order.execution, order.result_block) if order else (None, None, None)
    mode = ticked(MODES, opinion.mode if opinion else None)
    by = f"；{day(opinion.handle_by)}前处理" if opinion and opinion.handle_by else ""
    brought = "、".join((*opinion.tools, *opinion.materials)) if opinion else ""
    said = opinion.opinion if opinion else ""
    return (
        (
            Box(
                "处理意见",
                "\n".join(filter(None, (f"{mode}{by}", said, f"带：{brought}" if brought else ""))),
                signed=press.signed(opinion),
            ),
        ),
        (Box("费用", _fee(order.cost if order else None), signed=_signatures(order, press)),),
        (
            Box(
                "执行情况",
                f"{execution.opinion}\n负责人：{execution.head}" if execution else "",
                signed=press.signed(execution),
            ),
        ),
        (Box("处理结果", result.feedback if result else "", signed=press.signed(result)),),
    )


def _fee(cost: Cost | None) -> str:
    if cost is None:
        return ""
    return (
        f"材料{money(cost.material)}　运输{money(cost.transport)}　人工{money(cost.labour)}　"
        f"差旅{money(cost.travel)}　合计{money(cost.total)}"
    )


def _signatures(order: ServiceOrder | None, press: Press) -> str:
    """Who signed the fee in which capacity; as long as one is missing there is room for a pen."""
    if order is None or not order.fee_needs:
        return press.signed(order.fee_signatures[-1]) if order and order.fee_signatures else ""
    signed: dict[Capacity, str] = {each.capacity: press.signed(each) for each in order.fee_signatures}
    return "\n".join(
        f"{CAPACITIES[each]}：{signed.get(each, '　　　　　　　年　　月　　日')}" for each in order.fee_needs
    )
