"""The table of a month's vouchers for finance (001 售后六c)."""

from decimal import Decimal

from aftersales.domain.settlement import Settlement
from aftersales.pages.words import COSTS, SETTLEMENTS, TYPES, VERDICTS
from shared.pages.papers import Box, Grid, Paper, Press, yes_or_no
from shared.pages.words import money

_HEADS = ("凭证", "类型", "客户", "产品", "保修", "服务人员", "次数", "成本", "免费", "收费", "完成")


def settlement_sheet(settlement: Settlement, press: Press) -> Paper:
    """Each voucher with what it cost and brought, the sums, and the signatures of both departments."""
    entries = sorted(settlement.costly, key=lambda each: each.voucher_no)
    rows = tuple(
        (
            each.voucher_no,
            TYPES[each.type] if each.type else "",
            each.customer_name or "",
            each.item or "",
            VERDICTS[each.verdict] if each.verdict else "",
            "、".join(each.crew),
            str(each.visits or ""),
            money(each.cost),
            money(each.free),
            money(each.paid),
            "已取消" if each.called_off else press.at(each.closed_at)[:10],
        )
        for each in entries
    )
    cost = sum((each.cost.amount for each in entries if each.cost), Decimal(0))
    free = sum((each.free.amount for each in entries), Decimal(0))
    paid = sum((each.paid.amount for each in entries), Decimal(0))
    return Paper(
        "售后服务结算表",
        settlement.month,
        (
            (
                Box("凭证", f"{len(entries)}张，其中{len(settlement.open_services)}张未移交{_besides(settlement)}"),
                Box("状态", SETTLEMENTS[settlement.stage]),
            ),
            Grid("", _HEADS, rows, frozenset({6, 7, 8, 9})),
            *_called_off(settlement, press),
            (Box("成本合计", money(cost)), Box("免费合计", money(free)), Box("收费合计", money(paid))),
            tuple(Box(COSTS[share], money(amount)) for share, amount in settlement.costs.items()),
            (Box("客服部移交", settlement.handed_over_by or "", signed=""),),
            (Box("财务部核对", yes_or_no(None, "相符", "不符"), signed=""),),
        ),
        copies=("第一联　客服部存", "第二联　财务部存"),
        wide=True,
    )


def _besides(settlement: Settlement) -> str:
    """How many lines of money alone there are besides."""
    return f"；另有取消、多付的收退款{len(settlement.money)}笔" if settlement.money else ""


def _called_off(settlement: Settlement, press: Press) -> tuple[Grid, ...]:
    """What came in for services that were called off, and what went back; nothing where there is none."""
    rows = [
        *(
            (each.voucher_no, each.customer_name or "", money(paid.amount), "", press.at(paid.at)[:10], paid.by or "")
            for each in settlement.money
            for paid in each.payments
        ),
        *(
            (
                each.voucher_no,
                each.customer_name or "",
                "",
                money(each.refund.amount),
                press.at(each.refund.at)[:10],
                each.refund.by,
            )
            for each in settlement.money
            if each.refund
        ),
    ]
    heads = ("凭证", "客户", "实收", "退款", "日期", "经办")
    return (Grid("取消、多付的收款和退款", heads, tuple(sorted(rows)), frozenset({2, 3})),) if rows else ()
