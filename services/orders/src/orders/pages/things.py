"""The pages of duties beside the order itself: something that went wrong with one, and a check of the stock."""

from collections.abc import Sequence

from fastapi import APIRouter

from orders.api.readers import ORDERS, STOCK
from orders.domain.exception import OrderException
from orders.domain.lifecycle import EXCEPTION, STOCK_CHECK
from orders.domain.parts.titles import EXCEPTIONS
from orders.domain.policy.policy import Rules
from orders.domain.stock_check import StockCheck
from orders.pages.words import EXCEPTION_STAGES, RESOLVING, STOCK_CHECK_KINDS, STOCK_CHECK_STAGES, STOCK_CHECKING
from orders.store import Stores
from shared.calendar import Calendar
from shared.language import _, listed
from shared.pages.forms import Forms
from shared.pages.rendering import Renderer
from shared.pages.thing import ShownThing, ThingPages, Titled, told_at


def routes(stores: Stores, rules: Rules, asked: Sequence[APIRouter], render: Renderer) -> Sequence[APIRouter]:
    """The page of each such duty."""
    pages = ThingPages(rules.calendar, render)
    about_exceptions = Forms("orders", "/exceptions/{exception_id}", asked, RESOLVING)
    about_checks = Forms("orders", "/stock-checks/{check_id}", asked, STOCK_CHECKING)
    return (
        pages.of("exceptions", stores.exceptions, ORDERS, about_exceptions, _exception),
        pages.of("stock-checks", stores.stock_checks, STOCK, about_checks, _check),
    )


def _exception(entry: OrderException, calendar: Calendar) -> ShownThing:
    solved = " ".join(filter(None, (entry.resolved_by, told_at(entry.resolved_at, calendar))))
    return ShownThing(
        _("订单{no}的异常").format(no=entry.order_no),
        _(EXCEPTION_STAGES[entry.stage]),
        EXCEPTION.possible(entry.stage),
        (
            Titled(_("类别"), _(EXCEPTIONS[entry.kind])),
            Titled(_("提出"), f"{entry.raised_by} {told_at(entry.raised_at, calendar)}"),
            Titled(_("解决"), solved),
        ),
        (Titled(_("发生了什么"), entry.detail), Titled(_("解决办法"), entry.resolution or "")),
    )


def _check(check: StockCheck, calendar: Calendar) -> ShownThing:
    told = _("{goods}：账面{expected}，实际{found}")
    found = [told.format(**each.model_dump()) for each in check.findings]
    reported = " ".join(filter(None, (check.reported_by, told_at(check.reported_at, calendar))))
    return ShownThing(
        _(STOCK_CHECK_KINDS[check.kind]),
        _(STOCK_CHECK_STAGES[check.stage]),
        STOCK_CHECK.possible(check.stage),
        (
            Titled(_("货物"), check.goods),
            Titled(_("最晚"), check.until.isoformat()),
            Titled(_("提出"), f"{check.asked_by} {told_at(check.asked_at, calendar)}"),
            Titled(_("结果"), listed(found)),
            Titled(_("报告"), reported),
        ),
        (Titled(_("为什么要查"), check.reason),),
    )
