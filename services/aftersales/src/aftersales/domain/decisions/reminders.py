"""When a customer is reminded of the end of a warranty, and of looking after the goods (002 三3, 001 售后四b)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.parts.finding import earliest_end
from aftersales.domain.parts.reminder import EXPIRY, MAINTENANCE
from aftersales.domain.policy.policy import CARES_APART, Maintenance, Rules
from shared.aggregate import Cause, Change
from shared.calendar import months_later
from shared.contracts.aftersales import MaintenanceReminderDue, WarrantyExpiring


def plan_reminders(order: CoveredOrder, rules: Rules, cause: Cause) -> Change[CoveredOrder]:
    """Set the next reminders of goods that were accepted; an order that was cancelled has none.

    A moment that has passed is not made up for.
    """
    planned = order.done_with(EXPIRY, MAINTENANCE)
    if order.accepted_on is None or order.customer is None or order.cancelled:
        return Change(planned)
    if planned.policy_version is None:
        planned = planned.but(policy_version=rules.on(cause.at).version)
    if (expiry := _expiry_told_at(planned, rules, cause.at)) and expiry > cause.at:
        planned = planned.awaiting(EXPIRY, expiry)
    if upcoming := _next_maintenance(planned, rules, cause.at):
        planned = planned.awaiting(MAINTENANCE, upcoming)
    return Change(planned)


def announce_expiry(order: CoveredOrder, rules: Rules, cause: Cause) -> Change[CoveredOrder]:
    """The warranty ends soon: on the day that a person decided, or else by the rule.

    Of a contract whose day is unknown, the earliest day that it can end is named.

    After a standstill nothing is said about a warranty that has ended already.
    """
    ends = _last_day(order, rules, cause.at)
    told_on = rules.calendar.day(cause.now)
    if ends is None or told_on > ends or order.customer is None:
        return Change(order)
    return Change(order).announcing(WarrantyExpiring.of(order.about, customer=order.customer, expires_on=ends))


def announce_maintenance(order: CoveredOrder, rules: Rules, cause: Cause) -> Change[CoveredOrder]:
    """It is time to look after some of the goods, or all of them; the next time is set.

    What falls on one day is told together.
    """
    due_on = rules.calendar.day(cause.at)
    due = [each.care for each in _cares(order, rules, cause.at) if due_on in _days(order, each)]
    upcoming = _next_maintenance(order, rules, cause.at)
    planned = order.awaiting(MAINTENANCE, upcoming) if upcoming else order
    if not due or order.customer is None:
        return Change(planned)
    care = CARES_APART.join(dict.fromkeys(due))
    return Change(planned).announcing(
        MaintenanceReminderDue.of(order.about, customer=order.customer, due_on=due_on, care=care)
    )


def _last_day(order: CoveredOrder, rules: Rules, at: datetime) -> date | None:
    if order.decided is not None and order.decided.until is not None:
        return order.decided.until
    today = rules.calendar.day(at)
    return earliest_end(rules.on(at).warranty, order.covered(today), today)


def _expiry_told_at(order: CoveredOrder, rules: Rules, at: datetime) -> datetime | None:
    reminders, ends = rules.of_or_on(order, at).reminders, _last_day(order, rules, at)
    if ends is None:
        return None
    return rules.calendar.moment(ends - timedelta(days=reminders.days_before_expiry), reminders.at)


def _cares(order: CoveredOrder, rules: Rules, at: datetime) -> tuple[Maintenance, ...]:
    """What each of the goods has to be looked after by; an order of which no goods are known counts as one."""
    entries = rules.of_or_on(order, at).maintenance
    found = [next((each for each in entries if each.concerns(good)), None) for good in order.goods or ("",)]
    return tuple(each for each in entries if each in found)


def _next_maintenance(order: CoveredOrder, rules: Rules, at: datetime) -> datetime | None:
    told_at = rules.of_or_on(order, at).reminders.at
    days = (day for each in _cares(order, rules, at) for day in _days(order, each))
    moments = (rules.calendar.moment(day, told_at) for day in days)
    return min((moment for moment in moments if moment > at), default=None)


def _days(order: CoveredOrder, care: Maintenance) -> Iterator[date]:
    if order.accepted_on is None:
        return
    for months in range(care.every_months, care.for_months + 1, care.every_months):
        yield months_later(order.accepted_on, months)
