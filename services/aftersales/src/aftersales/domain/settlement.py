"""The vouchers of a month that go to finance together (001 售后六c)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self, get_args
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import JsonValue

from aftersales.domain.lifecycle import SETTLEMENT, SettlementDecision, SettlementStage
from aftersales.domain.parts.entry import Entry, Share
from aftersales.domain.policy.policy import Rules
from shared.clocks import Timed
from shared.contracts.event import Money
from shared.contracts.vocabulary import Month, StaffId
from shared.lifecycle import IllegalTransition, follows

NOT_KNOWN = "unknown"
"""Where a service is counted whose cause or product is not known."""
_SETTLEMENTS = uuid5(NAMESPACE_URL, "urn:kefu:aftersales-settlement")


class NothingToSettle(IllegalTransition):
    """A month of which every voucher has gone to finance already."""

    code = "nothing_to_settle"


@follows(SETTLEMENT)
class Settlement(Timed):
    """What is closed between two settlement days. What is closed after handing over is handed over once more."""

    month: Month
    stage: SettlementStage = SETTLEMENT.start
    policy_version: int
    entries: tuple[Entry, ...] = ()
    handed_over_by: StaffId | None = None

    @classmethod
    def id_of(cls, month: Month) -> UUID:
        """The id of a month's settlement."""
        return uuid5(_SETTLEMENTS, month)

    @classmethod
    def at(cls, closed_at: datetime, rules: Rules) -> Self:
        """The empty settlement into which an order goes that is closed at this moment: that of the next due day."""
        policy, calendar = rules.on(closed_at), rules.calendar
        last = policy.settlement.term.due(closed_at, calendar) - timedelta(microseconds=1)
        month = f"{calendar.local(last):%Y-%m}"
        return cls(id=cls.id_of(month), month=month, policy_version=policy.version)

    def must(self, decision: SettlementDecision) -> None:
        """Raises NothingToSettle when the stage does not allow the decision."""
        if not SETTLEMENT.allows(self.stage, decision):
            raise NothingToSettle(f"nothing of {self.month} is left to hand over")

    @property
    def figures(self) -> dict[str, JsonValue]:
        """The month's statistics (001 售后六b).

        Jobs by type, cause, product and crew; what they cost and brought; the cost within the warranty, beyond it,
        where it is uncertain and of internal work, which add up to the whole; how many of those with a visit needed one
        only, and how many came again for the same order. A service counts once for each technician who went for it, so
        that a crew's figure is the services that it worked on and their sum may be more than the services. Internal
        work has no cause and no product.
        """
        done = self.services
        visited = [entry for entry in done if entry.visits]
        asked = [entry for entry in done if entry.type != "D"]
        return {
            "orders": len(done),
            "cost": _sum(entry.cost for entry in self.costly),
            "free": _sum(entry.free for entry in self.costly),
            "charged": _sum(entry.paid for entry in done),
            "by_type": dict(sorted(Counter(str(entry.type) for entry in done).items())),
            "by_fault": dict(sorted(Counter(entry.fault or NOT_KNOWN for entry in asked).items())),
            "by_item": dict(sorted(Counter(entry.item or NOT_KNOWN for entry in asked).items())),
            "by_crew": dict(sorted(Counter(each for entry in done for each in entry.crew).items())),
            **{f"cost_{share}": f"{cost:.2f}" for share, cost in self.costs.items()},
            "visited": len(visited),
            "resolved_at_first_visit": sum(entry.visits == 1 for entry in visited),
            "repeated": sum(entry.repeated for entry in done),
        }

    @property
    def costs(self) -> Mapping[Share, Decimal]:
        """What the services cost, in yuan, by their warranty; together they are the cost of all."""
        shares: dict[Share, Decimal] = dict.fromkeys(get_args(Share), Decimal(0))
        for entry in self.costly:
            shares[entry.share] += entry.cost.amount if entry.cost else 0
        return shares

    @property
    def services(self) -> tuple[Entry, ...]:
        """The services that were done: what statistics count."""
        return tuple(entry for entry in self.entries if not entry.called_off)

    @property
    def costly(self) -> tuple[Entry, ...]:
        """The services of which the month's table tells: also those called off after a technician had been there."""
        return tuple(entry for entry in self.entries if not entry.called_off or entry.cost is not None)

    @property
    def money(self) -> tuple[Entry, ...]:
        """What was paid for services that were called off, and what was paid back."""
        return tuple(entry for entry in self.entries if entry.called_off and (entry.handled or entry.cost is None))

    @property
    def handover(self) -> UUID:
        """Names the vouchers that have not been handed over yet. Another name with each that comes or goes."""
        return uuid5(self.id, " ".join(str(entry.service_order_id) for entry in self.open))

    @property
    def handed_over_at(self) -> datetime | None:
        """When it went to finance for the first time; what is entered later about its vouchers is another month's."""
        return min((entry.settled_at for entry in self.entries if entry.settled_at), default=None)

    @property
    def open(self) -> tuple[Entry, ...]:
        """What has not been handed over yet."""
        return tuple(entry for entry in self.entries if entry.settled_at is None)

    @property
    def open_services(self) -> tuple[Entry, ...]:
        """The services of the month's table that have not been handed over yet."""
        return tuple(entry for entry in self.costly if entry.settled_at is None)


def _sum(amounts: Iterable[Money | None]) -> str:
    """The sum in yuan, written with its cents."""
    return f"{sum((each.amount for each in amounts if each), start=Decimal(0)):.2f}"
