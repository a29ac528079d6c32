"""The month's tables for finance: the same state gives the same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from aftersales.api.accounts import Account
from aftersales.domain.parts.entry import Entry, Share
from aftersales.domain.parts.money import Payment
from aftersales.domain.parts.titles import FAULTS, MODES
from shared.calendar import Calendar
from shared.contracts.aftersales import Material
from shared.contracts.event import Money
from shared.sheets import Sheet, SheetCell

_SHARES: Mapping[Share, str] = MappingProxyType(
    {"in_warranty": "保修期内", "beyond_warranty": "保修期外", "warranty_uncertain": "保修不确定", "internal": "内务"}
)
_COSTS = tuple(f"{share}成本" for share in _SHARES.values())
"""The columns in which a service's cost stands once more, in one of them: together they are the column of all costs."""
_TABLE = (
    "凭证编号",
    "服务类型",
    "客户名称",
    "产品",
    "责任",
    "成本",
    "免费金额",
    "收费金额",
    "完成时间",
    "结算时间",
    "保修",
    "服务人员",
    "上门次数",
    "重复报修",
    "类型名称",
    "内务物料",
    *_COSTS,
)
_MOVED = {"received": "入库", "issued": "发放"}
_MONEY = ("凭证编号", "类别", "金额", "时间", "经办", "备注")


def settlement_table(entries: Iterable[Entry], calendar: Calendar) -> Sheet:
    """The month's vouchers, by number: what each cost us, by its warranty, and what it brought (001 售后六b).

    Moments are told as local time.
    """
    rows = [
        (
            entry.voucher_no,
            entry.type,
            entry.customer_name,
            entry.item,
            FAULTS[entry.fault] if entry.fault else None,
            entry.cost.amount if entry.cost else None,
            entry.free.amount,
            entry.paid.amount,
            "已取消" if entry.called_off else _told(entry.closed_at, calendar),
            _told(entry.settled_at, calendar),
            _SHARES[entry.share],
            "、".join(entry.crew) or None,
            entry.visits,
            "是" if entry.repeated else "否",
            entry.type_label,
            _moved(entry.materials),
            *(entry.cost.amount if entry.cost and entry.share == share else None for share in _SHARES),
        )
        for entry in sorted(entries, key=lambda each: each.voucher_no)
    ]
    return Sheet(_TABLE, rows, frozenset({"成本", "免费金额", "收费金额", *_COSTS}))


def money_table(accounts: Iterable[Account], called_off: Iterable[Entry], calendar: Calendar) -> Sheet:
    """Every fact about money of these vouchers, in and out: cost, charge, payments, expenses and refunds (003 §3).

    Moments are told as local time.
    """
    facts = [
        *(row for account in accounts for row in _facts(account, calendar)),
        *(row for entry in called_off for row in _paid_and_back(entry, calendar)),
    ]
    return Sheet(_MONEY, sorted(facts, key=lambda row: str(row[0])), frozenset({"金额"}))


def _told(at: datetime | None, calendar: Calendar) -> str | None:
    return f"{calendar.local(at):%Y-%m-%d %H:%M}" if at else None


def _moved(materials: Iterable[Material]) -> str | None:
    told = (
        f"{each.name} {_MOVED[each.moved]} {each.quantity}" + (f"（{each.to}）" if each.to else "")
        for each in materials
    )
    return "；".join(told) or None


def _facts(account: Account, calendar: Calendar) -> Iterable[Sequence[SheetCell]]:
    order, no = account.order, account.order.voucher_no
    if account.ended_here and (cost := order.cost):
        parts: tuple[tuple[str, Money], ...] = (
            ("材料成本", cost.material),
            ("运输费用", cost.transport),
            ("人工费用", cost.labour),
            ("差旅费用", cost.travel),
        )
        yield from ((no, kind, money.amount, None, cost.by, None) for kind, money in parts)
    if account.ended_here and order.charge and order.stage != "called_off":
        yield (no, "应收", order.charge.amount.amount, None, None, MODES[order.charge.mode])
    yield from (_received(no, payment, calendar) for payment in account.payments)
    for expense in account.expenses:
        yield (no, "报销", expense.amount.amount, _told(expense.at, calendar), expense.by, expense.reason)


def _paid_and_back(entry: Entry, calendar: Calendar) -> Iterable[Sequence[SheetCell]]:
    """What came in for a service after it was called off, and what went back to a customer."""
    yield from (_received(entry.voucher_no, payment, calendar) for payment in entry.payments if payment.late)
    if back := entry.refund:
        yield (entry.voucher_no, "退款", back.amount.amount, _told(back.at, calendar), back.by, back.reference)


def _received(no: str, payment: Payment, calendar: Calendar) -> Sequence[SheetCell]:
    return (no, "实收", payment.amount.amount, _told(payment.at, calendar), payment.by, payment.invoice_no)
