"""Collecting the month's closed service orders and handing them to finance (001 售后六c)."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from aftersales.domain.parts.entry import Entry
from aftersales.domain.parts.money import CURRENCY
from aftersales.domain.policy.policy import Rules
from aftersales.domain.settlement import Settlement
from shared.aggregate import Cause, Change, Refused, at_most
from shared.clocks import Matter
from shared.contracts.aftersales import AftersalesReportPublished, MonthlyAftersalesSettled, ServiceOrderClosed
from shared.contracts.event import Money
from shared.contracts.roles import Role


def add(
    settlement: Settlement, closed: ServiceOrderClosed, repeated: bool, rules: Rules, cause: Cause
) -> Change[Settlement]:
    """A service order is closed and has to be settled by the due day; the same one again changes nothing.

    `repeated` says that a service for the same goods was closed within the policy's days before.
    """
    if any(entry.service_order_id == closed.service_order_id for entry in settlement.services):
        return Change(settlement)
    return _added(settlement, Entry.of(closed, repeated=repeated), rules, cause)


def add_money(settlement: Settlement, money: Entry, rules: Rules, cause: Cause) -> Change[Settlement]:
    """What a service that was called off cost and brought, and what was paid back, goes to finance by the due day.

    The same once more changes nothing.
    """
    if any(entry.but(settled_at=None) == money for entry in settlement.entries):
        return Change(settlement)
    return _added(settlement, money, rules, cause)


def _added(settlement: Settlement, entry: Entry, rules: Rules, cause: Cause) -> Change[Settlement]:
    settlement.must("add")
    added = settlement.but(stage="open", entries=(*settlement.entries, entry))
    policy = rules.of(settlement)
    if added.clock(policy.settlement.name):
        return Change(added)
    return rules.clocks.start(policy.settlement, Matter(about=added.month), cause, policy=policy)(added)


def settle(settlement: Settlement, handover: UUID, rules: Rules, cause: Cause) -> Change[Settlement]:
    """Vouchers and forms go to finance together (001 售后六c). Refused when there is nothing to hand over.

    `handover` names the vouchers that were seen; where they are others meanwhile, none goes (`settlement_changed`).
    """
    settlement.must("settle")
    if settlement.handover != handover:
        raise Refused(
            f"{len(settlement.open)} vouchers of {settlement.month} are to be handed over now, others than were seen: "
            f"look at them and name {settlement.handover}",
            "settlement_changed",
        )
    settled = MonthlyAftersalesSettled(
        month=settlement.month,
        voucher_nos=tuple(dict.fromkeys(entry.voucher_no for entry in settlement.open)),
        free_total=_total(entry.free for entry in settlement.open),
        paid_total=_total(entry.paid for entry in settlement.open),
        handed_over_at=cause.at,
    )
    entries = tuple(entry if entry.settled_at else entry.but(settled_at=cause.at) for entry in settlement.entries)
    handed_over = settlement.but(stage="handed_over", entries=entries, handed_over_by=cause.actor.id)
    clock = rules.of(settlement).settlement
    return Change(handed_over, (settled,)).then(rules.clocks.stop(clock.name, cause=cause))


def publish_statistics(settlement: Settlement, cause: Cause) -> Change[Settlement]:
    """Customer service has compiled the month's table, and its readers hear where it is (001 售后六b)."""
    settlement.must("publish_statistics")
    published = AftersalesReportPublished(
        report_id=cause.derive("report"),
        kind="aftersales_monthly",
        title="售后统计表",
        period=settlement.month,
        path=f"/settlements/{settlement.month}/table.csv",
        figures=settlement.figures,
        audience=(Role.CS_MANAGER, Role.FINANCE),
    )
    return Change(settlement, (published,))


def _total(amounts: Iterable[Money]) -> Money:
    return at_most(sum((amount.amount for amount in amounts), Decimal()), CURRENCY)
