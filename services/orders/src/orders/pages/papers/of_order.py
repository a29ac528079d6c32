"""The papers of one order: the notices by which it is ordered, and the note that goes with its goods."""

from orders.domain.order import Order
from orders.domain.parts.drawing import Drawing
from orders.domain.parts.shipment import DeliveryNote
from orders.pages.words import DRAWING_STAGES, DRAWINGS, KINDS
from shared.pages.papers import INTERNAL, Box, Boxes, Grid, Paper, Press, precise, ticked
from shared.pages.words import day


def order_notice(order: Order, press: Press) -> Paper:
    """What is to be made, for whom and by when, without a price; prepared, reviewed and approved by three people."""
    notice = order.notice
    return Paper(
        "下单通知书",
        order.order_no,
        (
            *_about(order),
            _goods(order),
            (Box("编制", signed=press.signed(notice.prepared)),),
            (Box("审核", signed=press.signed(notice.reviewed)),),
            (Box("批准", signed=press.signed(notice.approved)),),
        ),
        mark=INTERNAL,
        note="编制、审核、批准由三人分别签字，签齐后方可下单。",
    )


def design_notice(order: Order, drawing: Drawing, press: Press) -> Paper:
    """Which drawing design is to make, how far it is, and whose signature sent it there."""
    return Paper(
        f"设计图纸下单通知书（{DRAWINGS[drawing.kind]}）",
        order.order_no,
        (
            *_about(order),
            _goods(order),
            (Box("标准套餐", "、".join(drawing.packages)),),
            (Box("进度", ticked(DRAWING_STAGES, drawing.stage)),),
            (Box("版本", f"第{drawing.version}版" if drawing.version else ""), Box("图纸", "\n".join(drawing.files))),
            (Box("审核意见", drawing.notes, tall=True),),
            (Box("下单批准", signed=press.signed(order.notice.approved)),),
            (Box("设计", signed=drawing.designer or ""),),
        ),
        mark=INTERNAL,
    )


def delivery_note(order: Order, note: DeliveryNote, press: Press) -> Paper:
    """What goes along, where to, and room for those who hand it over and receive it."""
    sent = order.shipment.noted(note.no)
    customer = order.customer
    return Paper(
        "送货单",
        note.no,
        (
            (
                Box("客户", customer.name),
                Box("联系人", customer.contact_name or ""),
                Box("电话", customer.mobile or ""),
            ),
            (Box("送货地址", order.site_address or ""),),
            (Box("订单编号", order.order_no), Box("合同编号", order.contract.no or "")),
            (Box("承运方", (sent and sent.carrier) or ""), Box("发出", press.at(sent.left_at) if sent else "")),
            Grid(
                "货物",
                ("货物", "数量", "单位", "实收数量"),
                tuple((each.what, str(each.quantity), each.unit, "") for each in note.parts),
                frozenset({1, 3}),
            ),
            (Box("开单", signed=f"{note.issued_by} {press.at(note.issued_at)}"),),
            (Box("仓库发货", signed=""),),
            (Box("承运签收", signed=""),),
            (Box("客户签收", "货物数量与外观已清点：☐完好　☐短缺或破损，说明：", tall=True, signed=""),),
        ),
        copies=("第一联　仓库存底", "第二联　客户留存", "第三联　客户签收后带回"),
    )


def _about(order: Order) -> tuple[Boxes, ...]:
    customer, contract = order.customer, order.contract
    return (
        (Box("客户", customer.name), Box("类别", ticked(KINDS, order.kind))),
        (
            Box("合同编号", contract.no or ""),
            Box("签订", precise(contract.signed_on)),
            Box("版次", str(contract.revision or "")),
        ),
        (Box("工程地址", order.site_address or ""),),
        (
            Box("联系人", customer.contact_name or ""),
            Box("电话", customer.mobile or ""),
            Box("客户经理", order.sales_owner or ""),
        ),
        (Box("下单", day(order.placed_on)), Box("要求发货", day(order.ship_on))),
    )


def _goods(order: Order) -> Grid:
    return Grid(
        "产品",
        ("型号", "产品", "规格", "数量", "单位", "特殊要求"),
        tuple(
            (each.sku or "", each.description, each.spec or "", str(each.quantity), each.unit, each.special_spec or "")
            for each in order.lines
        ),
        frozenset({3}),
    )
