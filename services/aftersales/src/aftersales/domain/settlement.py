"""The vouchers of a month that go to finance together (001 售后六c)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid5

from aftersales.domain.policy import AftersalesPolicy
from shared.aggregate import Aggregate, Change, Refused
from shared.contracts.aftersales import (
    DeadlineMissedByAftersales,
    DeadlineSetByAftersales,
    MonthlyAftersalesSettled,
    ServiceOrderClosed,
)
from shared.contracts.deadline import RunningDeadline
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import Line, Month, ServiceOrderId, StaffId

SETTLEMENT = "settlement"
_SETTLEMENTS = uuid5(NAMESPACE_URL, "urn:kefu:aftersales-settlement")


class Entry(Part):
    """One closed service order: what it cost us free of charge, or what the customer was charged."""

    service_order_id: ServiceOrderId
    voucher_no: Line
    free: Money
    paid: Money
    settled_at: Instant | None = None

    @classmethod
    def of(cls, closed: ServiceOrderClosed) -> Self:
        """The entry of a closed service order."""
        nothing = Money(amount=Decimal(0))
        return cls(
            service_order_id=closed.service_order_id,
            voucher_no=closed.voucher_no,
            free=nothing if closed.charged else closed.cost or nothing,
            paid=closed.charged or nothing,
        )


class Settlement(Aggregate):
    """What is closed between two settlement days. What is closed after handing over is handed over once more."""

    month: Month
    entries: tuple[Entry, ...] = ()
    handed_over_by: StaffId | None = None

    @classmethod
    def id_of(cls, month: Month) -> UUID:
        """The id of a month's settlement."""
        return uuid5(_SETTLEMENTS, month)

    @classmethod
    def at(cls, closed_at: datetime, policy: AftersalesPolicy) -> Self:
        """The empty settlement into which an order goes that is closed at this moment: that of the next due day."""
        last = policy.settlement.due(closed_at, policy.calendar) - timedelta(microseconds=1)
        month = f"{policy.calendar.local(last):%Y-%m}"
        return cls(id=cls.id_of(month), month=month)

    @property
    def open(self) -> tuple[Entry, ...]:
        """What has not been handed over yet."""
        return tuple(entry for entry in self.entries if entry.settled_at is None)

    def add(self, closed: ServiceOrderClosed, policy: AftersalesPolicy) -> Change[Self]:
        """A service order is closed and has to be settled by the due day; the same one again changes nothing."""
        if any(entry.service_order_id == closed.service_order_id for entry in self.entries):
            return Change(self)
        added = self.but(entries=(*self.entries, Entry.of(closed)))
        if added.deadline(SETTLEMENT) is not None:
            return Change(added)
        due_at = policy.settlement.due(closed.closed_at, policy.calendar)
        announced = DeadlineSetByAftersales(policy_version=policy.settlement.version, **self._clock(policy, due_at))
        return Change(added.awaiting(SETTLEMENT, due_at), (announced,))

    def settle(self, by: StaffId, at: datetime) -> Change[Self]:
        """Vouchers and forms go to finance together. Refused when there is nothing to hand over."""
        if not self.open:
            raise Refused(f"nothing of {self.month} is left to hand over", "nothing_to_settle")
        settled = MonthlyAftersalesSettled(
            month=self.month,
            voucher_nos=tuple(entry.voucher_no for entry in self.open),
            free_total=_total(entry.free for entry in self.open),
            paid_total=_total(entry.paid for entry in self.open),
            handed_over_at=at,
        )
        entries = tuple(
            entry if entry.settled_at else entry.model_copy(update={"settled_at": at}) for entry in self.entries
        )
        return Change(self.done_with(SETTLEMENT).but(entries=entries, handed_over_by=by), (settled,))

    def miss(self, policy: AftersalesPolicy, at: datetime) -> Change[Self]:
        """The due day is over and something has not been handed over."""
        missed = DeadlineMissedByAftersales(
            supervisor_role=policy.settlement.supervisor_role, **self._clock(policy, at)
        )
        return Change(self, (missed,))

    def _clock(self, policy: AftersalesPolicy, due_at: datetime) -> dict[str, object]:
        clock = policy.settlement
        return RunningDeadline(
            deadline_id=uuid5(self.id, f"{clock.name}@{due_at.isoformat()}"),
            kind=clock.name,
            about=self.month,
            due_at=due_at,
            assignee_role=clock.assignee_role,
        ).model_dump()


def _total(amounts: Iterable[Money]) -> Money:
    return Money(amount=sum((amount.amount for amount in amounts), start=Decimal(0)))
