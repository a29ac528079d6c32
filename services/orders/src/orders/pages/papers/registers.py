"""The registers of orders: released projects, signed contracts, uses of the seal, exceptions."""

from datetime import time

from orders.api.contracts import SealRow
from orders.api.views import ExceptionView, ListedOrder
from orders.domain.order import ENDS
from orders.domain.parts.titles import EXCEPTIONS, PAYMENTS
from orders.domain.route import ROUTES
from orders.pages.words import KINDS
from orders.store import Exceptions, Orders
from shared.calendar import Calendar
from shared.pages.figures import Days
from shared.pages.papers import INTERNAL, Box, Boxes, Grid, Paper, Press, precise
from shared.pages.words import day, money
from shared.store import Between


async def project_register(orders: Orders, days: Days) -> Paper:
    """One line for each released order, in the order of their release."""
    released = {"released_on": Between(days.first, days.end)}
    rows = [
        (
            day(row.released_on),
            row.order_no,
            row.contract.no or "",
            row.customer,
            KINDS[row.kind],
            row.region or "",
            row.sales_owner or "",
            day(row.ship_on),
            _stage(row),
        )
        async for row in orders.each_row(ListedOrder, released, sort="released_on")
    ]
    heads = ("下单", "订单", "合同", "客户", "类别", "区域", "客户经理", "承诺发货", "进度")
    return Paper("工程登记表", _of(days), (Grid("", heads, tuple(rows)), _signed()), mark=INTERNAL, wide=True)


async def contract_ledger(orders: Orders, days: Days) -> Paper:
    """One line for each signed contract in its valid revision, by day of signing."""
    signed = {"contract.signed_on.on": Between(days.first, days.end)}
    rows = [
        (
            precise(row.contract.signed_on),
            row.contract.no or "",
            row.order_no,
            row.customer,
            str(row.contract.revision),
            money(row.total),
            "\n".join(
                f"{PAYMENTS[each.kind]}{money(each.amount)} {day(each.due_on)}".strip() for each in row.contract.terms
            ),
            day(row.contract.ship_on),
            row.sales_owner or "",
        )
        async for row in orders.each_row(ListedOrder, signed, sort="contract.signed_on.on")
    ]
    heads = ("签订", "合同", "订单", "客户", "版次", "金额", "付款约定", "发货日期", "客户经理")
    grid = Grid("", heads, tuple(rows), frozenset({4, 5}))
    return Paper("销售合同管理台账", _of(days), (grid, _signed()), mark=INTERNAL, wide=True)


async def seal_log(orders: Orders, days: Days, press: Press) -> Paper:
    """One line for each use of the seal."""
    signed = {"contract.signed_on.on": Between(days.first, days.end)}
    rows = [
        (press.at(use.at), row.contract_no or "", row.order_no, use.purpose, use.staff)
        async for row in orders.each_row(SealRow, signed, sort="contract.signed_on.on")
        for use in row.seals
    ]
    heads = ("用印时间", "合同", "订单", "用途", "用印人")
    return Paper("合同印章使用登记表", _of(days), (Grid("", heads, tuple(rows)), _signed()), mark=INTERNAL)


async def exception_sheet(exceptions: Exceptions, days: Days, calendar: Calendar, press: Press) -> Paper:
    """What has no solution yet, the oldest first, then what was resolved in these days."""
    within = Between(calendar.moment(days.first, time()), calendar.moment(days.end, time()))
    unsolved = [row async for row in exceptions.each_row(ExceptionView, {"stage": "open"}, sort="raised_at")]
    solved = [row async for row in exceptions.each_row(ExceptionView, {"resolved_at": within}, sort="resolved_at")]
    heads = ("提出", "订单", "类别", "情况", "提出人", "解决办法", "解决")
    rows = tuple(_exception(row, press) for row in (*unsolved, *solved))
    sums = (Box("未解决", f"{len(unsolved)}项"), Box("期内已解决", f"{len(solved)}项"))
    return Paper("异常反馈表", _of(days), (sums, Grid("", heads, rows), _signed()), mark=INTERNAL, wide=True)


def _exception(row: ExceptionView, press: Press) -> tuple[str, ...]:
    solved = f"{row.resolved_by} {press.at(row.resolved_at)}" if row.resolved_at else ""
    what = (press.at(row.raised_at), row.order_no, EXCEPTIONS[row.kind], row.detail, row.raised_by)
    return (*what, row.resolution or "", solved)


def _stage(row: ListedOrder) -> str:
    stage = ROUTES[row.route_name].version(row.route_version).stage(row.stage)
    return stage.title if stage else ENDS[row.stage]


def _of(days: Days) -> str:
    return f"{day(days.first)}至{day(days.last)}"


def _signed() -> Boxes:
    return (Box("制表", signed=""),)
